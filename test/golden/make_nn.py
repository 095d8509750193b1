"""Writes nn/*.json from nn/*.py: layers of PyTorch, forward and backward. By hand: python make_nn.py [module ...]"""
import importlib
import json
import platform
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch

sys.dont_write_bytecode = True
import golden
import make_tensors
import modules
from golden import rng_for
from make_tensors import encode, encode_numbers, flat, inputs_of, to_torch

HERE = Path(__file__).parent


def randomise(layer, rng):
    """Parameters and statistics that tell: PyTorch's first values hide mistakes (gains of 1, biases of 0, variances of 1)."""
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.tensor(golden._rounded(rng.standard_normal(tuple(parameter.shape)) * 0.5)))
        for name, buffer in layer.named_buffers():
            if name.endswith('running_mean'):
                buffer.copy_(torch.tensor(golden._rounded(rng.standard_normal(tuple(buffer.shape)))))
            if name.endswith('running_var'):
                buffer.copy_(torch.tensor(golden._rounded(rng.uniform(0.5, 1.5, tuple(buffer.shape)))))


def torch_args(args, leaves, wants):
    """Positional arguments and keywords, as PyTorch takes them."""
    positional, keywords = [], {}
    for value in to_torch(args, leaves, wants, lambda x: x):
        if isinstance(value, dict):
            keywords.update({golden.snake(k): v for k, v in value.items()})
        else:
            positional.append(value)
    return positional, keywords


def tensor_of(x):
    kind = 'f' if x.dtype.is_floating_point else 'b' if x.dtype == torch.bool else 'i'
    return {'t': encode_numbers(x.detach().numpy()), 's': list(x.shape), 'd': kind}


def golden_of(case, ordinal):
    rng = rng_for(case['module'], case['name'], ordinal)
    for x in inputs_of(case['args']) + inputs_of(case['inputs']):
        x.data = x.draw(rng)
    positional, keywords = torch_args(case['args'], [], False)
    layer = case['layer'](*positional, **{**keywords, **case['kwargs']}).double()
    if case['random']:
        randomise(layer, rng)
    if 'padding_idx' in keywords and hasattr(layer, '_fill_padding_idx_with_zero'):
        layer._fill_padding_idx_with_zero()
    if case['prepare'] is not None:
        case['prepare'](layer)
    layer.train(case['train'])
    # The weight of a loss is an option here, and no state.
    loss = isinstance(layer, torch.nn.modules.loss._Loss)
    state = {name: tensor_of(value.clone()) for name, value in layer.state_dict().items() if not loss}
    leaves = []
    inputs, options = torch_args(case['inputs'], leaves, True)
    call = case['call'] or (lambda layer, *xs, **kw: layer(*xs, **kw))
    for _ in range(case['steps']):
        outs = [o for o in flat(call(layer, *inputs, **options)) if o is not None]
    flowing = [o for o in outs if o.requires_grad]
    seeds = [torch.tensor(golden._rounded(rng.standard_normal(tuple(o.shape)))).reshape(o.shape) for o in flowing]
    named = [(name, p) for name, p in layer.named_parameters() if p.requires_grad]
    gradients = torch.autograd.grad(flowing, leaves + [p for _, p in named], seeds, allow_unused=True) if flowing else []
    encoded = [None if g is None else encode_numbers(g.to_dense().numpy()) for g in gradients]
    out = {
        'name': case['name'],
        'args': [encode(a) for a in case['args']],
        'train': case['train'],
        'steps': case['steps'],
        'length': case['length'],
        'state': state,
        'inputs': [encode(a) for a in case['inputs']],
        'out': [{**tensor_of(o), **({'r': 1} if o.requires_grad else {})} for o in outs],
        'seeds': [encode_numbers(s.numpy()) for s in seeds],
        'inputGrads': encoded[: len(leaves)],
        'parameterGrads': {name: g for (name, _), g in zip(named, encoded[len(leaves):])},
        'buffers': {name: tensor_of(value) for name, value in layer.named_buffers() if name in state},
    }
    if case['why']:
        out['why'] = case['why']
    if case['smooth']:
        out['smooth'] = 1
    return out


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    sys.path.insert(0, str(HERE / 'nn'))
    total = 0
    for name in sys.argv[1:] or sorted(p.stem for p in (HERE / 'nn').glob('*.py')):
        modules.MODULE[0] = name
        modules.CASES.clear()
        importlib.import_module(name)
        ordinals = Counter()
        lines = []
        for case in modules.CASES:
            ordinals[case['name']] += 1
            try:
                lines.append(json.dumps(golden_of(case, ordinals[case['name']]), separators=(',', ':'), allow_nan=False))
            except Exception as error:
                raise SystemExit(f"{name}: {case['name']}, its case {ordinals[case['name']]}: {error!r}") from error
        header = {'made': f'by test/golden/make_nn.py from nn/{name}.py; never edited by hand', 'torch': torch.__version__,
                  'numpy': np.__version__, 'python': platform.python_version(),
                  'seed': 'crc32 of MODULE:NAME:ORDINAL, numpy default_rng'}
        text = '{"header":' + json.dumps(header) + ',\n"cases":[\n' + ',\n'.join(lines) + '\n]}\n'
        (HERE / 'nn' / f'{name}.json').write_text(text)
        total += len(text)
        print(f'{name}: {len(lines)} cases, {len(text) / 1024:.0f} KB')
    print(f'{total / 1024:.0f} KB')


if __name__ == '__main__':
    main()

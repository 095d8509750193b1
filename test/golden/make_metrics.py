"""Metrics as scikit-learn, torchmetrics and sacrebleu compute them.

    /tmp/venv/bin/pip install scikit-learn==1.9.1 torchmetrics==1.9.0 sacrebleu==2.6.0
    /tmp/venv/bin/python test/golden/make_metrics.py
"""
import json
import warnings
from pathlib import Path

import numpy as np
import sacrebleu
import torch
from sklearn import metrics as sk
from torchmetrics.functional.classification import multiclass_calibration_error
from torchmetrics.functional.text import perplexity

warnings.filterwarnings('ignore')
random = np.random.default_rng(0)
SKL = {'precision': sk.precision_score, 'recall': sk.recall_score, 'f1': sk.f1_score}


def classes(n, k, target_k=None):
    return random.integers(0, k, n).tolist(), random.integers(0, target_k or k, n).tolist()


def classification():
    # Two, three and ten classes; classes that are never predicted, never true, or neither.
    sets = [classes(40, 2), classes(60, 3), classes(200, 10), classes(30, 3, 5), classes(30, 6, 3),
            ([0, 0, 0, 0], [1, 1, 0, 0]), ([0, 0], [0, 0]), ([1, 1, 0], [0, 0, 0]), ([0, 4, 4], [4, 0, 4])]
    for predicted, target in sets:
        k = max(predicted + target) + 1
        figures = []
        for name, function in SKL.items():
            for average in ['macro', 'micro', 'weighted'] + (['binary'] if k <= 2 else []):
                for zero in [0, 1]:
                    value = function(target, predicted, average=average, zero_division=zero)
                    figures.append({'name': name, 'average': average, 'zeroDivision': zero, 'value': float(value)})
            if k <= 2:
                value = function(target, predicted, average='binary', pos_label=0, zero_division=0)
                figures.append({'name': name, 'average': 'binary', 'positive': 0, 'value': float(value)})
        yield {'predicted': predicted, 'target': target, 'figures': figures,
               'accuracy': sk.accuracy_score(target, predicted),
               'matrix': sk.confusion_matrix(target, predicted, labels=range(k)).tolist()}


def scores():
    for n, k in [(20, 5), (50, 10)]:
        logits = random.normal(size=(n, k)).round(3)
        target = random.integers(0, k, n)
        top = {str(t): float(sk.top_k_accuracy_score(target, logits, k=t, labels=range(k))) for t in [1, 2, 5]}
        tensor = torch.tensor(logits)
        kept = target.copy()
        kept[::7] = -100
        calibration = [
            {'bins': bins, 'norm': norm, 'value': float(multiclass_calibration_error(
                torch.softmax(2 * tensor, -1), torch.tensor(target), k, n_bins=bins, norm=norm))}
            for bins in [5, 10, 15] for norm in ['l1', 'l2', 'max']]
        yield {'logits': logits.tolist(), 'target': target.tolist(), 'top': top, 'calibration': calibration,
               'perplexity': float(perplexity(tensor[None], torch.tensor(target)[None])),
               'ignored': {'target': kept.tolist(), 'perplexity': float(
                   perplexity(tensor[None], torch.tensor(kept)[None], ignore_index=-100))}}


CORPORA = [
    (['the cat is on the mat', 'there is a cat on the mat today'],
     [['the cat sat on the mat', 'there was a cat on the mat'], ['a cat is on the mat today', 'there is a cat']]),
    (['the the the the the the the'], [['the cat is on the mat', 'there is a cat on the mat']]),
    (['It is a guide to action which ensures that the military always obeys the commands of the party'],
     [['It is a guide to action that ensures that the military will forever heed Party commands',
       'It is the guiding principle which guarantees the military forces always being under the command of the Party',
       'It is the practical guide for the army always to heed the directions of the party']]),
    (['a b c d e f', 'x'], [['a b c d e f g h'], ['x y z']]),
    (['a c b d', 'b a'], [['a b c d'], ['a b']]),
    (['a b'], [['a b c']]),
    (['q'], [['a b c']]),
    (['a b c d e f g'], [['a b c d', 'a b c d e f g h i j']]),
]


def bleu():
    names = {'none': ('none', None), 'exp': ('exp', None), 'floor': ('floor', .1), 'add-one': ('add-k', 1)}
    for candidates, references in CORPORA:
        width = max(map(len, references))
        streams = [[each[i] if i < len(each) else None for each in references] for i in range(width)]
        values = []
        for max_n in [1, 2, 4]:
            for ours, (method, value) in names.items():
                score = sacrebleu.BLEU(tokenize='none', smooth_method=method, smooth_value=value, max_ngram_order=max_n)
                values.append({'maxN': max_n, 'smoothing': ours,
                               'value': score.corpus_score(candidates, streams).score / 100})
        yield {'candidates': candidates, 'references': references, 'values': values}


out = {'classification': list(classification()), 'scores': list(scores()), 'bleu': list(bleu())}
(Path(__file__).parent / 'data' / 'metrics.json').write_text(json.dumps(out, ensure_ascii=False) + '\n')

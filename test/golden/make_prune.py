"""Writes parameters/prune.json: the masks of torch.nn.utils.prune after each of several rounds. By hand: python make_prune.py"""
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils import prune

SHAPES = {'matrix': (6, 5), 'kernel': (4, 3, 2, 3), 'bias': (7,)}


def spread(shape, seed):
    """No two of the same magnitude, in tensors of three seeds in a row: ties go anywhere."""
    rng = np.random.default_rng(seed)
    n = int(np.prod(shape))
    return torch.tensor((4 * rng.permutation(n) + 4 + seed % 4) * rng.choice([-1, 1], n) / 32).reshape(shape)


class Holder(torch.nn.Module):
    def __init__(self, shapes):
        super().__init__()
        for i, shape in enumerate(shapes):
            self.register_parameter(f'w{i}', torch.nn.Parameter(spread(shape, 4 + i)))


def places(holder):
    return [(holder, name) for name in sorted({n.removesuffix('_orig') for n, _ in holder.named_parameters()})]


METHODS = {
    'l1Unstructured': lambda h, amount, **o: prune.l1_unstructured(h, 'w0', amount, **{k: torch.tensor(v) for k, v in o.items()}),
    'lnStructured': lambda h, amount, n=2, dim=0: prune.ln_structured(h, 'w0', amount, n, dim),
    'globalUnstructured': lambda h, amount: prune.global_unstructured(places(h), prune.L1Unstructured, amount=amount),
}

CASES = [
    ('l1Unstructured', ['matrix'], [(0.2, {}), (0.2, {}), (5, {}), (0.5, {})]),
    ('l1Unstructured', ['bias'], [(0.5, {}), (0.5, {}), (1, {})]),
    ('l1Unstructured', ['kernel'], [(0.3, {'importance_scores': spread(SHAPES['kernel'], 3).tolist()}), (10, {})]),
    ('l1Unstructured', ['matrix'], [(0, {}), (30, {})]),
    ('lnStructured', ['matrix'], [(0.5, {'n': 1, 'dim': 0}), (1, {'n': 2, 'dim': 1}), (0.5, {'n': 2, 'dim': 0})]),
    ('lnStructured', ['kernel'], [(1, {'n': 2, 'dim': 0}), (0.34, {'n': float('inf'), 'dim': 1}), (1, {'n': 2, 'dim': -1})]),
    ('globalUnstructured', ['matrix', 'kernel', 'bias'], [(0.2, {}), (0.2, {}), (11, {}), (0.2, {}), (0.5, {})]),
]


def camel(name):
    head, *rest = name.split('_')
    return head + ''.join(part.title() for part in rest)


def golden_of(method, shapes, rounds):
    holder = Holder([SHAPES[shape] for shape in shapes])
    weights = [w.tolist() for w in holder.parameters()]
    steps = []
    for amount, options in rounds:
        METHODS[method](holder, amount, **options)
        masks = [getattr(h, name + '_mask').flatten().int().tolist() for h, name in places(holder)]
        shown = {camel(k): 'Infinity' if v == float('inf') else v for k, v in options.items()}
        steps.append({'amount': amount, 'options': shown, 'masks': masks})
    return {'method': method, 'weights': weights, 'rounds': steps}


golden = {'torch': torch.__version__, 'cases': [golden_of(*case) for case in CASES]}
(Path(__file__).with_name('parameters') / 'prune.json').write_text(json.dumps(golden) + '\n')

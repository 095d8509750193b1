"""Attention with several heads."""
import math

import torch
from golden import *
from modules import module

PAD = [[False, False, True], [False, True, True]]
CAUSAL = [[j > i for j in range(3)] for i in range(3)]
EACH = [[[False, True, False], [False, False, True], [False, False, False]], [[False, True, True]] * 3,
        [[False, False, False]] * 3, [[True, False, False], [False, True, True], [False, False, True]]]


def hidden(mask):
    """The same mask as floats; -Infinity has no neighbours for differences."""
    return t([[-math.inf if hides else 0.5 for hides in row] for row in mask]).no_grad()


def mha(inputs, options=None, given=None, call=None):
    module('MultiheadAttention', [4, 2, options or {}], [*inputs, *([given] if given else [])], call=call)


def three(queries=3, keys=3, first=True):
    return [randn(2, n, 4) if first else randn(n, 2, 4) for n in (queries, keys, keys)]


def with_mask(layer, *xs, is_causal, **masks):
    """PyTorch wants the mask beside the hint."""
    count = xs[0].shape[1 if layer.batch_first else 0]
    return layer(*xs, attn_mask=torch.ones(count, count, dtype=torch.bool).triu(1), **masks)


FIRST = {'batchFirst': True}
mha(three(2, 3), FIRST)
mha(three(2, 3, first=False))
mha([randn(3, 4), randn(2, 4), randn(2, 4)])
mha([randn(3, 4), randn(3, 4), randn(3, 4)], FIRST, {'keyPaddingMask': t(PAD[0])})
mha(three(first=False), {'bias': False})
mha(three(), FIRST, {'averageAttnWeights': False})
mha(three(), FIRST, {'needWeights': False})
mha(three(), FIRST, {'keyPaddingMask': t(PAD)})
mha(three(), FIRST, {'keyPaddingMask': randn(2, 3)})
mha(three(), FIRST, {'attnMask': t(CAUSAL)})
mha(three(first=False), {}, {'attnMask': randn(3, 3)})
mha(three(), FIRST, {'attnMask': t(EACH), 'averageAttnWeights': False})
mha(three(), FIRST, {'attnMask': t(CAUSAL), 'keyPaddingMask': t(PAD)})
mha(three(), FIRST, {'attnMask': hidden(CAUSAL), 'keyPaddingMask': randn(2, 3)})
mha(three(), FIRST, {'isCausal': True}, with_mask)
mha(three(), FIRST, {'isCausal': True, 'keyPaddingMask': t(PAD)}, with_mask)
mha(three(), FIRST, {'keyPaddingMask': t([[True, True, True], [False, True, False]]), 'needWeights': False})
mha([randn(2, 2, 4), randn(2, 3, 3), randn(2, 3, 5)], {'kdim': 3, 'vdim': 5, 'batchFirst': True})
mha(three(), {'addBiasKv': True, 'batchFirst': True}, {'attnMask': t(CAUSAL), 'keyPaddingMask': t(PAD)})
mha(three(first=False), {'addBiasKv': True}, {'isCausal': True}, with_mask)
mha(three(first=False), {'addBiasKv': True, 'addZeroAttn': True}, {'attnMask': randn(3, 3)})

"""Attention and positions as functions. What PyTorch has no function for is written out here by the paper's formula."""
import math

import torch
import torch.nn.functional as F
from golden import *

sdpa = F.scaled_dot_product_attention
SEEN = [[True, False, True, True], [False, False, False, False], [False, True, False, False]]


def qkv(lead=(2, 2), length=3, keys=4, size=2, value=2):
    return [randn(*lead, length, size), randn(*lead, keys, size), randn(*lead, keys, value)]


def attention(inputs, options=None, fn=sdpa):
    case('F.scaledDotProductAttention', [*inputs, *([options] if options else [])], fn, length=64)


def causal_with_mask(q, k, v, attn_mask, is_causal):
    return sdpa(q, k, v, attn_mask=attn_mask & torch.ones(attn_mask.shape, dtype=torch.bool).tril())


attention(qkv())
attention(qkv(lead=(), value=3))
attention(qkv(), {'isCausal': True})
attention(qkv(length=4, keys=2), {'isCausal': True})
attention(qkv(), {'scale': 0.25})
attention(qkv(), {'attnMask': t(SEEN)})
attention(qkv(), {'attnMask': t([[0.5 if seen else -math.inf for seen in row] for row in SEEN])})
attention(qkv(), {'attnMask': randn(2, 1, 3, 4)})
attention(qkv(), {'attnMask': t([[[[True, True, False, True]]], [[[False, True, True, False]]]])})
attention(qkv(), {'attnMask': t([[False, True, True, True], [True, False, True, True], [True, False, True, False]]), 'isCausal': True},
          causal_with_mask)
attention([randn(2, 4, 3, 2), randn(2, 2, 3, 2), randn(2, 2, 3, 2)], {'enableGqa': True, 'isCausal': True})
attention([randn(1, 2, 2), randn(1, 2, 2), randn(1, 2, 2)], {'enableGqa': True})
throws('F.scaledDotProductAttention', [randn(2), randn(2, 2), randn(2, 2)], 'BAD_SHAPE', 'each needs two axes')
throws('F.scaledDotProductAttention', [randn(3, 2), randn(3, 4), randn(3, 4)], 'SHAPE_MISMATCH', 'do not fit')
throws('F.scaledDotProductAttention', [randn(3, 2), randn(3, 2), randn(4, 2)], 'SHAPE_MISMATCH')
throws('F.scaledDotProductAttention', [*qkv(), {'attnMask': bools(4, 4)}], 'SHAPE_MISMATCH', 'does not broadcast')
throws('F.scaledDotProductAttention', [*qkv(lead=()), {'attnMask': bools(1, 3, 4)}], 'SHAPE_MISMATCH')
throws('F.scaledDotProductAttention', [*qkv(), {'attnMask': ints(3, 4)}], 'BAD_DTYPE')
throws('F.scaledDotProductAttention', [*qkv(), {'dropoutP': 2}], 'BAD_VALUE')
throws('F.scaledDotProductAttention', [randn(3, 2, 2), randn(2, 2, 2), randn(2, 2, 2), {'enableGqa': True}], 'BAD_VALUE', 'do not divide')


def angles(positions, dim, base):
    return positions[:, None] / base ** (torch.arange(0, dim, 2) / dim)


def sinusoids(length, dim, base=10000):
    """Vaswani et al. 2017, section 3.5; an odd size has no last cosine."""
    waves = angles(torch.arange(length), dim + dim % 2, base)
    return torch.stack([waves.sin(), waves.cos()], -1).flatten(1)[:, :dim]


def rotary(x, base=10000, form='interleaved', positions=0):
    """Su et al. 2021, equation 34, with complex numbers."""
    length, dim = x.shape[-2:]
    places = positions if torch.is_tensor(positions) else torch.arange(length) + positions
    turn = torch.polar(torch.ones(length, dim // 2), angles(places, dim, base))
    pairs = x.unflatten(-1, (dim // 2, 2)) if form == 'interleaved' else x.unflatten(-1, (2, dim // 2)).transpose(-1, -2)
    turned = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * turn)
    return (turned if form == 'interleaved' else turned.transpose(-1, -2)).flatten(-2)


def alibi_slopes(n):
    """Press et al. 2021, as in the authors' code."""
    def power_of_two(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]
    if math.log2(n).is_integer():
        return torch.tensor(power_of_two(n))
    below = 2 ** math.floor(math.log2(n))
    return torch.tensor(power_of_two(below) + alibi_slopes(2 * below)[0::2][: n - below].tolist())


def alibi(heads, queries, keys=None):
    keys = keys or queries
    distance = (torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)).abs()
    return 0 - alibi_slopes(heads)[:, None, None] * distance


case('F.sinusoidalPositions', [7, 6], sinusoids, length=8)
case('F.sinusoidalPositions', [4, 5], sinusoids, length=8)
case('F.sinusoidalPositions', [4, 4, {'base': 100}], sinusoids, length=8)
case('F.sinusoidalPositions', [0, 4], sinusoids)
for heads in (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20):
    case('F.alibiSlopes', [heads], alibi_slopes, length=8)
case('F.alibiBias', [3, 4], alibi, length=8)
case('F.alibiBias', [2, 2, 5], alibi, length=8)
throws('F.alibiSlopes', [0.5], 'BAD_VALUE')
throws('F.alibiSlopes', [0], 'BAD_VALUE')
throws('F.alibiBias', [1, 2.5], 'BAD_VALUE')
throws('F.alibiBias', [1, 2, -1], 'BAD_VALUE')
throws('F.sinusoidalPositions', [-1, 2], 'BAD_VALUE')
throws('F.sinusoidalPositions', [2, 1.5], 'BAD_VALUE')

for form in ('interleaved', 'half'):
    case('F.rotaryEmbedding', [randn(2, 2, 3, 6), {'form': form}], rotary, length=8)
    case('F.rotaryEmbedding', [randn(3, 4), {'form': form, 'positions': 5, 'base': 100}], rotary, length=8)
case('F.rotaryEmbedding', [randn(2, 3, 4), {'positions': t([7, 0, 2])}], rotary, length=8)
throws('F.rotaryEmbedding', [randn(4)], 'BAD_SHAPE')
throws('F.rotaryEmbedding', [randn(2, 3)], 'BAD_SHAPE', 'even')
throws('F.rotaryEmbedding', [randn(2, 4), {'form': 'other'}], 'BAD_VALUE')
throws('F.rotaryEmbedding', [randn(2, 4), {'positions': t([1])}], 'SHAPE_MISMATCH', 'one position a token')

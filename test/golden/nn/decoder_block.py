"""Blocks of language models, which PyTorch has none of: their formulas."""
import math
import sys
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from golden import *
from modules import module

sys.path.insert(0, str(Path(__file__).parent.parent))
from cases.attention import alibi, rotary


class Attention(nn.Module):
    def __init__(self, dim, heads, kv_heads=None, positions='none', rotary=None, bias=True):
        super().__init__()
        self.size, self.heads = dim // heads, heads
        self.sizes = [dim, (kv_heads or heads) * self.size, (kv_heads or heads) * self.size]
        self.positions, self.options = positions, rotary or {}
        self.in_proj = nn.Linear(dim, sum(self.sizes), bias=bias)
        self.out_proj = nn.Linear(dim, dim, bias=bias)

    def forward(self, x):
        length = x.shape[1]
        q, k, v = [part.unflatten(-1, (-1, self.size)).transpose(1, 2) for part in self.in_proj(x).split(self.sizes, -1)]
        if self.positions == 'rotary':
            q, k = rotary(q, **self.options), rotary(k, **self.options)
        k, v = [y.repeat_interleave(self.heads // y.shape[1], 1) for y in (k, v)]
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.size)
        if self.positions == 'alibi':
            scores = scores + alibi(self.heads, length)
        weights = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), -math.inf).softmax(-1)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(-2))


class Network(nn.Module):
    def __init__(self, dim, hidden, activation='gelu', bias=True):
        super().__init__()
        self.activation = activation
        self.linear1 = nn.Linear(dim, 2 * hidden if activation == 'swiglu' else hidden, bias=bias)
        self.linear2 = nn.Linear(hidden, dim, bias=bias)

    def forward(self, x):
        x = self.linear1(x)
        if self.activation == 'swiglu':
            gate, up = x.chunk(2, -1)
            return self.linear2(F.silu(gate) * up)
        return self.linear2(getattr(F, self.activation)(x))


class Block(nn.Module):
    def __init__(self, dim, heads, hidden, norm='layer', norm_first=True, activation='gelu', bias=True, **options):
        super().__init__()
        normalize = (lambda: nn.RMSNorm(dim, eps=1e-5)) if norm == 'rms' else (lambda: nn.LayerNorm(dim, bias=bias))
        self.first = norm_first
        self.norm1 = normalize()
        self.attention = Attention(dim, heads, bias=bias, **options)
        self.norm2 = normalize()
        self.feed_forward = Network(dim, hidden, activation, bias)

    def forward(self, x):
        if self.first:
            x = x + self.attention(self.norm1(x))
            return x + self.feed_forward(self.norm2(x))
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.feed_forward(x))


module('FeedForward', [3, 4], [randn(2, 3)], Network)
module('FeedForward', [3, 4, {'activation': 'relu', 'bias': False}], [randn(2, 3)], Network, smooth=False)
module('FeedForward', [3, 4, {'activation': 'swiglu'}], [randn(2, 2, 3)], Network)
module('CausalSelfAttention', [4, 2], [randn(2, 3, 4)], Attention)
module('CausalSelfAttention', [6, 3, {'positions': 'alibi', 'bias': False}], [randn(2, 3, 6)], Attention)
module('CausalSelfAttention', [4, 2, {'positions': 'rotary', 'rotary': {'form': 'half', 'base': 100}, 'kvHeads': 1}], [randn(2, 3, 4)], Attention)
module('DecoderBlock', [4, 2, {'hidden': 6}], [randn(2, 3, 4)], Block)
module('DecoderBlock', [4, 2, {'hidden': 6, 'normFirst': False, 'activation': 'relu'}], [randn(2, 3, 4)], Block, smooth=False)
module('DecoderBlock', [4, 2, {'hidden': 6, 'norm': 'rms', 'activation': 'swiglu', 'positions': 'rotary', 'bias': False}], [randn(2, 3, 4)], Block)
module('DecoderBlock', [6, 3, {'hidden': 6, 'positions': 'alibi'}], [randn(2, 3, 6)], Block)

"""Images as sequences of patches, by the formula of Dosovitskiy et al. 2020."""
import torch
import torch.nn as nn
from golden import *
from modules import module


class Patches(nn.Module):
    def __init__(self, image, patch, channels, dim, class_token=True, positions=True, bias=True):
        super().__init__()
        (height, width), (p, q) = [(n, n) if isinstance(n, int) else n for n in (image, patch)]
        self.p, self.q = p, q
        self.proj = nn.Conv2d(channels, dim, (p, q), (p, q), bias=bias)
        if class_token:
            self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        if positions:
            self.pos_embed = nn.Parameter(torch.zeros(1, height // p * (width // q) + class_token, dim))

    def forward(self, x):
        rows = [row for band in x.split(self.p, 2) for row in band.split(self.q, 3)]
        tokens = torch.stack([patch.flatten(1) @ self.proj.weight.flatten(1).T for patch in rows], 1)
        if self.proj.bias is not None:
            tokens = tokens + self.proj.bias
        if hasattr(self, 'cls_token'):
            tokens = torch.cat([self.cls_token.repeat(len(x), 1, 1), tokens], 1)
        return tokens + self.pos_embed if hasattr(self, 'pos_embed') else tokens


module('PatchEmbedding', [4, 2, 1, 3], [randn(2, 1, 4, 4)], Patches)
module('PatchEmbedding', [[4, 6], [2, 3], 2, 3, {'classToken': False}], [randn(1, 2, 4, 6)], Patches)
module('PatchEmbedding', [4, 4, 1, 2, {'positions': False, 'bias': False}], [randn(2, 1, 4, 4)], Patches)

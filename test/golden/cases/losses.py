"""Losses as functions; nn/losses.py has their options."""
import torch
import torch.nn.functional as F
from golden import *

case('F.crossEntropy', [randn(4, 3), ints(4, low=0, high=3)], F.cross_entropy, length=12)
case('F.crossEntropy', [randn(2, 3), rand(2, 3), {'labelSmoothing': 0.25}], F.cross_entropy, length=12)
case('F.crossEntropy', [t([[100.0, -100.0, 0.0], [1e4, 0.0, -1e4]]), t([1, 0]), {'reduction': 'none'}], F.cross_entropy, length=6)
case('F.crossEntropy', [randn(0, 3), ints(0, low=0, high=3), {'reduction': 'sum'}], F.cross_entropy, length=3)
case('F.nllLoss', [randn(4, 3), ints(4, low=0, high=3)], F.nll_loss, length=12)
case('F.mseLoss', [randn(2, 3), randn(2, 3)], F.mse_loss, length=12)
throws('F.crossEntropy', [randn(2, 3), t([0, 3])], 'BAD_INDEX', 'from 0 to 2')
throws('F.crossEntropy', [randn(2, 3), t([0, -1])], 'BAD_INDEX', 'no class')
throws('F.crossEntropy', [randn(2, 3), t([[0], [1]])], 'SHAPE_MISMATCH', r'squeeze\(-1\)')
throws('F.crossEntropy', [randn(2, 3), t([0.5, 1.0])], 'SHAPE_MISMATCH', 'probabilities')
throws('F.crossEntropy', [randn(2, 3), bools(2)], 'BAD_DTYPE', 'int32')
throws('F.crossEntropy', [randn(2, 3), 1], 'NOT_A_TENSOR')
throws('F.crossEntropy', [ints(2, 3), t([0, 1])], 'BAD_DTYPE', 'scores')
throws('F.crossEntropy', [randn(), t(0)], 'BAD_SHAPE', 'axis of classes')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'reduction': 'average'}], 'BAD_VALUE', 'mean, sum, none')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'labelSmoothing': 1.5}], 'BAD_VALUE', 'between 0 and 1')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'weight': randn(2)}], 'SHAPE_MISMATCH', '3 classes')
throws('F.nllLoss', [randn(2, 3), randn(2, 3)], 'BAD_DTYPE')
throws('F.mseLoss', [randn(2, 1), randn(2)], 'SHAPE_MISMATCH', r'reshape\(\[2, 1\]\)')
throws('F.mseLoss', [randn(2, 1), randn(3)], 'SHAPE_MISMATCH', 'One target')
throws('F.mseLoss', [randn(2), randn(2), {'reduction': 'max'}], 'BAD_VALUE')

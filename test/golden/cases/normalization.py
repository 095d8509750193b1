"""Normalisation as functions."""
import torch.nn.functional as F
from golden import *

case('F.layerNorm', [randn(2, 3), [3]], F.layer_norm, length=16)
case('F.layerNorm', [randn(2, 2, 3), [2, 3], {'weight': randn(2, 3), 'bias': randn(2, 3), 'eps': 0.25}], F.layer_norm, length=16)
case('F.rmsNorm', [randn(2, 3), [3], {'eps': 0.5}], F.rms_norm, length=16)
case('F.rmsNorm', [randn(2, 2, 3), [2, 3], {'weight': randn(2, 3), 'eps': 0.25}], F.rms_norm, length=16)
throws('F.layerNorm', [randn(2, 3), [2]], 'SHAPE_MISMATCH', 'the last axes of x')
throws('F.layerNorm', [randn(2, 3), []], 'SHAPE_MISMATCH')
throws('F.layerNorm', [randn(2, 3), [3], {'bias': randn(2)}], 'SHAPE_MISMATCH', 'bias must have shape')
throws('F.rmsNorm', [randn(3), [2, 3]], 'SHAPE_MISMATCH')

GIVEN = {'weight': randn(3), 'bias': randn(3), 'eps': 0.25}
case('F.batchNorm', [randn(4, 3), None, None, {'training': True}], F.batch_norm, length=32)
case('F.batchNorm', [randn(2, 3, 4), None, None, {**GIVEN, 'training': True}], F.batch_norm, length=64)
case('F.batchNorm', [randn(2, 3, 2, 2), randn(3).no_grad(), rand(3, low=0.5, high=1.5).no_grad(), GIVEN], F.batch_norm, length=32)
case('F.instanceNorm', [randn(2, 3, 4)], F.instance_norm, length=32)
case('F.instanceNorm', [randn(2, 3, 2, 3), GIVEN], F.instance_norm, length=32)
case('F.groupNorm', [randn(2, 4, 3), 2], F.group_norm, length=32)
case('F.groupNorm', [randn(2, 3, 2, 2), 1, GIVEN], F.group_norm, length=64)
throws('F.batchNorm', [randn(4, 3), None, None], 'BAD_VALUE', 'needs runningMean')
throws('F.batchNorm', [randn(1, 3), None, None, {'training': True}], 'SHAPE_MISMATCH', 'more than one number')
throws('F.batchNorm', [randn(4), None, None, {'training': True}], 'SHAPE_MISMATCH', '[N, C, ...]')
throws('F.batchNorm', [randn(4, 3), None, None, {'training': True, 'weight': randn(4)}], 'SHAPE_MISMATCH', 'weight has shape')
throws('F.instanceNorm', [randn(2, 3, 1)], 'SHAPE_MISMATCH', 'more than one number')
throws('F.groupNorm', [randn(2, 3, 4), 2], 'SHAPE_MISMATCH', 'do not fall into 2 groups')

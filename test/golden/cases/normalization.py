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

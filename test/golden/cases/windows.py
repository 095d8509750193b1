"""Convolutions, pools and interpolation."""
import torch
import torch.nn.functional as F
from golden import *

case('conv1d', [randn(2, 2, 6), randn(3, 2, 3)], length=24)
case('conv1d', [randn(1, 2, 7), randn(2, 2, 3), randn(2), {'stride': 2, 'padding': 1}], length=12)
case('conv1d', [randn(1, 4, 6), randn(4, 2, 2), None, {'groups': 2, 'dilation': 2}], length=12)
case('conv1d', [randn(1, 2, 5), randn(2, 2, 3), None, {'padding': 'same'}], length=12)
case('conv2d', [randn(1, 2, 4, 4), randn(2, 2, 3, 3)], length=20)
case('conv2d', [randn(2, 1, 4, 5), randn(2, 1, 2, 3), randn(2), {'stride': [2, 1], 'padding': [1, 0]}], length=30)
case('conv2d', [randn(1, 2, 5, 5), randn(2, 1, 2, 2), randn(2), {'groups': 2, 'dilation': 2}], length=12)
case('conv2d', [randn(1, 1, 4, 4), randn(1, 1, 3, 2), None, {'padding': 'same'}], length=16)
case('conv2d', [randn(1, 1, 4, 4), randn(1, 1, 3, 3), None, {'padding': 'valid', 'stride': 1}], length=16)
case('conv2d', [randn(0, 1, 4, 4), randn(1, 1, 3, 3)], length=9)
case('conv2d', [randn(2, 1, 3, 3), randn(1, 1, 1, 1), randn(1)], length=18)
throws('conv2d', [randn(1, 3, 4, 4), randn(1, 2, 3, 3)], 'SHAPE_MISMATCH')
throws('conv2d', [ints(1, 1, 4, 4), ints(1, 1, 3, 3)], 'BAD_DTYPE')
case('convTranspose1d', [randn(1, 2, 4), randn(2, 2, 3)], length=12)
case('convTranspose1d', [randn(1, 2, 4), randn(2, 1, 3), randn(2), {'stride': 2, 'padding': 1, 'outputPadding': 1, 'groups': 2}], length=12)
case('convTranspose2d', [randn(1, 2, 3, 3), randn(2, 1, 2, 2), randn(1)], length=24)
case('convTranspose2d', [randn(1, 1, 2, 3), randn(1, 2, 3, 2), None, {'stride': 2, 'padding': [1, 0], 'outputPadding': 1}], length=12)
case('convTranspose2d', [randn(1, 2, 2, 2), randn(2, 1, 2, 2), None, {'groups': 2, 'dilation': 2}], length=8)
case('convTranspose2d', [randn(1, 2, 5, 3), randn(2, 1, 3, 1), randn(2), {'padding': [1, 0], 'dilation': 2, 'groups': 2, 'outputPadding': 1}], length=12)
case('convTranspose1d', [randn(1, 1, 4), randn(1, 2, 2), None, {'dilation': 3, 'outputPadding': 2}], length=8)

for name, shape in [('maxPool1d', (2, 6)), ('maxPool2d', (1, 4, 6))]:
    case(name, [spread(1, *shape), 2])
    case(name, [spread(1, *shape), 3, {'stride': 1, 'padding': 1}], length=9)
    case(name, [spread(1, *shape), 2, {'stride': 2, 'dilation': 2}])
    case(name, [spread(1, *shape), 3, {'stride': 2, 'ceilMode': True}], length=4)
case('maxPool2d', [ties(1, 1, 4, 4), 2])
case('maxPool2d', [t([[[[float('nan'), 1.0], [float('-inf'), 2.0]]]]), 2])
case('maxPool2dWithIndices', [spread(1, 2, 4, 4), 2], F.max_pool2d_with_indices)
case('maxPool2dWithIndices', [spread(1, 1, 5, 4), [3, 2], {'stride': [2, 1], 'padding': [1, 0]}], F.max_pool2d_with_indices, length=4)
for name, shape in [('avgPool1d', (2, 6)), ('avgPool2d', (1, 4, 6))]:
    case(name, [randn(1, *shape), 2], length=4)
    case(name, [randn(1, *shape), 3, {'stride': 2, 'padding': 1}], length=9)
    case(name, [randn(1, *shape), 3, {'stride': 2, 'padding': 1, 'countIncludePad': False}], length=9)
    case(name, [randn(1, *shape), 3, {'stride': 2, 'ceilMode': True}], length=9)
case('avgPool2d', [randn(1, 1, 4, 4), 2, {'divisorOverride': 3}], length=4)
case('adaptiveAvgPool1d', [randn(1, 2, 7), 3], length=3)
case('adaptiveAvgPool1d', [randn(1, 2, 3), 5], length=3)
case('adaptiveAvgPool2d', [randn(1, 2, 5, 4), [2, 3]], length=6)
case('adaptiveAvgPool2d', [randn(1, 2, 4, 4), 1], length=16)
case('adaptiveMaxPool1d', [spread(1, 2, 7), 3], F.adaptive_max_pool1d, length=3)
case('adaptiveMaxPool2d', [spread(1, 1, 5, 4), [2, 3]], length=6)

for mode, shape in [('nearest', (1, 2, 4)), ('linear', (1, 2, 4)), ('nearest-exact', (1, 1, 4)), ('area', (1, 1, 6)),
                    ('nearest', (1, 1, 3, 3)), ('bilinear', (1, 1, 3, 3)), ('bicubic', (1, 1, 3, 3))]:
    rank = len(shape) - 2
    case('interpolate', [randn(*shape), {'size': [5] * rank, 'mode': mode}], length=16)
    case('interpolate', [randn(*shape), {'size': [2] * rank, 'mode': mode}], length=16)
    if mode != 'area':
        case('interpolate', [randn(*shape), {'scaleFactor': 2, 'mode': mode}], length=16)
    if 'linear' in mode or 'cubic' in mode:
        case('interpolate', [randn(*shape), {'size': [5] * rank, 'mode': mode, 'alignCorners': True}], length=16)


def unfold(x, k, **options):
    return F.unfold(x, k, **options)


case('unfold2d', [randn(1, 2, 3, 3), 2], unfold, length=4)
case('unfold2d', [randn(2, 3, 4), [2, 3], {'padding': [1, 0], 'stride': [2, 1]}], unfold, length=6)
case('unfold2d', [randn(1, 1, 5, 4), 2, {'dilation': [2, 1], 'padding': 1}], unfold, length=4)
throws('unfold2d', [randn(2, 3), 2], 'BAD_SHAPE', r'\[2, 3\]')
throws('unfold2d', [randn(1, 2, 2), 3], 'BAD_SHAPE', r'window of \[3, 3\].*2 x 2')
throws('unfold2d', [randn(1, 2, 2), [1, 1, 1]], 'BAD_VALUE', 'kernel')
throws('unfold2d', [[[1]], 1], 'NOT_A_TENSOR', 'an array')
case('fold', [randn(1, 8, 4), [3, 3], 2], F.fold, length=4)
case('fold', [randn(4, 6), [3, 4], [2, 2]], F.fold, length=4)
case('fold', [randn(2, 4, 4), 2, 2, {'padding': 1, 'stride': 2}], F.fold, length=4)
case('fold', [randn(1, 4, 6), [4, 4], 2, {'dilation': [2, 1], 'stride': [1, 1]}], F.fold, length=4)
throws('fold', [randn(4, 5), 3, 2], 'BAD_SHAPE', '4 windows have 4 places')
throws('fold', [randn(3, 4), 3, 2], 'BAD_SHAPE', 'multiple of 4')
throws('fold', [randn(4), 3, 2], 'BAD_SHAPE', r'\[4\]')
throws('fold', [randn(4, 4), 0, 2], 'BAD_VALUE', 'outputSize')
throws('fold', [2, 3, 2], 'NOT_A_TENSOR', 'number')

case('conv1d', [randn(2, 5), randn(3, 2, 3), randn(3)], length=6)
case('convTranspose1d', [randn(2, 4), randn(2, 3, 2)], length=6)
case('maxPool1d', [spread(2, 5), 2], length=2)
case('avgPool1d', [randn(2, 5), 2], length=2)
case('interpolate', [randn(1, 2, 4, 4), {'size': [2, 3], 'mode': 'area'}], length=6)
throws('conv1d', [randn(5), randn(1, 1, 2)], 'BAD_SHAPE', 'Sequences')
throws('maxPool1d', [randn(5), 2], 'BAD_SHAPE', 'Sequences')
throws('maxPool1d', [randn(1, 5), [2, 2]], 'BAD_VALUE', r'kernel \[2, 2\]')

"""Affine maps, convolutions, pools, containers."""
import torch
from golden import *
from modules import module

module('Linear', [3, 4], [randn(2, 3)])
module('Linear', [3, 2, {'bias': False}], [randn(2, 2, 3)])
module('Linear', [2, 3], [randn(2)])
module('Identity', [], [randn(2, 3)])
module('ReLU', [], [spread(2, 3)], smooth=False)

module('Conv1d', [2, 3, 3], [randn(2, 2, 6)])
module('Conv1d', [2, 4, 2, {'stride': 2, 'padding': 1, 'dilation': 2, 'groups': 2, 'bias': False}], [randn(1, 2, 7)])
module('Conv2d', [2, 3, 3], [randn(2, 2, 5, 4)])
module('Conv2d', [2, 4, [3, 2], {'stride': [2, 1], 'padding': [1, 0], 'dilation': [1, 2], 'groups': 2}], [randn(1, 2, 5, 5)])
module('Conv2d', [1, 2, 3, {'padding': 'same', 'bias': False}], [randn(1, 1, 4, 4)])
module('Conv2d', [1, 2, 3], [randn(1, 5, 5)])
for mode in ['reflect', 'replicate', 'circular']:
    module('Conv2d', [1, 2, 3, {'padding': 1, 'paddingMode': mode}], [randn(1, 1, 4, 4)])
    module('Conv1d', [1, 2, 3, {'padding': 2, 'paddingMode': mode}], [randn(1, 1, 5)])
module('Conv2d', [1, 1, 3, {'padding': 'same', 'paddingMode': 'circular'}], [randn(1, 1, 4, 5)])

module('MaxPool1d', [2], [spread(1, 2, 6)])
module('MaxPool2d', [2], [spread(1, 2, 4, 4)])
module('MaxPool2d', [3, {'stride': 2, 'padding': 1, 'ceilMode': True}], [spread(1, 1, 6, 5)])
module('AvgPool1d', [3, {'stride': 1}], [randn(1, 2, 5)])
module('AvgPool2d', [2, {'padding': 1, 'countIncludePad': False}], [randn(1, 2, 4, 4)])
module('AdaptiveAvgPool1d', [2], [randn(1, 2, 5)])
module('AdaptiveAvgPool2d', [[2, 1]], [randn(1, 2, 4, 3)])
module('AdaptiveMaxPool1d', [2], [spread(1, 2, 5)])
module('AdaptiveMaxPool2d', [2], [spread(1, 1, 5, 3)])
module('Flatten', [], [randn(2, 3, 2)])
module('Flatten', [0, 1], [randn(2, 3, 2)])
module('Unflatten', [1, [2, 3]], [randn(2, 6)], torch.nn.Unflatten)

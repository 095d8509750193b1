"""Layers that make images larger, and blocks with a way around."""
import torch
from golden import *
from modules import module
from torch import nn

module('ConvTranspose1d', [2, 3, 3], [randn(2, 2, 4)])
module('ConvTranspose1d', [2, 4, 3, {'stride': 2, 'padding': 1, 'outputPadding': 1, 'groups': 2}], [randn(2, 4)])
module('ConvTranspose2d', [2, 3, 2, {'stride': 2}], [randn(2, 2, 3, 2)])
module('ConvTranspose2d', [2, 3, [3, 2], {'stride': [2, 1], 'dilation': 2, 'bias': False}], [randn(1, 2, 2, 3)])
module('ConvTranspose2d', [4, 2, 3, {'padding': 1, 'groups': 2}], [randn(4, 3, 3)])
module('Upsample', [{'scaleFactor': 2}], [randn(1, 2, 3)])
module('Upsample', [{'size': [3, 5], 'mode': 'bilinear'}], [randn(1, 2, 2, 3)], length=128)
module('Upsample', [{'scaleFactor': 2, 'mode': 'bilinear', 'alignCorners': True}], [randn(1, 2, 3, 2)], length=128)
module('Upsample', [{'scaleFactor': 2, 'mode': 'linear'}], [randn(1, 2, 3)], length=128)
module('Upsample', [{'scaleFactor': 2, 'mode': 'bicubic'}], [randn(1, 1, 2, 3)], length=256)
module('Upsample', [{'size': 2, 'mode': 'area'}], [randn(1, 2, 4, 6)], length=64)
module('Upsample', [{'size': [3, 4], 'mode': 'nearest-exact'}], [randn(1, 1, 2, 3)])
module('PixelShuffle', [2], [randn(2, 8, 2, 3)])
module('PixelShuffle', [3], [randn(9, 2, 2)])
module('ZeroPad2d', [1], [randn(1, 2, 2, 3)])
module('ZeroPad2d', [[1, 0, 2, -1]], [randn(2, 3, 3)])


class DenseLayer(nn.Module):
    def __init__(self, channels, growth, bottleneck):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        if bottleneck:
            self.conv1, self.norm2 = nn.Conv2d(channels, 4 * growth, 1, bias=False), nn.BatchNorm2d(4 * growth)
            self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(channels, growth, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(torch.relu(self.norm1(x)))
        return self.conv2(torch.relu(self.norm2(y))) if hasattr(self, 'conv2') else y


class DenseBlock(nn.Module):
    def __init__(self, channels, growth_rate, layers, bottleneck=False):
        super().__init__()
        self.layers = nn.ModuleList(DenseLayer(channels + i * growth_rate, growth_rate, bottleneck) for i in range(layers))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return x


class Highway(nn.Module):
    def __init__(self, features, gate_bias=-2):
        super().__init__()
        self.transform, self.gate = nn.Linear(features, features), nn.Linear(features, features)

    def forward(self, x):
        gate = torch.sigmoid(self.gate(x))
        return gate * torch.relu(self.transform(x)) + (1 - gate) * x


for bottleneck in [False, True]:
    module('DenseBlock', [2, {'growthRate': 2, 'layers': 2, 'bottleneck': bottleneck}], [randn(2, 2, 3, 3)], DenseBlock, length=512)
module('Highway', [3], [randn(2, 3)], Highway)

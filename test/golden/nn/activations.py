"""Activations as layers."""
import torch
import torch.nn as nn
from golden import *
from modules import module


class Swish(nn.Module):
    """Ramachandran et al. 2017, section 4.2."""

    def __init__(self, beta=1.0, learnable=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learnable else beta

    def forward(self, x):
        return x * torch.sigmoid(self.beta * x)


class SwiGLU(nn.Module):
    """Shazeer 2020, equation 5."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.linear = nn.Linear(in_features, 2 * out_features, bias=bias)

    def forward(self, x):
        gate, value = self.linear(x).chunk(2, -1)
        return gate * torch.sigmoid(gate) * value


for name in 'ReLU6 SELU SiLU Mish Hardswish Sigmoid Tanh LogSigmoid Softsign LeakyReLU ELU CELU GELU Hardtanh Softplus PReLU'.split():
    module(name, [], [randn(2, 5)])
module('Hardsigmoid', [], [randn(2, 5)], lambda: nn.Sequential(nn.Hardtanh(-3, 3), nn.Hardtanh(-9, 9)), call=lambda layer, x: (layer(x) + 3) / 6)
module('LeakyReLU', [{'negativeSlope': 0.25}], [randn(2, 5)])
module('ELU', [{'alpha': 0.5}], [randn(2, 5)])
module('CELU', [{'alpha': 2}], [randn(2, 5)])
module('GELU', [{'approximate': 'tanh'}], [randn(2, 5)])
module('Hardtanh', [{'minVal': -0.5, 'maxVal': 2}], [randn(2, 5)])
module('Softplus', [{'beta': 2, 'threshold': 30}], [randn(2, 5)])
module('Softmax', [-1], [randn(2, 5)])
module('Softmax', [0], [randn(2, 5)])
module('LogSoftmax', [1], [randn(2, 5, 2)])
module('GLU', [], [randn(2, 6)])
module('GLU', [{'dim': 0}], [randn(2, 5)])
module('PReLU', [{'numParameters': 3}], [randn(2, 3, 2)])
module('PReLU', [{'init': 0.5}], [randn(2, 3)], random=False)
module('RReLU', [], [randn(2, 5)], train=False)
module('RReLU', [{'lower': 0.25, 'upper': 0.5}], [randn(2, 5)], train=False)
module('Swish', [], [randn(2, 5)], Swish)
module('Swish', [{'beta': 1.5}], [randn(2, 5)], Swish)
module('Swish', [{'learnable': True}], [randn(2, 5)], Swish)
module('SwiGLU', [3, 2], [randn(2, 3)], SwiGLU)
module('SwiGLU', [3, 2, {'bias': False}], [randn(2, 2, 3)], SwiGLU)

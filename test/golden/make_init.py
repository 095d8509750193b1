"""Writes parameters/init.json: fans, gains, and the spread that PyTorch's initialisers draw with. By hand: python make_init.py"""
import json
from pathlib import Path

import torch
from torch.nn import init

SHAPES = [(4, 3), (3, 4), (5, 2, 3), (8, 4, 3, 5), (1, 1, 6), (2, 3, 2, 1, 4)]
GAINS = [('linear', None), ('conv1d', None), ('conv2d', None), ('conv3d', None), ('conv_transpose1d', None), ('conv_transpose2d', None),
         ('conv_transpose3d', None), ('sigmoid', None), ('tanh', None), ('relu', None), ('leaky_relu', None), ('leaky_relu', 0.2),
         ('leaky_relu', 0), ('selu', None)]
KAIMING = [{}, {'a': 5 ** 0.5}, {'mode': 'fan_out'}, {'nonlinearity': 'relu'}, {'nonlinearity': 'tanh', 'mode': 'fan_out'},
           {'a': 0.2, 'nonlinearity': 'leaky_relu'}, {'a': 0.2, 'nonlinearity': 'relu'}]
CASES = [(name, options) for name in ('xavier_uniform_', 'xavier_normal_') for options in ({}, {'gain': 5 / 3})]
CASES += [(name, options) for name in ('kaiming_uniform_', 'kaiming_normal_') for options in KAIMING]
DIRAC = [((4, 3, 3), 1), ((2, 4, 4), 1), ((4, 2, 3, 3), 2), ((6, 1, 2, 2, 3), 3)]


class Watched(torch.Tensor):
    """Keeps what it is asked to be filled with: low and high, or mean and standard deviation."""

    def uniform_(self, low, high, generator=None):
        self.seen = [low, high]
        return self

    def normal_(self, mean, std, generator=None):
        self.seen = [mean, std]
        return self


def camel(name):
    head, *rest = name.rstrip('_').split('_')
    return head + ''.join(part[:1].upper() + part[1:] for part in rest) + ('_' if name.endswith('_') else '')


def ours(options):
    return {key: camel(value) if isinstance(value, str) else value for key, value in options.items()}


def spread(name, options, shape):
    w = torch.empty(shape).as_subclass(Watched)
    getattr(init, name)(w, **options)
    return {'name': camel(name), 'options': ours(options), 'shape': shape, 'spread': w.seen}


golden = {
    'torch': torch.__version__,
    'fans': [{'shape': shape, 'fans': init._calculate_fan_in_and_fan_out(torch.empty(shape))} for shape in SHAPES],
    'gains': [{'name': camel(name), 'slope': slope, 'gain': init.calculate_gain(name, slope)} for name, slope in GAINS],
    'spreads': [spread(name, options, shape) for name, options in CASES for shape in SHAPES],
    'dirac': [{'shape': shape, 'groups': groups, 'weight': init.dirac_(torch.empty(shape), groups).flatten().tolist()} for shape, groups in DIRAC],
}
(Path(__file__).with_name('parameters') / 'init.json').write_text(json.dumps(golden) + '\n')

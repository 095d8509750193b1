"""Recurrent networks and their cells."""
from golden import *
from modules import module


def lstm(layer, x, h=None, c=None):
    return layer(x) if h is None else layer(x, (h, c))


def state(name, *shape):
    return {'h': randn(*shape), 'c': randn(*shape)} if name.startswith('LSTM') else randn(*shape)


for name in ('RNN', 'LSTM', 'GRU'):
    def network(options, inputs):
        module(name, [2, 3, options], inputs, call=lstm if name == 'LSTM' else None)

    network({}, [randn(3, 2, 2)])
    network({'batchFirst': True}, [randn(2, 3, 2), state(name, 1, 2, 3)])
    network({'numLayers': 2, 'bidirectional': True}, [randn(3, 2, 2), state(name, 4, 2, 3)])
    network({'bias': False}, [randn(3, 2), state(name, 1, 3)])
    network({'numLayers': 2, 'batchFirst': True}, [randn(1, 2)])
    cell = f'{name}Cell'
    module(cell, [2, 3], [randn(2, 2), state(cell, 2, 3)], call=lstm if name == 'LSTM' else None)
    module(cell, [2, 3, {'bias': False}], [randn(2)])
module('RNN', [2, 3, {'nonlinearity': 'relu'}], [randn(3, 2, 2)], smooth=False)
module('RNNCell', [2, 3, {'nonlinearity': 'relu'}], [randn(2, 2)], smooth=False)

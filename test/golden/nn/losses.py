"""Losses."""
import torch
from golden import *
from modules import module

for reduction in ['mean', 'sum', 'none']:
    module('CrossEntropyLoss', [{'reduction': reduction}], [randn(4, 3), ints(4, low=0, high=3)])
    module('NLLLoss', [{'reduction': reduction}], [randn(4, 3), ints(4, low=0, high=3)])
    module('MSELoss', [{'reduction': reduction}], [randn(2, 3), randn(2, 3)])
module('CrossEntropyLoss', [], [randn(3), t(2)])
module('CrossEntropyLoss', [], [randn(2, 3, 2, 2), ints(2, 2, 2, low=0, high=3)])
module('CrossEntropyLoss', [{'ignoreIndex': 1}], [randn(5, 3), t([0, 1, 2, 1, 0])])
module('CrossEntropyLoss', [], [randn(3, 3), t([0, -100, 2])])
for reduction in ['mean', 'sum', 'none']:
    module('CrossEntropyLoss', [{'labelSmoothing': 0.25, 'reduction': reduction}], [randn(4, 3), t([2, 0, -100, 1])])
    module('CrossEntropyLoss', [{'labelSmoothing': 0.125, 'reduction': reduction}], [randn(2, 4), rand(2, 4)])
    module('CrossEntropyLoss', [{'reduction': reduction}], [randn(2, 3, 2), rand(2, 3, 2)])
module('CrossEntropyLoss', [], [t([[100.0, -100.0, 0.0], [1e4, 0.0, -1e4]]), t([1, 0])], smooth=False)
module('NLLLoss', [{'ignoreIndex': 0}], [randn(4, 3, 2), ints(4, 2, low=0, high=3)])


for reduction in ['mean', 'sum', 'none']:
    for name in ['CrossEntropyLoss', 'NLLLoss']:
        module(name, [{'weight': t([0.5, 2.0, 1.25]), 'reduction': reduction}], [randn(4, 3), t([2, 0, -100, 1])])
module('CrossEntropyLoss', [{'weight': t([0.5, 2.0, 1.25]), 'labelSmoothing': 0.25}], [randn(4, 3), ints(4, low=0, high=3)])
module('CrossEntropyLoss', [{'weight': t([0.5, 2.0, 1.25]), 'labelSmoothing': 0.25}], [randn(2, 3, 2), rand(2, 3, 2)])

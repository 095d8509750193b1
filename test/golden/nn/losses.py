"""Losses."""
import sys
from pathlib import Path

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

sys.path.insert(0, str(Path(__file__).parent.parent))
from cases import losses as formulas


class Formula(torch.nn.Module):
    """A loss that PyTorch has none of, by its formula."""

    def __init__(self, loss, options):
        super().__init__()
        self.loss, self.options = loss, options

    def forward(self, *inputs):
        return self.loss(*inputs, **self.options)


def formula(loss):
    return lambda **options: Formula(loss, options)


for reduction in ['mean', 'sum', 'none']:
    how = {'reduction': reduction}
    module('L1Loss', [how], [randn(2, 3), randn(2, 3)])
    module('HuberLoss', [{'delta': 0.5, **how}], [randn(2, 3), randn(2, 3)])
    module('SmoothL1Loss', [{'beta': 0.5, **how}], [randn(2, 3), randn(2, 3)])
    module('GaussianNLLLoss', [{'full': True, **how}], [randn(2, 3), randn(2, 3), rand(2, 3, low=0.5)])
    module('BCELoss', [how], [rand(2, 3, low=0.125, high=0.875), rand(2, 3)])
    module('BCEWithLogitsLoss', [how], [randn(2, 3), rand(2, 3)])
    module('KLDivLoss', [how], [randn(2, 3), rand(2, 3, low=0.125)])
    module('MultiMarginLoss', [{'p': 2, **how}], [randn(4, 3), ints(4, low=0, high=3)])
    module('CosineEmbeddingLoss', [{'margin': 0.25, **how}], [randn(4, 3), randn(4, 3), t([1, -1, -1, 1])])
    module('TripletMarginLoss', [{'margin': 2, **how}], [randn(4, 3), randn(4, 3), randn(4, 3)])
    module('HingeLoss', [how], [randn(2, 2), t([[1.0, -1.0], [-1.0, -1.0]]).no_grad()], formula(formulas.hinge))
    module('FocalLoss', [{'gamma': 1, **how}], [randn(4, 3), ints(4, low=0, high=3)], formula(formulas.focal))
    module('SigmoidFocalLoss', [how], [randn(2, 3), rand(2, 3)], formula(formulas.sigmoid_focal))
    module('ContrastiveLoss', [{'margin': 3, **how}], [randn(4, 3), randn(4, 3), t([0, 1, 1, 0])], formula(formulas.contrastive))
    module('InfoNCELoss', [{'temperature': 0.5, **how}], [randn(3, 3), randn(3, 3)], formula(formulas.info_nce))
module('GaussianNLLLoss', [], [randn(2, 3), randn(2, 3), rand(2, 1, low=0.5)])
module('BCELoss', [{'weight': t([0.5, 2.0, 1.25])}], [rand(2, 3, low=0.125, high=0.875), rand(2, 3)])
module('BCEWithLogitsLoss', [{'posWeight': t([0.5, 2.0, 1.25]), 'weight': t([2.0, 0.5, 1.5])}], [randn(2, 3), rand(2, 3)])
module('KLDivLoss', [{'reduction': 'batchmean', 'logTarget': True}], [randn(2, 3), randn(2, 3)])
module('MultiMarginLoss', [{'weight': t([0.5, 2.0, 1.25])}], [randn(4, 3), ints(4, low=0, high=3)])
module('TripletMarginLoss', [{'swap': True, 'p': 1}], [randn(4, 3), randn(4, 3), randn(4, 3)])
module('InfoNCELoss', [{'form': 'ntXent'}], [randn(3, 3), randn(3, 3)], formula(formulas.info_nce))

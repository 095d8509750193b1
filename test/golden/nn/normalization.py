"""Normalisation."""
from golden import *
from modules import module

module('LayerNorm', [3], [randn(2, 3)])
module('LayerNorm', [[2, 3], {'eps': 0.001}], [randn(2, 2, 3)])
module('LayerNorm', [4, {'bias': False}], [randn(2, 2, 4)])
module('LayerNorm', [4, {'elementwiseAffine': False}], [randn(3, 4)])
module('RMSNorm', [3], [randn(2, 3)])
module('RMSNorm', [[2, 3], {'eps': 0.01}], [randn(2, 2, 3)])
module('RMSNorm', [4, {'elementwiseAffine': False}], [randn(3, 4)])

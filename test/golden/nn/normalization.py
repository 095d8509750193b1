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

for name, shape in [('BatchNorm1d', (4, 3)), ('BatchNorm1d', (2, 3, 4)), ('BatchNorm2d', (2, 3, 2, 3)), ('InstanceNorm1d', (2, 3, 4)),
                    ('InstanceNorm2d', (2, 3, 2, 3))]:
    module(name, [3], [randn(*shape)])
    module(name, [3], [randn(*shape)], train=False)
module('BatchNorm1d', [3], [randn(4, 3)], steps=3)
module('BatchNorm1d', [3, {'momentum': None}], [randn(4, 3)], steps=3)
module('BatchNorm2d', [3, {'momentum': 0.4, 'eps': 0.01}], [randn(2, 3, 2, 2)], steps=2)
module('BatchNorm2d', [3, {'affine': False}], [randn(2, 3, 2, 2)])
module('BatchNorm2d', [3, {'affine': False}], [randn(2, 3, 2, 2)], train=False)
for train in [True, False]:
    module('BatchNorm2d', [3, {'trackRunningStats': False}], [randn(2, 3, 2, 2)], train=train)
    module('InstanceNorm2d', [3, {'affine': True, 'trackRunningStats': True}], [randn(2, 3, 2, 2)], train=train, steps=2)
    module('InstanceNorm1d', [3, {'trackRunningStats': True, 'momentum': 0.3}], [randn(2, 3, 5)], train=train, steps=2)
module('InstanceNorm1d', [3, {'affine': True}], [randn(3, 4)])
module('InstanceNorm2d', [3, {'affine': True, 'eps': 0.5}], [randn(3, 2, 2)])
module('GroupNorm', [2, 8], [randn(2, 8)])
module('GroupNorm', [2, 4], [randn(2, 4, 2, 3)])
module('GroupNorm', [1, 4, {'eps': 0.1}], [randn(2, 4, 3)])
module('GroupNorm', [3, 3, {'affine': False}], [randn(2, 3, 3)])

"""Two operands: sums, products, quotients, powers, extremes."""
import torch
from golden import *

for name in ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'atan2', 'hypot', 'logaddexp']:
    case(name, [randn(2, 3), randn(2, 3)])
    case(name, [randn(2, 1, 3), randn(4, 1)])
    case(name, [randn(), randn(3)])
    case(name, [randn(0, 3), randn(3)])

for name in ['add', 'sub', 'mul', 'div']:
    case(name, [randn(2, 3), 2.5])
    case(name, [ints(2, 3), randn(3)])
    if name != 'sub':
        case(name, [randn(2, 3), bools(3)])
    case(name, special_pairs())
    throws(name, [randn(2, 3), randn(2)], 'SHAPE_MISMATCH', 'dim -1')

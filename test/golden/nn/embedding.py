"""Embeddings."""
from golden import *
from modules import module

module('Embedding', [5, 3], [ints(2, 4, low=0, high=5)])
module('Embedding', [4, 2], [t([3, 3, 0, 3])])
module('Embedding', [4, 2], [t(1)])
module('Embedding', [4, 2, {'paddingIdx': 1}], [t([[1, 2], [0, 1]])], smooth=False)
module('Embedding', [4, 2, {'paddingIdx': -1}], [t([3, 2, 0])], smooth=False)

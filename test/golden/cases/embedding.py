"""Rows of a table by number."""
import torch
import torch.nn.functional as F
from golden import *

case('F.embedding', [ints(2, 3, low=0, high=4), randn(4, 2)], F.embedding, length=6)
throws('F.embedding', [t([0, 4]), randn(4, 2)], 'BAD_INDEX', 'from 0 to 3')

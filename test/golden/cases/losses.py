"""Losses as functions; nn/losses.py has their options."""
import torch
import torch.nn.functional as F
from golden import *

case('F.crossEntropy', [randn(4, 3), ints(4, low=0, high=3)], F.cross_entropy, length=12)
case('F.crossEntropy', [randn(2, 3), rand(2, 3), {'labelSmoothing': 0.25}], F.cross_entropy, length=12)
case('F.crossEntropy', [t([[100.0, -100.0, 0.0], [1e4, 0.0, -1e4]]), t([1, 0]), {'reduction': 'none'}], F.cross_entropy, length=6)
case('F.crossEntropy', [randn(0, 3), ints(0, low=0, high=3), {'reduction': 'sum'}], F.cross_entropy, length=3)
case('F.nllLoss', [randn(4, 3), ints(4, low=0, high=3)], F.nll_loss, length=12)
case('F.mseLoss', [randn(2, 3), randn(2, 3)], F.mse_loss, length=12)
throws('F.crossEntropy', [randn(2, 3), t([0, 3])], 'BAD_INDEX', 'from 0 to 2')
throws('F.crossEntropy', [randn(2, 3), t([0, -1])], 'BAD_INDEX', 'no class')
throws('F.crossEntropy', [randn(2, 3), t([[0], [1]])], 'SHAPE_MISMATCH', r'squeeze\(-1\)')
throws('F.crossEntropy', [randn(2, 3), t([0.5, 1.0])], 'SHAPE_MISMATCH', 'probabilities')
throws('F.crossEntropy', [randn(2, 3), bools(2)], 'BAD_DTYPE', 'int32')
throws('F.crossEntropy', [randn(2, 3), 1], 'NOT_A_TENSOR')
throws('F.crossEntropy', [ints(2, 3), t([0, 1])], 'BAD_DTYPE', 'scores')
throws('F.crossEntropy', [randn(), t(0)], 'BAD_SHAPE', 'axis of classes')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'reduction': 'average'}], 'BAD_VALUE', 'mean, sum, none')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'labelSmoothing': 1.5}], 'BAD_VALUE', 'between 0 and 1')
throws('F.crossEntropy', [randn(2, 3), t([0, 1]), {'weight': randn(2)}], 'SHAPE_MISMATCH', '3 classes')
throws('F.nllLoss', [randn(2, 3), randn(2, 3)], 'BAD_DTYPE')
throws('F.mseLoss', [randn(2, 1), randn(2)], 'SHAPE_MISMATCH', r'reshape\(\[2, 1\]\)')
throws('F.mseLoss', [randn(2, 1), randn(3)], 'SHAPE_MISMATCH', 'One target')
throws('F.mseLoss', [randn(2), randn(2), {'reduction': 'max'}], 'BAD_VALUE')

REDUCTIONS = ['mean', 'sum', 'none']


def every(name, inputs, fn, *options, length=16, **how):
    """Each reduction with each of the options."""
    for option in [{}, *options]:
        for reduction in REDUCTIONS:
            case(f'F.{name}', [*inputs, {**option, 'reduction': reduction}], fn, length=length, **how)


def pairs_of_shapes(name, *more):
    """What two tensors of one shape and both float must be."""
    throws(f'F.{name}', [randn(2, 1), randn(2), *more], 'SHAPE_MISMATCH', r'reshape\(\[2, 1\]\)')
    throws(f'F.{name}', [randn(2), ints(2, low=0, high=2), *more], 'BAD_DTYPE', r'target.float\(\)')
    throws(f'F.{name}', [ints(2), rand(2), *more], 'BAD_DTYPE')
    throws(f'F.{name}', [randn(2), 1, *more], 'NOT_A_TENSOR')
    throws(f'F.{name}', [0.5, randn(2), *more], 'NOT_A_TENSOR')


# Losses of numbers.
ERRORS = t([0.0, 0.5, -0.5, 0.25, -0.25, 2.0, -2.0, 100.0, -100.0, 1e4, -1e4, np.inf, -np.inf, np.nan])
ZEROS = t([0.0] * 14).no_grad()
every('l1Loss', [randn(2, 3), randn(2, 3)], F.l1_loss)
every('huberLoss', [randn(2, 3), randn(2, 3)], F.huber_loss, {'delta': 0.5}, {'delta': 2})
every('smoothL1Loss', [randn(2, 3), randn(2, 3)], F.smooth_l1_loss, {'beta': 0.5}, {'beta': 2}, {'beta': 0})
case('F.l1Loss', [ERRORS, ZEROS, {'reduction': 'none'}], F.l1_loss)
case('F.huberLoss', [ERRORS, ZEROS, {'reduction': 'none', 'delta': 0.5}], F.huber_loss)
case('F.smoothL1Loss', [ERRORS, ZEROS, {'reduction': 'none', 'beta': 0.5}], F.smooth_l1_loss)
for name in ['l1Loss', 'huberLoss', 'smoothL1Loss', 'binaryCrossEntropy', 'binaryCrossEntropyWithLogits', 'klDiv', 'hingeLoss', 'sigmoidFocalLoss']:
    pairs_of_shapes(name)
    throws(f'F.{name}', [rand(2), rand(2), {'reduction': 'average'}], 'BAD_VALUE', 'mean, sum, none')
throws('F.huberLoss', [randn(2), randn(2), {'delta': 0}], 'BAD_VALUE', 'above 0')
throws('F.smoothL1Loss', [randn(2), randn(2), {'beta': -1}], 'BAD_VALUE', '0 or above')

VARIANCE = rand(2, 3, low=0.5, high=2)
every('gaussianNllLoss', [randn(2, 3), randn(2, 3), VARIANCE], F.gaussian_nll_loss, {'full': True})
case('F.gaussianNllLoss', [randn(2, 3), randn(2, 3), rand(2, 1, low=0.5, high=2)], F.gaussian_nll_loss, length=16)
case('F.gaussianNllLoss', [randn(2, 3), randn(2, 3), rand(2, low=0.5, high=2)], F.gaussian_nll_loss, length=16)
case('F.gaussianNllLoss', [randn(2, 3), randn(2, 3), 0.5], F.gaussian_nll_loss, length=16)
case('F.gaussianNllLoss', [randn(3), randn(3), t([0.0, 0.125, 0.5]), {'eps': 0.25, 'reduction': 'none'}], F.gaussian_nll_loss, length=16, generic=False)
pairs_of_shapes('gaussianNllLoss', 1)
throws('F.gaussianNllLoss', [randn(2, 3), randn(2, 3), rand(3)], 'SHAPE_MISMATCH', r'\[2, 1\]')
throws('F.gaussianNllLoss', [randn(2), randn(2), ints(2)], 'BAD_DTYPE')
throws('F.gaussianNllLoss', [randn(2), randn(2), rand(2), {'eps': 0}], 'BAD_VALUE', 'eps')
throws('F.gaussianNllLoss', [randn(2), randn(2), rand(2), {'reduction': 'average'}], 'BAD_VALUE')

# Yes or no.
SHARES = rand(2, 3, low=0.125, high=0.875)
every('binaryCrossEntropy', [SHARES, rand(2, 3)], F.binary_cross_entropy, {'weight': rand(3).no_grad()}, {'weight': rand(2, 1).no_grad()})
case('F.binaryCrossEntropy', [t([0.0, 0.0, 1.0, 1.0, 0.5, 2.0**-100, 0.0, 1.0]), t([0.0, 1.0, 0.0, 1.0, 0.25, 1.0, 0.5, 0.5]).no_grad(), {'reduction': 'none'}],
     F.binary_cross_entropy)
throws('F.binaryCrossEntropy', [rand(2, 3), rand(2, 3), {'weight': rand(2)}], 'SHAPE_MISMATCH', 'weight')
ROUNDS = dict(scale=1, grad_scale=1, why='PyTorch computes sigmoid(x) - y and (1 - y) x + ..., which cancel')
every('binaryCrossEntropyWithLogits', [randn(2, 3), rand(2, 3)], F.binary_cross_entropy_with_logits, {'weight': rand(3).no_grad()},
      {'posWeight': rand(3, low=0.5, high=3).no_grad()}, {'weight': rand(2, 1).no_grad(), 'posWeight': rand(3).no_grad()}, **ROUNDS)
case('F.binaryCrossEntropyWithLogits', [t([100.0, -100, 100, -100, 1e4, -1e4, 1e4, -1e4, np.inf, np.nan]), t([1.0, 1, 0, 0, 1, 1, 0, 0, 0, 1]), {'reduction': 'none'}],
     F.binary_cross_entropy_with_logits, **ROUNDS)
throws('F.binaryCrossEntropyWithLogits', [randn(2, 3), rand(2, 3), {'weight': rand(2)}], 'SHAPE_MISMATCH', 'weight')
throws('F.binaryCrossEntropyWithLogits', [randn(2, 3), rand(2, 3), {'posWeight': rand(4, 2, 3)}], 'SHAPE_MISMATCH', 'posWeight')
throws('F.binaryCrossEntropyWithLogits', [randn(2, 3), rand(2, 3), {'posWeight': 2}], 'NOT_A_TENSOR')


def sigmoid_focal(x, y, alpha=0.25, gamma=2.0, reduction='mean'):
    """Lin et al. 2017, equations 2 to 5."""
    ce = F.binary_cross_entropy_with_logits(x, y, reduction='none')
    missing = torch.sigmoid(x) * (1 - y) + torch.sigmoid(-x) * y
    alpha_t = 1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
    return reduce(alpha_t * missing**gamma * ce, reduction)


def focal(x, y, alpha=None, gamma=2.0, reduction='mean'):
    """Lin et al. 2017, equation 5, with the softmax's probability of the true class."""
    log_p = F.log_softmax(x, min(1, x.dim() - 1))
    log_pt = -F.nll_loss(log_p, y, reduction='none')
    alpha_t = 1 if alpha is None else alpha[y]
    return reduce(-alpha_t * (1 - log_pt.exp())**gamma * log_pt, reduction)


def reduce(losses, reduction):
    return losses if reduction == 'none' else getattr(losses, reduction)()


FOCAL = dict(scale=1, grad_scale=1, why='1 - p_t cancels in the formula')
every('sigmoidFocalLoss', [randn(2, 3), rand(2, 3)], sigmoid_focal, {'alpha': 0.75, 'gamma': 0.5}, {'gamma': 0}, **FOCAL)
case('F.sigmoidFocalLoss', [t([100.0, -100, 100, -100, 20.0, 1e4, -1e4, 1e4, -1e4]), t([1.0, 1, 0, 0, 1, 1, 1, 0, 0]).no_grad(), {'reduction': 'none'}], sigmoid_focal, **FOCAL)
throws('F.sigmoidFocalLoss', [randn(2), rand(2), {'gamma': -1}], 'BAD_VALUE', 'gamma')
every('focalLoss', [randn(4, 3), ints(4, low=0, high=3)], focal, {'gamma': 0.5}, {'gamma': 0}, {'alpha': t([0.5, 2.0, 1.25]).no_grad(), 'gamma': 1}, **FOCAL)
case('F.focalLoss', [randn(2, 3, 2), ints(2, 2, low=0, high=3)], focal, length=16, **FOCAL)
case('F.focalLoss', [randn(2, 3, 2), ints(2, 2, low=0, high=3), {'alpha': t([0.5, 2.0, 1.25]).no_grad(), 'reduction': 'none'}], focal, length=16, **FOCAL)
case('F.focalLoss', [randn(3), t(2)], focal, length=16, **FOCAL)
case('F.focalLoss', [t([[100.0, -100.0, 0.0], [1e4, 0.0, -1e4], [0.0, 100.0, 0.0]]), t([1, 2, 1]), {'reduction': 'none'}], focal, length=16, **FOCAL)
throws('F.focalLoss', [randn(2, 3), rand(2, 3)], 'BAD_DTYPE', 'int32')
throws('F.focalLoss', [randn(2, 3), t([0, 3])], 'BAD_INDEX', 'from 0 to 2')
throws('F.focalLoss', [randn(2, 3), t([[0], [1]])], 'SHAPE_MISMATCH', r'squeeze\(-1\)')
throws('F.focalLoss', [randn(2, 3), t([0, 1]), {'alpha': rand(2)}], 'SHAPE_MISMATCH', 'alpha')
throws('F.focalLoss', [randn(2, 3), t([0, 1]), {'gamma': -0.5}], 'BAD_VALUE', 'gamma')
throws('F.focalLoss', [randn(2, 3), t([0, 1]), {'reduction': 'average'}], 'BAD_VALUE')

# Distributions.
for reduction in [*REDUCTIONS, 'batchmean']:
    case('F.klDiv', [randn(2, 3), rand(2, 3, low=0.125), {'reduction': reduction}], F.kl_div, length=16)
    case('F.klDiv', [randn(2, 3), randn(2, 3), {'reduction': reduction, 'logTarget': True}], F.kl_div, length=16)
case('F.klDiv', [t([-1.0, -2.0, -100.0, -np.inf, -1e4, -np.inf]), t([0.0, 1.0, 0.5, 0.5, 0.0, 0.0]).no_grad(), {'reduction': 'none'}], F.kl_div)
throws('F.klDiv', [randn(), rand(), {'reduction': 'batchmean'}], 'BAD_SHAPE', 'axis of rows')


# Margins.
def hinge(s, y, margin=1.0, reduction='mean'):
    """Cortes & Vapnik 1995: the slack of each example."""
    return reduce(torch.clamp_min(margin - y * s, 0), reduction)


SIGNS = t([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
every('hingeLoss', [randn(2, 3), SIGNS], hinge, {'margin': 0.5}, generic=True)
every('multiMarginLoss', [randn(4, 3), ints(4, low=0, high=3)], F.multi_margin_loss, {'p': 2, 'margin': 0.5}, {'weight': t([0.5, 2.0, 1.25]).no_grad()})
case('F.multiMarginLoss', [randn(3), t(2)], F.multi_margin_loss, length=16)
case('F.multiMarginLoss', [randn(3), t(2), {'weight': t([0.5, 2.0, 1.25]).no_grad()}], F.multi_margin_loss, length=16)
throws('F.multiMarginLoss', [randn(2, 3), t([0, 3])], 'BAD_INDEX')
throws('F.multiMarginLoss', [randn(2, 3), rand(2)], 'BAD_DTYPE')
throws('F.multiMarginLoss', [randn(2, 3), t([0, 1]), {'p': 3}], 'BAD_VALUE', 'p must be 1 or 2')
throws('F.multiMarginLoss', [randn(2, 3, 2), ints(2, 2, low=0, high=3)], 'BAD_SHAPE')
throws('F.multiMarginLoss', [randn(2, 3), t([0, 1]), {'weight': rand(2)}], 'SHAPE_MISMATCH', '3 classes')
throws('F.multiMarginLoss', [randn(2, 3), t([0, 1]), {'reduction': 'average'}], 'BAD_VALUE')


# Vectors.
def contrastive(a, b, y, margin=1.0, reduction='mean'):
    """Hadsell et al. 2006, equation 4."""
    distance = torch.linalg.vector_norm(a - b, dim=-1)
    return reduce((1 - y) / 2 * distance**2 + y / 2 * torch.clamp_min(margin - distance, 0)**2, reduction)


def info_nce(q, k, temperature=0.1, normalize=True, negatives=None, form='infoNCE', reduction='mean'):
    """van den Oord et al. 2018, equation 4; with 'ntXent' Chen et al. 2020, equation 1: row by row, as they stand there."""
    unit = (lambda v: v / torch.linalg.vector_norm(v, dim=-1, keepdim=True)) if normalize else (lambda v: v)
    q, k = unit(q), unit(k)
    if form == 'ntXent':
        z = torch.cat([q, k])
        n = len(q)
        rows = [(z[i], [(i + n) % (2 * n)] + [j for j in range(2 * n) if j not in (i, (i + n) % (2 * n))], z) for i in range(2 * n)]
    else:
        keys = k if negatives is None else torch.cat([k, unit(negatives)])
        rows = [(q[i], [i] + [j for j in range(len(keys)) if j != i], keys) for i in range(len(q))]
    scores = [torch.stack([v @ keys[j] for j in order]) / temperature for v, order, keys in rows]
    return reduce(torch.stack([torch.logsumexp(s, 0) - s[0] for s in scores]), reduction)


every('contrastiveLoss', [randn(4, 3), randn(4, 3), t([0, 1, 1, 0])], contrastive, {'margin': 3})
case('F.contrastiveLoss', [randn(4, 3), randn(4, 3), t([0.0, 1.0, 0.5, 0.0]), {'margin': 3}], contrastive, length=16, generic=True)
case('F.contrastiveLoss', [randn(3), randn(3), t(1), {'margin': 4}], contrastive, length=16)
case('F.contrastiveLoss', [t([[1.0, 2.0], [1.0, 2.0]]), t([[1.0, 2.0], [1.0, 2.0]]), t([0, 1]), {'reduction': 'none'}], contrastive)
every('tripletMarginLoss', [randn(4, 3), randn(4, 3), randn(4, 3)], F.triplet_margin_loss, {'margin': 0.5, 'p': 1}, {'swap': True, 'eps': 0.125})
case('F.tripletMarginLoss', [randn(3), randn(3), randn(3), {'margin': 4}], F.triplet_margin_loss, length=16)
every('cosineEmbeddingLoss', [randn(4, 3), randn(4, 3), t([1, -1, -1, 1])], F.cosine_embedding_loss, {'margin': -0.5}, {'margin': 0.5})
case('F.cosineEmbeddingLoss', [randn(4, 3), randn(4, 3), t([1.0, -1.0, 0.0, 1.0]).no_grad(), {'reduction': 'none'}], F.cosine_embedding_loss, length=16)
case('F.cosineEmbeddingLoss', [randn(3), randn(3), t(1)], F.cosine_embedding_loss, length=16)
case('F.cosineEmbeddingLoss', [t([[0.0, 0.0], [0.0, 0.0], [100.0, 0.0]]), t([[1.0, 0.0], [0.0, 0.0], [0.0, 1e4]]), t([1, -1, 1]), {'reduction': 'none'}], F.cosine_embedding_loss, length=16)
NCE = dict(length=64, scale=1, grad_scale=8, why='gradients by vectors are differences of terms of size 1 / temperature')
every('infoNCE', [randn(4, 3), randn(4, 3)], info_nce, {'temperature': 1, 'normalize': False}, {'form': 'ntXent', 'temperature': 0.5}, **NCE)
case('F.infoNCE', [randn(2, 3), randn(2, 3), {'negatives': randn(5, 3)}], info_nce, **NCE)
case('F.infoNCE', [randn(2, 3), randn(2, 3), {'negatives': randn(5, 3), 'normalize': False, 'reduction': 'none'}], info_nce, **NCE)
case('F.infoNCE', [randn(2, 3), randn(2, 3), {'form': 'ntXent', 'normalize': False}], info_nce, **NCE)

ROWS = [randn(2, 3), randn(2, 3)]
for name, more in [('contrastiveLoss', [t([0, 1])]), ('cosineEmbeddingLoss', [t([1, -1])]), ('infoNCE', []), ('tripletMarginLoss', [randn(2, 3)])]:
    throws(f'F.{name}', [randn(2, 3), randn(2, 2), *more], 'SHAPE_MISMATCH', r'\[2, 3\]; it has \[2, 2\]')
    throws(f'F.{name}', [randn(2, 3, 2), randn(2, 3, 2), *more], 'BAD_SHAPE', r'flatten\(1\)')
    throws(f'F.{name}', [ints(2, 3), randn(2, 3), *more], 'BAD_DTYPE')
    throws(f'F.{name}', [randn(2, 3), ints(2, 3), *more], 'BAD_DTYPE')
    throws(f'F.{name}', [randn(2, 3), 1, *more], 'NOT_A_TENSOR')
    throws(f'F.{name}', [*ROWS, *more, {'reduction': 'average'}], 'BAD_VALUE', 'mean, sum, none')
for name in ['contrastiveLoss', 'cosineEmbeddingLoss']:
    throws(f'F.{name}', [*ROWS, t([[1], [1]])], 'SHAPE_MISMATCH', r'a target of shape \[2\]')
    throws(f'F.{name}', [*ROWS, 1], 'NOT_A_TENSOR')
throws('F.contrastiveLoss', [*ROWS, t([0, 1]), {'margin': 0}], 'BAD_VALUE', 'margin')
throws('F.tripletMarginLoss', [*ROWS, randn(2, 3), {'margin': -1}], 'BAD_VALUE', 'margin')
throws('F.tripletMarginLoss', [*ROWS, randn(3, 3)], 'SHAPE_MISMATCH', 'negative')
throws('F.cosineEmbeddingLoss', [*ROWS, t([1, -1]), {'margin': 2}], 'BAD_VALUE', 'between -1 and 1')
throws('F.cosineEmbeddingLoss', [*ROWS, bools(2)], 'BAD_DTYPE', '1 or -1')
throws('F.infoNCE', [randn(3), randn(3)], 'BAD_SHAPE', r'\[N, D\]')
throws('F.infoNCE', [*ROWS, {'temperature': 0}], 'BAD_VALUE', 'temperature')
throws('F.infoNCE', [*ROWS, {'form': 'simclr'}], 'BAD_VALUE', 'ntXent')
throws('F.infoNCE', [*ROWS, {'form': 'ntXent', 'negatives': randn(2, 3)}], 'BAD_VALUE', 'negatives')
throws('F.infoNCE', [*ROWS, {'negatives': randn(2, 2)}], 'SHAPE_MISMATCH', r'\[M, 3\]')

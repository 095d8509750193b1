"""One operand: functions of a number, rounding, tests, activations."""
import torch
from golden import *
from torch.nn import functional as F

INNER = lambda *shape: rand(*shape, low=-0.9, high=0.9)
POSITIVE = lambda *shape: rand(*shape, low=0.05, high=4)
DOMAINS = {
    **{name: INNER for name in ['asin', 'acos', 'atanh', 'erfinv']},
    **{name: POSITIVE for name in ['sqrt', 'rsqrt', 'log', 'log2', 'log10', 'lgamma', 'digamma']},
    'acosh': lambda *shape: rand(*shape, low=1.05, high=5),
    'log1p': lambda *shape: rand(*shape, low=-0.9, high=4),
}
FLOATS = """sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
            erf erfc erfinv lgamma digamma sigmoid""".split()
KEPT = 'neg abs sign square floor ceil round trunc relu'.split()
ACTIVATIONS = {'silu': F.silu, 'gelu': F.gelu, 'logsigmoid': F.logsigmoid, 'softplus': F.softplus, 'frac': torch.frac}

# Where PyTorch itself is not exact, or its gradient is: see the reasons.
LOOSE = {
    'digamma': dict(grad=False, scale=1, why='near its zero at 1.46 a relative error has no bound'),
    # PyTorch's trigamma is right to 9 digits only; test/src/autograd/trigamma.test.ts has better ones
    'lgamma': dict(scale=1, why='near its zeros at 1 and 2 a relative error has no bound'),
    'gelu': dict(scale=1, why='PyTorch computes 1 + erf(x), which cancels for negative x'),
    'silu': dict(scale=1, why='1 + x (1 - sigmoid(x)) cancels in the gradient'),
    'atanh': dict(ulps=6, why='PyTorch takes half a logarithm of a quotient, each rounded'),
    'erfinv': dict(ulps=16, why='PyTorch rounds the polynomial of its first guess and corrects it twice'),
    'tan': dict(ulps=8, why='1 + tan^2 is rounded twice more'),
    'sigmoid': dict(grad_scale=1, why='out (1 - out) cancels in the gradient'),
    'tanh': dict(grad_scale=1, why='1 - out^2 cancels in the gradient'),
    'expm1': dict(grad_scale=1, why='out + 1 cancels in the gradient'),
    'relu': dict(signed_zeros=False),  # relu(-0) is 0 or -0, as the processor has it
    'softplus': dict(scale=0.05, why='PyTorch rounds e^x before its logarithm, for negative x'),
}
for name in FLOATS + KEPT + list(ACTIVATIONS):
    fn = ACTIVATIONS.get(name) or getattr(torch, name)
    how = LOOSE.get(name, {})
    numbers = DOMAINS.get(name, randn)
    case(name, [numbers(2, 5)], fn, **how)
    case(name, [numbers()], fn, **how)
    case(name, [numbers(0, 3)], fn)
    case(name, [specials()], fn, **{**how, 'grad': False})
for name in KEPT:
    case(name, [ints(2, 3)], getattr(torch, name))
for name in ['sqrt', 'exp', 'sin', 'sigmoid', 'reciprocal']:
    case(name, [ints(2, 3, low=1, high=5)], getattr(torch, name))
    case(name, [t([True, True])], getattr(torch, name))
for name in ['neg', 'abs', 'floor', 'ceil', 'round', 'trunc', 'relu']:
    throws(name, [bools(3)], 'BAD_DTYPE', name)
for name in ['silu', 'gelu', 'logsigmoid', 'softplus', 'frac']:
    throws(name, [ints(3)], 'BAD_DTYPE', name)
case('sign', [bools(3)])
case('square', [bools(3)])

# At 0, ties and kinks the gradient is a convention.
for name in ['abs', 'sign', 'relu', 'square', 'tanh', 'sigmoid', 'exp', 'neg']:
    case(name, [t([0.0, -0.0, 1.0, -1.0])], getattr(torch, name), **LOOSE.get(name, {}))
case('sqrt', [t([0.0, 4.0])])

# Half a unit between neighbours, and far out.
HALVES = t([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.25, 1e15])
for name in ['floor', 'ceil', 'round', 'trunc', 'frac']:
    case(name, [HALVES], getattr(torch, name))
for decimals in [-2, 1, 3]:
    case('round', [t([1250.0, 1.25, -3.40625, 12345.625, 0.0]), {'decimals': decimals}])
throws('round', [randn(3), {'decimals': 0.5}], 'BAD_VALUE', 'decimals')
throws('round', [ints(3), {'decimals': 1}], 'BAD_DTYPE', 'round')

FAR = t([-1e4, -100.0, -30.0, 0.0, 30.0, 100.0, 1e4])
for name in ['sigmoid', 'tanh', 'erf', 'erfc', 'expm1', 'asinh', 'atan']:
    case(name, [FAR], getattr(torch, name), **{**LOOSE.get(name, {}), 'grad': name not in ('erf', 'erfc')})
case('logsigmoid', [FAR], F.logsigmoid)
case('softplus', [t([-1e4, -100.0, 0.0, 15.0, 25.0, 100.0, 1e4])], F.softplus, scale=0.05, why=LOOSE['softplus']['why'])
case('softplus', [randn(2, 5), {'beta': 2, 'threshold': 1}], F.softplus, scale=0.05, why=LOOSE['softplus']['why'])
case('softplus', [randn(2, 5), {'beta': -0.5}], F.softplus, scale=0.5, why=LOOSE['softplus']['why'])
case('gelu', [randn(2, 5), {'approximate': 'tanh'}], F.gelu, scale=1, why='1 + tanh cancels for negative x')
case('gelu', [t([-1e4, -100.0, -5.0, 0.0, 5.0, 100.0, 1e4])], F.gelu, scale=1, why=LOOSE['gelu']['why'])
case('gelu', [specials(), {'approximate': 'tanh'}], F.gelu, grad=False, scale=1, why='1 + tanh cancels for negative x')
throws('gelu', [randn(3), {'approximate': 'fast'}], 'BAD_VALUE', 'fast')

for name in ['isnan', 'isinf', 'isfinite', 'logicalNot']:
    case(name, [specials()])
    case(name, [ints(3)])
    case(name, [bools(3)])
    case(name, [randn(0, 2)])

# In float32 the greatest number is another one than PyTorch's golden, which is made in float64.
case('nanToNum', [specials()], only='float64')
case('nanToNum', [specials(), {'nan': 7.0, 'posinf': 8.0, 'neginf': -9.0}])
case('nanToNum', [ints(3)])
case('nanToNum', [t([1.0, -2.0, 3.0])])
case('clone', [specials()])
case('clone', [randn(2, 3)])
for name, value in {'zerosLike': 0, 'onesLike': 1}.items():
    case(name, [randn(2, 3)], grad=False)
    case(name, [ints(2, 3)])
case('fullLike', [randn(2, 3), 7], grad=False)
# 16 bits: PyTorch computes in float32 and rounds once, and so do we.
for only in ['float16', 'bfloat16']:
    for name in ['exp', 'sqrt', 'tanh', 'neg', 'square']:
        case(name, [POSITIVE(2, 3)], only=only, grad=name != 'tanh')
    case('softplus', [randn(2, 3), {'beta': 2}], F.softplus, only=only)
case('nanToNum', [randn(2, 3)])
# The gradient, for what PyTorch's is worth.
case('digamma', [rand(2, 3, low=1.6, high=4)], only='float64', scale=1, grad_scale=1e7,
     why="near its zero at 1.46 a relative error has no bound; and PyTorch's trigamma is right to 9 digits only")

case('logit', [rand(2, 3, low=0.1, high=0.9)], ulps=8, grad_scale=4, why='two logarithms and their difference, which is small near 1/2', scale=1)
case('logit', [rand(4, low=-0.5, high=1.5), {'eps': 0.125}], ulps=8, scale=1, grad_scale=16, generic=False,
     why='two logarithms and their difference, which is small near 1/2')
case('logit', [t([0.0, 1.0, 0.5, -1.0, 2.0, float('nan'), 1e-30])], grad=False)
case('logit', [t([0, 1])], grad=False)

"""Writes autograd.json: whole programs, with first and second derivatives both ways, by PyTorch in float64. Run by hand as make_tensors.py."""
import json
import platform
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import numpy as np
import torch
from torch.func import grad, hessian, jvp, vmap

from golden import _rounded, find
from make_tensors import number

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(5)
STEPS = 20
PROGRAMS = 16

UNARY = ['sin', 'cos', 'tanh', 'sigmoid', 'softplus', 'exp', 'square', 'neg', 'atan', 'erf', 'expm1', 'asinh', 'silu', 'gelu']
BINARY = ['add', 'sub', 'mul', 'maximum', 'minimum', 'atan2', 'hypot', 'logaddexp']
AXIS = ['softmax', 'logSoftmax', 'cumsum', 'flip']
KEPT = ['sum', 'mean', 'amax', 'var', 'logsumexp']


def draw(*shape):
    return torch.tensor(_rounded(rng.standard_normal(shape)))


def call(name, values, args, options):
    return find(name)(*values, *args, **{'keepdim': True} if options else {})


def execute(steps, inputs):
    values = list(inputs)
    for name, places, args, options in steps:
        values.append(call(name, [values[i] for i in places], args, options))
    # Every value takes part in the result, so that no step is in vain.
    return sum((v.sin().sum() for v in values[len(inputs):]), torch.tensor(0.0))


def random_steps(count):
    """Steps on values 0, 1, 2 (shapes [3, 4], [4], [3, 1]) and on the results before."""
    steps = []
    for k in range(STEPS):
        have = count + k
        pick = lambda: int(rng.integers(max(0, have - 5), have)) if rng.random() < 0.7 else int(rng.integers(0, have))
        kind = rng.random()
        if kind < 0.4:
            steps.append([str(rng.choice(UNARY)), [pick()], [], 0])
        elif kind < 0.75:
            steps.append([str(rng.choice(BINARY)), [pick(), pick()], [], 0])
        elif kind < 0.9:
            name = str(rng.choice(AXIS))
            steps.append([name, [pick()], [[-1]] if name == 'flip' else [-1], 0])
        else:
            steps.append([str(rng.choice(KEPT)), [pick()], [-1], 1])
    return steps


def derivatives(f, inputs, directions):
    value, tangent = jvp(f, tuple(inputs), tuple(directions))
    xs = [x.clone().requires_grad_() for x in inputs]
    gradients = torch.autograd.grad(f(*xs), xs, create_graph=True)
    square = sum((g * g).sum() for g in gradients)
    penalty = torch.autograd.grad(square, xs, allow_unused=True, retain_graph=True)
    along = sum((g * v).sum() for g, v in zip(gradients, directions))
    product = torch.autograd.grad(along, xs, allow_unused=True)
    filled = lambda parts: [torch.zeros_like(x) if p is None else p.detach() for p, x in zip(parts, xs)]
    return {'value': [value], 'jvp': [tangent], 'gradients': filled(gradients), 'penalty': filled(penalty), 'hvp': filled(product)}


def stable(a, b):
    """Whether two results, of inputs that differ by 1e-9, differ by little, and nothing is out of range."""
    for key in a:
        for x, y in zip(a[key], b[key]):
            size = x.abs().max().item()
            if not np.isfinite(size) or size > 1e4 or (x - y).abs().max().item() > 3e-8 * max(size, 1e-3):
                return False
    return True


def encoded(tensors):
    return [{'t': [number(v) for v in t.detach().reshape(-1).tolist()], 's': list(t.shape)} for t in tensors]


def coded(results):
    return {key: encoded(value) for key, value in results.items()}


def chains():
    found = []
    while len(found) < PROGRAMS:
        inputs = [draw(3, 4), draw(4), draw(3, 1)]
        directions = [draw(3, 4), draw(4), draw(3, 1)]
        steps = random_steps(len(inputs))
        f = lambda *xs: execute(steps, xs)
        try:
            results = derivatives(f, inputs, directions)
            near = derivatives(f, [x * (1 + 1e-9) for x in inputs], directions)
        except RuntimeError:
            continue
        if not stable(results, near):
            continue
        found.append({'steps': steps, 'inputs': encoded(inputs), 'directions': encoded(directions), **coded(results)})
    return found


def network():
    """An MLP 4-6-3 with tanh and cross entropy on 8 examples."""
    x, labels = draw(8, 4), torch.tensor(rng.integers(0, 3, 8))
    params = [draw(4, 6) * 0.5, draw(6) * 0.5, draw(6, 3) * 0.5, draw(3) * 0.5]
    directions = [draw(*p.shape) for p in params]
    y = torch.nn.functional.one_hot(labels, 3).to(torch.float64)

    def loss(w1, b1, w2, b2, x=x, y=y):
        return -(torch.log_softmax(torch.tanh(x @ w1 + b1) @ w2 + b2, 1) * y).sum(1).mean()

    results = derivatives(loss, params, directions)
    each = lambda xi, yi: grad(lambda ps: loss(*ps, x=xi[None], y=yi[None]))(tuple(params))
    results['perExample'] = list(vmap(each)(x, y))
    blocks = hessian(lambda b1, b2: loss(params[0], b1, params[2], b2), argnums=(0, 1))(params[1], params[3])
    results['hessian'] = [block for row in blocks for block in row]
    return {'x': encoded([x])[0], 'y': encoded([y])[0], 'inputs': encoded(params), 'directions': encoded(directions), **coded(results)}


out = {
    'header': {'made': 'by test/golden/make_autograd.py; never edited by hand', 'torch': torch.__version__, 'numpy': np.__version__,
               'python': platform.python_version(), 'seed': 'numpy default_rng(5)'},
    'network': network(),
    'chains': chains(),
}
parts = [f'"header":{json.dumps(out["header"])}', f'"network":{json.dumps(out["network"], separators=(",", ":"))}',
         '"chains":[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in out['chains']) + '\n]']
(Path(__file__).parent / 'autograd.json').write_text('{' + ',\n'.join(parts) + '}\n')

"""Writes optim/trajectories.json: 20 steps of every optimizer, by PyTorch or by the formulas of the papers. By hand: python make_optim.py

The formulas below are written once more, in float64, from the papers: Lion (Chen et al. 2023, algorithm 2), LARS (You et al. 2017, eq. 6
and algorithm 1), LAMB (You et al. 2020, algorithm 2), SAM (Foret et al. 2021, algorithm 1; adaptive: Kwon et al. 2021, eq. 8)."""
import json
import platform
from pathlib import Path

import torch

HERE = Path(__file__).parent
STEPS = 20
torch.set_default_dtype(torch.float64)


class Written:
    """An optimizer as its paper has it."""

    def __init__(self, params, **options):
        self.params, self.o, self.state = list(params), options, {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.move(p, p.grad, self.state.setdefault(i, {}))


class Lion(Written):
    def move(self, p, g, s):
        lr, (b1, b2), wd = self.o.get('lr', 1e-4), self.o.get('betas', (0.9, 0.99)), self.o.get('weight_decay', 0)
        m = s.get('m', torch.zeros_like(p))
        c = b1 * m + (1 - b1) * g
        p -= lr * (torch.sign(c) + wd * p)
        s['m'] = b2 * m + (1 - b2) * g


class LARS(Written):
    def move(self, p, g, s):
        lr, mu, wd, eta = self.o.get('lr', 0.1), self.o.get('momentum', 0.9), self.o.get('weight_decay', 0), self.o.get('trust_coefficient', 1e-3)
        w, n = p.norm(), g.norm()
        local = eta * w / (n + wd * w) if self.o.get('adapt', True) and w > 0 and n > 0 else 1.0
        s['v'] = mu * s.get('v', torch.zeros_like(p)) + lr * local * (g + wd * p)
        p -= s['v']


class LAMB(Written):
    def move(self, p, g, s):
        lr, (b1, b2), eps, wd = self.o.get('lr', 1e-3), self.o.get('betas', (0.9, 0.999)), self.o.get('eps', 1e-6), self.o.get('weight_decay', 0)
        t = s['t'] = s.get('t', 0) + 1
        m = s['m'] = b1 * s.get('m', torch.zeros_like(p)) + (1 - b1) * g
        v = s['v'] = b2 * s.get('v', torch.zeros_like(p)) + (1 - b2) * g * g
        r = (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + eps) + wd * p
        ratio = p.norm() / r.norm() if self.o.get('adapt', True) and p.norm() > 0 and r.norm() > 0 else 1.0
        p -= lr * ratio * r


class SAM:
    def __init__(self, params, rho=0.05, adaptive=False, **options):
        self.params = list(params)
        self.base, self.rho, self.adaptive = torch.optim.SGD(self.params, **options), rho, adaptive

    def zero_grad(self):
        self.base.zero_grad()

    def step(self, closure):
        loss = closure()
        with torch.no_grad():
            weigh = lambda p: p.abs() if self.adaptive else torch.ones_like(p)
            moving = [p for p in self.params if p.grad is not None]
            total = torch.sqrt(sum(((weigh(p) * p.grad) ** 2).sum() for p in moving)) + 1e-12
            moves = [self.rho * weigh(p) ** 2 * p.grad / total for p in moving]
            for p, e in zip(moving, moves):
                p += e
        closure()
        with torch.no_grad():
            for p, e in zip(moving, moves):
                p -= e
        self.base.step()
        return loss


OWN = {'Lion': Lion, 'LARS': LARS, 'LAMB': LAMB, 'SAM': SAM}


def snake(name):
    return ''.join('_' + c.lower() if c.isupper() else c for c in name)


def quadratic():
    """1/2 sum c x^2 with curvatures from 0.01 to 10: badly conditioned. Two parameters, and one without gradient."""
    x = torch.tensor([1.0, -2.0, 3.0, 0.5], requires_grad=True)
    y = torch.tensor([[4.0, -1.0], [0.25, 2.0]], requires_grad=True)
    unused = torch.tensor([7.0], requires_grad=True)
    cx, cy = torch.tensor([10.0, 1.0, 0.1, 0.01]), torch.tensor([[3.0, 0.3], [5.0, 0.05]])
    return [x, y, unused], lambda: ((cx * x * x).sum() + (cy * y * y).sum()) / 2


def network():
    g = torch.Generator().manual_seed(3)
    draw = lambda *shape: torch.randn(*shape, generator=g).float().double()
    w1, b1, w2, b2 = [(draw(*s) * 0.5).requires_grad_() for s in [(5, 3), (5,), (2, 5), (2,)]]
    x, t = draw(8, 3), draw(8, 2)
    f = lambda: ((torch.tanh(x @ w1.T + b1) @ w2.T + b2 - t) ** 2).mean()
    return [w1, b1, w2, b2], f, x, t


def trajectory(name, options, make):
    problem = make()
    params, loss_of = problem[0], problem[1]
    start = [p.detach().clone() for p in params]
    keywords = {snake(k): tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    opt = (OWN.get(name) or getattr(torch.optim, name))(params, **keywords)

    def closure():
        opt.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    losses = []
    for _ in range(STEPS):
        if name == 'SAM':
            losses.append(opt.step(closure).item())
        else:
            losses.append(closure().item())
            opt.step()
    flat = lambda xs: [x.detach().reshape(-1).tolist() for x in xs]
    return {'start': flat(start), 'losses': losses, 'end': flat(params)}


CASES = [
    ('SGD', {'lr': 0.05}), ('SGD', {'lr': 0.05, 'momentum': 0.9}), ('SGD', {'lr': 0.05, 'momentum': 0.9, 'nesterov': True}),
    ('SGD', {'lr': 0.05, 'momentum': 0.5, 'dampening': 0.25}), ('SGD', {'lr': 0.05, 'weightDecay': 0.1}),
    ('SGD', {'lr': 0.001, 'momentum': 0.9, 'weightDecay': 0.1, 'maximize': True}), ('SGD', {}),
    ('Adam', {}), ('Adam', {'lr': 0.1}), ('Adam', {'lr': 0.1, 'betas': [0.5, 0.9], 'eps': 1e-3}), ('Adam', {'lr': 0.1, 'weightDecay': 0.1}),
    ('Adam', {'lr': 0.1, 'amsgrad': True, 'betas': [0.9, 0.5]}), ('Adam', {'lr': 0.01, 'maximize': True}),
    ('AdamW', {}), ('AdamW', {'lr': 0.1, 'weightDecay': 0.5}), ('AdamW', {'lr': 0.1, 'amsgrad': True, 'betas': [0.9, 0.5]}),
    ('RMSprop', {}), ('RMSprop', {'lr': 0.05, 'alpha': 0.5, 'eps': 1e-2}), ('RMSprop', {'momentum': 0.9}), ('RMSprop', {'centered': True}),
    ('RMSprop', {'centered': True, 'momentum': 0.5, 'weightDecay': 0.1}),
    ('Adagrad', {}), ('Adagrad', {'lr': 0.5, 'lrDecay': 0.1}), ('Adagrad', {'lr': 0.5, 'weightDecay': 0.1, 'initialAccumulatorValue': 0.5, 'eps': 1e-2}),
    ('Adadelta', {}), ('Adadelta', {'lr': 0.5, 'rho': 0.5, 'eps': 1e-2}), ('Adadelta', {'weightDecay': 0.1}),
    ('Adamax', {}), ('Adamax', {'lr': 0.1, 'betas': [0.5, 0.9], 'eps': 1e-2}), ('Adamax', {'lr': 0.1, 'weightDecay': 0.1}),
    ('NAdam', {}), ('NAdam', {'lr': 0.1, 'momentumDecay': 0.1}), ('NAdam', {'lr': 0.1, 'weightDecay': 0.1}),
    ('NAdam', {'lr': 0.1, 'weightDecay': 0.1, 'decoupledWeightDecay': True}),
    ('RAdam', {}), ('RAdam', {'lr': 0.1, 'betas': [0.5, 0.6]}), ('RAdam', {'lr': 0.1, 'betas': [0.9, 0.99], 'weightDecay': 0.1}),
    ('RAdam', {'lr': 0.1, 'weightDecay': 0.1, 'decoupledWeightDecay': True}),
    ('Lion', {}), ('Lion', {'lr': 0.05, 'betas': [0.5, 0.9], 'weightDecay': 0.1}),
    ('LARS', {}), ('LARS', {'lr': 0.5, 'trustCoefficient': 0.1, 'momentum': 0.5, 'weightDecay': 0.1}), ('LARS', {'lr': 0.05, 'adapt': False}),
    ('LAMB', {}), ('LAMB', {'lr': 0.05, 'betas': [0.5, 0.9], 'eps': 1e-3, 'weightDecay': 0.1}), ('LAMB', {'lr': 0.05, 'adapt': False}),
    ('SAM', {'lr': 0.05}), ('SAM', {'lr': 0.05, 'rho': 0.5, 'momentum': 0.9}), ('SAM', {'lr': 0.05, 'rho': 0.5, 'adaptive': True}),
]


def clipping():
    """Gradients before and after, by torch.nn.utils."""
    out = []
    for norm_type in [2.0, 1.0, 3.5, float('inf')]:
        for most in [0.5, 100.0]:
            ps = [torch.zeros(3, requires_grad=True), torch.zeros(2, 2, requires_grad=True), torch.zeros(1, requires_grad=True)]
            ps[0].grad, ps[1].grad = torch.tensor([1.0, -2.0, 0.5]), torch.tensor([[3.0, 0.0], [-0.25, 1.0]])
            before = [None if p.grad is None else p.grad.tolist() for p in ps]
            total = torch.nn.utils.clip_grad_norm_(ps, most, norm_type=norm_type)
            out.append({'normType': 'Infinity' if norm_type == float('inf') else norm_type, 'maxNorm': most, 'before': before, 'total': total.item(),
                        'after': [None if p.grad is None else p.grad.tolist() for p in ps]})
    return out


trajectories = [{'name': n, 'options': o, 'quadratic': trajectory(n, o, quadratic), 'network': trajectory(n, o, network)} for n, o in CASES]
_, _, x, t = network()
header = {'made': 'by test/golden/make_optim.py; never edited by hand', 'torch': torch.__version__, 'python': platform.python_version()}
text = '{"header":' + json.dumps(header) + ',\n"inputs":' + json.dumps(x.tolist()) + ',\n"targets":' + json.dumps(t.tolist()) + ',\n"clipping":' + \
    json.dumps(clipping()) + ',\n"cases":[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in trajectories) + '\n]}\n'
(HERE / 'optim' / 'trajectories.json').write_text(text)
print(len(CASES), 'trajectories,', len(text) // 1024, 'KB')

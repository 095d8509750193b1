"""Writes optim/schedules.json: the rates of PyTorch's schedules over 60 steps. By hand: python make_schedules.py"""
import json
import math
import platform
from pathlib import Path

import torch
from torch.optim import lr_scheduler as L

STEPS = 60
HERE = Path(__file__).parent
FUNCTIONS = {'inverse': lambda t: 1 / (t + 1), 'fall': lambda t: 0.97, 'wave': lambda t: 1 + 0.5 * math.sin(t), 'shrink': lambda x: 1 / (1 + x / 7)}


def snake(name):
    out = ''.join('_' + c.lower() if c.isupper() else c for c in name)
    return {'t_max': 'T_max', 't0': 'T_0', 't_mult': 'T_mult'}.get(out, out)


def optimizer(kind, rates):
    params = [torch.nn.Parameter(torch.zeros(1)) for _ in rates]
    groups = [{'params': [p], 'lr': lr} for p, lr in zip(params, rates)]
    return {'sgd': lambda: torch.optim.SGD(groups, lr=1, momentum=0.9), 'adam': lambda: torch.optim.Adam(groups, lr=1)}[kind]()


def value(v):
    if isinstance(v, str) and v in FUNCTIONS:
        return FUNCTIONS[v]
    if isinstance(v, list):
        return [value(x) for x in v]
    return v


def curve(opt, scheduler, metrics=None):
    rates, momenta = [], []
    for t in range(STEPS):
        rates.append([g['lr'] for g in opt.param_groups])
        momenta.append([g['betas'][0] if 'betas' in g else g['momentum'] for g in opt.param_groups])
        opt.step()
        scheduler.step(*([] if metrics is None else [metrics[t]]))
    return rates, momenta


CASES = []


def case(name, args=(), options=None, kind='sgd', rates=(0.1, 0.02), metrics=None):
    opt = optimizer(kind, rates)
    keywords = {snake(k): value(v) for k, v in (options or {}).items()}
    scheduler = getattr(L, name)(opt, *value(list(args)), **keywords)
    lrs, momenta = curve(opt, scheduler, metrics)
    CASES.append(dict(name=name, args=list(args), options=options or {}, kind=kind, rates=list(rates), metrics=metrics, lrs=lrs,
                      momenta=momenta))


def built(name, parts, milestones=None, rates=(0.1, 0.02)):
    """Schedules of schedules: parts are (name, args, options). PyTorch cannot nest them further."""
    opt = optimizer('sgd', rates)

    def make(part):
        return getattr(L, part[0])(opt, *value(list(part[1])), **{snake(k): value(v) for k, v in part[2].items()})

    inner = [make(part) for part in parts]
    scheduler = L.SequentialLR(opt, inner, milestones) if name == 'SequentialLR' else L.ChainedScheduler(inner)
    lrs, momenta = curve(opt, scheduler)
    CASES.append(dict(name=name, parts=parts, milestones=milestones, kind='sgd', rates=list(rates), lrs=lrs, momenta=momenta))


torch.set_default_dtype(torch.float64)
case('StepLR', [7])
case('StepLR', [10], {'gamma': 0.5}, kind='adam')
case('MultiStepLR', [[5, 6, 30]])
case('MultiStepLR', [[10, 10, 40]], {'gamma': 0.3})
case('ConstantLR')
case('ConstantLR', [], {'factor': 0.25, 'totalIters': 20})
case('LinearLR')
case('LinearLR', [], {'startFactor': 0.01, 'endFactor': 0.5, 'totalIters': 40})
case('ExponentialLR', [0.9])
case('PolynomialLR')
case('PolynomialLR', [], {'totalIters': 50, 'power': 2})
case('PolynomialLR', [], {'totalIters': 20, 'power': 0.5})
case('CosineAnnealingLR', [25])
case('CosineAnnealingLR', [60], {'etaMin': 0.01})
case('CosineAnnealingWarmRestarts', [10])
case('CosineAnnealingWarmRestarts', [4], {'tMult': 2, 'etaMin': 0.001})
case('LambdaLR', ['inverse'])
case('LambdaLR', [['inverse', 'wave']])
case('MultiplicativeLR', ['fall'])
case('MultiplicativeLR', [['fall', 'wave']])
for kind in ['sgd', 'adam']:
    case('OneCycleLR', [], {'maxLr': 0.5, 'totalSteps': 61}, kind=kind)
case('OneCycleLR', [], {'maxLr': [0.5, 0.1], 'epochs': 7, 'stepsPerEpoch': 9, 'pctStart': 0.4, 'annealStrategy': 'linear'})
case('OneCycleLR', [], {'maxLr': 0.5, 'totalSteps': 70, 'threePhase': True, 'divFactor': 10, 'finalDivFactor': 100})
case('OneCycleLR', [], {'maxLr': 0.5, 'totalSteps': 61, 'cycleMomentum': False})
case('OneCycleLR', [], {'maxLr': 0.5, 'totalSteps': 61, 'baseMomentum': 0.5, 'maxMomentum': 0.99, 'threePhase': True})
for kind in ['sgd', 'adam']:
    case('CyclicLR', [], {'baseLr': 0.01, 'maxLr': 0.1, 'stepSizeUp': 8}, kind=kind)
case('CyclicLR', [], {'baseLr': [0.01, 0.02], 'maxLr': [0.1, 0.3], 'stepSizeUp': 5, 'stepSizeDown': 12, 'mode': 'triangular2'})
case('CyclicLR', [], {'baseLr': 0.01, 'maxLr': 0.1, 'stepSizeUp': 6, 'mode': 'exp_range', 'gamma': 0.95, 'cycleMomentum': False})
case('CyclicLR', [], {'baseLr': 0.01, 'maxLr': 0.1, 'stepSizeUp': 6, 'scaleFn': 'shrink', 'scaleMode': 'iterations', 'baseMomentum': 0.6})
case('CyclicLR', [], {'baseLr': 0.01, 'maxLr': 0.1, 'stepSizeUp': 6, 'scaleFn': 'shrink'})
built('SequentialLR', [['LinearLR', [], {'startFactor': 0.1, 'totalIters': 10}], ['CosineAnnealingLR', [30], {}]], [10])
built('SequentialLR', [['ConstantLR', [], {'factor': 0.5, 'totalIters': 4}], ['ExponentialLR', [0.9], {}], ['StepLR', [6], {}]], [5, 25])
built('ChainedScheduler', [['ConstantLR', [], {'factor': 0.1, 'totalIters': 10}], ['ExponentialLR', [0.95], {}]])
falling = [1 / (1 + t) + (0.05 if t % 3 == 0 else 0) for t in range(STEPS)]
flat = [1.0 if t < 20 else 0.5 for t in range(STEPS)]
rising = [1 - v for v in falling]
case('ReduceLROnPlateau', metrics=flat)
case('ReduceLROnPlateau', [], {'patience': 3, 'factor': 0.5, 'cooldown': 4, 'minLr': 0.015}, metrics=flat)
case('ReduceLROnPlateau', [], {'patience': 2, 'threshold': 0.1, 'minLr': [0.001, 0.01]}, metrics=falling)
case('ReduceLROnPlateau', [], {'patience': 2, 'threshold': 0.02, 'thresholdMode': 'abs', 'factor': 0.7}, metrics=falling)
case('ReduceLROnPlateau', [], {'mode': 'max', 'patience': 2, 'threshold': 0.01, 'factor': 0.5}, metrics=rising)
case('ReduceLROnPlateau', [], {'mode': 'max', 'patience': 1, 'thresholdMode': 'abs', 'eps': 1e-3}, metrics=rising)

header = {'made': 'by test/golden/make_schedules.py; never edited by hand', 'torch': torch.__version__, 'python': platform.python_version()}
text = '{"header":' + json.dumps(header) + ',\n"cases":[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in CASES) + '\n]}\n'
(HERE / 'optim').mkdir(exist_ok=True)
(HERE / 'optim' / 'schedules.json').write_text(text)
print(len(CASES), 'curves,', len(text) // 1024, 'KB')

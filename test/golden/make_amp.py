"""Writes optim/amp.json: PyTorch's GradScaler over gradients with Inf and NaN, and a network under autocast. By hand: python make_amp.py"""
import json
import math
import platform
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
STEPS = 40

# (options of the scaler, clip norm or None, number of optimizers)
SCALERS = [
    ({'growth_interval': 3}, None, 1),
    ({'init_scale': 4.0, 'growth_factor': 1.5, 'backoff_factor': 0.25, 'growth_interval': 2}, 0.5, 1),
    ({'init_scale': 2.0**126, 'growth_interval': 1}, None, 1),
    ({'growth_interval': 4}, 0.25, 2),
    ({'enabled': False}, None, 1),
]


def plain(x):
    """JSON has no Inf and no NaN: they go as text."""
    if isinstance(x, float) and not math.isfinite(x):
        return str(x)
    return [plain(y) for y in x] if isinstance(x, list) else x


def camel(name):
    head, *rest = name.split('_')
    return head + ''.join(part.capitalize() for part in rest)


def slopes(seed):
    """The gradient of each step: some steps hold Inf or NaN."""
    torch.manual_seed(seed)
    rows = torch.randn(STEPS, 3)
    for step, value in [(4, math.inf), (5, -math.inf), (11, math.nan), (26, math.inf), (27, math.nan), (28, math.inf)]:
        rows[step, step % 3] = value
    return rows


def scaled(options, clip, count):
    scaler = torch.amp.GradScaler('cpu', **options)
    params = [torch.zeros(3, requires_grad=True) for _ in range(count)]
    optimizers = [torch.optim.SGD([p], lr=0.1, momentum=0.9) for p in params]
    rows = [slopes(seed) for seed in range(count)]
    if not options.get('enabled', True):
        rows = [r.nan_to_num(0, 1, -1) for r in rows]
    trace = []
    for t in range(STEPS):
        for optimizer in optimizers:
            optimizer.zero_grad()
        losses = [(p * r[t]).sum() for p, r in zip(params, rows)]
        for loss in scaler.scale(losses):
            loss.backward()
        if clip is not None:
            for optimizer, p in zip(optimizers, params):
                scaler.unscale_(optimizer)
                torch.nn.utils.clip_grad_norm_([p], clip)
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()
        state = scaler.state_dict()
        trace.append({'scale': scaler.get_scale(), 'good': state.get('_growth_tracker', 0), 'params': [p.tolist() for p in params]})
    return {
        'options': {camel(k): v for k, v in options.items()},
        'clip': clip,
        'slopes': plain([r.tolist() for r in rows]),
        'trace': trace,
    }


def mixed(dtype):
    torch.manual_seed(7)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 3))
    x, target = torch.randn(8, 1, 6, 6), torch.randint(0, 3, (8,))
    with torch.autocast('cpu', dtype=getattr(torch, dtype)):
        out = model(x)
        loss = nn.functional.cross_entropy(out, target)
    loss.backward()
    assert out.dtype == getattr(torch, dtype) and loss.dtype == torch.float32
    return {
        'dtype': dtype,
        'state': {name: {'shape': list(p.shape), 'values': p.flatten().tolist()} for name, p in model.state_dict().items()},
        'x': x.flatten().tolist(),
        'target': target.tolist(),
        'out': out.float().flatten().tolist(),
        'loss': loss.item(),
        'grads': {name: p.grad.flatten().tolist() for name, p in model.named_parameters()},
    }


golden = {
    'made': 'by test/golden/make_amp.py; never edited by hand',
    'torch': torch.__version__,
    'python': platform.python_version(),
    'scalers': [scaled(*case) for case in SCALERS],
    'mixed': [mixed(dtype) for dtype in ['bfloat16', 'float16']],
}
(HERE / 'optim/amp.json').write_text(json.dumps(golden) + '\n')

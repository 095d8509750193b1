"""Writes tensors/*.json from cases/*.py. Run by hand with a Python that has requirements.txt: python make_tensors.py [module ...]"""
import importlib
import json
import math
import platform
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch

sys.dont_write_bytecode = True
import golden
from golden import Input, Undefined, rng_for

HERE = Path(__file__).parent
HALF = {'float16': torch.float16, 'bfloat16': torch.bfloat16}


def number(value):
    """JSON has no NaN, no infinities, and JavaScript's parser is not asked to keep -0."""
    value = value.item() if hasattr(value, 'item') else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if math.isnan(value):
        return 'NaN'
    if math.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    if value == 0 and math.copysign(1, value) < 0:
        return '-0'
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def encode_numbers(array):
    return [number(v) for v in np.asarray(array).reshape(-1).tolist()]


def encode(arg):
    if isinstance(arg, Input):
        out = {'t': encode_numbers(arg.data), 's': list(arg.shape), 'd': arg.kind}
        if arg.kind == 'f' and not arg.grad:
            out['g'] = 0
        return out
    if isinstance(arg, Undefined):
        return {'undefined': 1}
    if isinstance(arg, (list, tuple)):
        return [encode(a) for a in arg]
    if isinstance(arg, dict):
        return {'o': {k: encode(v) for k, v in arg.items()}}
    if isinstance(arg, float) and (not math.isfinite(arg) or (arg == 0 and math.copysign(1, arg) < 0)):
        return {'x': number(arg)}
    return arg


def inputs_of(arg):
    if isinstance(arg, Input):
        return [arg]
    if isinstance(arg, (list, tuple)):
        return [x for a in arg for x in inputs_of(a)]
    if isinstance(arg, dict):
        return [x for a in arg.values() for x in inputs_of(a)]
    return []


def to_torch(arg, leaves, wants, change):
    if isinstance(arg, Input):
        if arg.kind != 'f':
            x = torch.tensor(np.asarray(arg.data), dtype=torch.bool if arg.kind == 'b' else torch.int64).reshape(arg.shape)
        else:
            x = change(torch.tensor(np.asarray(arg.data), dtype=torch.float64).reshape(arg.shape))
            if wants and arg.grad:
                x.requires_grad_(True)
                leaves.append(x)
        return x
    if isinstance(arg, (list, tuple)):
        return [to_torch(a, leaves, wants, change) for a in arg]
    if isinstance(arg, dict):
        return {k: to_torch(v, leaves, wants, change) for k, v in arg.items()}
    return arg


def flat(result):
    if isinstance(result, (tuple, list)):
        return [r for part in result for r in flat(part)]
    return [result]


def run(case, seeds, change=lambda x: x):
    """Outputs, seeds and gradients by PyTorch in float64."""
    leaves = []
    args = to_torch(case['args'], leaves, case['grad'], change)
    if case['inplace']:
        args[0] = args[0].clone()
    options = {}
    positional = []
    for a in args:
        if isinstance(a, dict):
            options.update({golden.snake(k): v for k, v in a.items()})
        elif not isinstance(a, Undefined):
            positional.append(a)
    if case['kwargs'] is not None:
        options = case['kwargs']
    result = case['fn'](*positional, **options)
    if case['inplace'] and result is None:
        result = args[0]
    outs = flat(result)
    flowing = [o for o in outs if torch.is_tensor(o) and o.requires_grad]
    if not leaves or not flowing:
        return outs, None, None
    seeds = seeds(flowing) if callable(seeds) else seeds
    gradients = torch.autograd.grad(flowing, leaves, seeds, allow_unused=True)
    return outs, seeds, gradients


def encode_output(out):
    if not torch.is_tensor(out):
        if isinstance(out, torch.Size):
            out = list(out)
        return {'v': [number(v) for v in out] if isinstance(out, list) else (out if isinstance(out, bool) else number(out))}
    kind = 'f' if out.dtype.is_floating_point else 'b' if out.dtype == torch.bool else 'i'
    if out.dtype.is_floating_point:
        assert out.dtype == torch.float64, f'{out.dtype} output: run with the default dtype'
    flags = {'r': 1} if out.requires_grad else {}
    return {'t': encode_numbers(out.detach().numpy()), 's': list(out.shape), 'd': kind, **flags}


def greatest(x):
    if not torch.is_tensor(x) or x.numel() == 0:
        return 0.0
    x = x.detach().to(torch.float64).abs()
    x = x[torch.isfinite(x)]
    return x.max().item() if x.numel() else 0.0


def magnitudes(case, outs, seeds, gradients):
    """The size of the terms: the same call with every number made positive, where that is finite."""
    try:
        with_abs = run(case, [s.abs() for s in seeds] if seeds else None, torch.abs)
    except (RuntimeError, TypeError):
        with_abs = (outs, seeds, gradients)
    top = [max(greatest(a), greatest(b)) for a, b in zip(outs, with_abs[0])]
    low = [max(greatest(a), greatest(b)) for a, b in zip(gradients, with_abs[2] or gradients)] if gradients else None
    short = lambda v: float(f'{v:.6g}')
    return [short(v) for v in top], low and [short(v) for v in low]


def golden_of(case, ordinal):
    rng = rng_for(case['module'], case['name'], ordinal)
    inputs = inputs_of(case['args'])
    for x in inputs:
        x.data = x.draw(rng)
        if case.get('only') in HALF and x.kind == 'f':
            x.data = torch.tensor(x.data).to(HALF[case['only']]).to(torch.float64).numpy()
    out = {'name': case['name'], 'args': [encode(a) for a in case['args']]}
    if 'throws' in case:
        return {**out, 'throws': case['throws'], **({'match': case['match']} if case['match'] else {})}

    def draw(flowing):
        if case['seeds'] is not None:
            return [torch.tensor(s, dtype=torch.float64) for s in case['seeds']]
        seed = lambda o: torch.tensor(golden._rounded(rng.standard_normal(tuple(o.shape)))).reshape(o.shape)
        if case['only'] in HALF:
            return [seed(o).to(HALF[case['only']]).to(torch.float64) for o in flowing]
        return [seed(o) for o in flowing]

    outs, seeds, gradients = run(case, draw)
    out['out'] = [encode_output(o) for o in outs]
    if gradients is not None:
        out['seeds'] = [encode_numbers(s.numpy()) for s in seeds]
        out['grads'] = [None if g is None else encode_numbers(g.numpy()) for g in gradients]
    leaves = [x for x in inputs if x.kind == 'f' and x.grad] if gradients is not None else []
    total = max([o.numel() for o in outs if torch.is_tensor(o)], default=0)
    repeated = any(np.prod(x.shape) < total for x in leaves)
    if case['length'] > 1 or repeated:
        forward, backward = magnitudes(case, outs, seeds, gradients)
        if case['length'] > 1:
            out['length'] = case['length']
            out['size'] = forward
        if backward is not None:
            out['gradSize'] = backward
    for key in ('ulps', 'scale', 'grad_scale', 'why', 'only'):
        if case[key] not in (None, 0, '') and not (key == 'ulps' and case[key] == 4):
            out['gradScale' if key == 'grad_scale' else key] = case[key]
    if case['inplace']:
        out['inplace'] = 1
    if not case['signs']:
        out['unsigned'] = 1
    generic = case['generic']
    if generic is None:
        finite = all(torch.isfinite(o).all() for o in outs if torch.is_tensor(o) and o.dtype.is_floating_point)
        generic = finite and all(x.generic for x in leaves)
    if generic and leaves and 0 < total <= 64:
        out['generic'] = 1
    signed = case['signed_zeros']
    if signed is None:
        signed = any(x.kind == 'f' and np.any((np.asarray(x.data) == 0) & np.signbit(x.data)) for x in inputs)
    if signed:
        out['signed'] = 1
    return out


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    sys.path.insert(0, str(HERE / 'cases'))
    names = sys.argv[1:] or sorted(p.stem for p in (HERE / 'cases').glob('*.py'))
    total = 0
    for module in names:
        golden.MODULE[0] = module
        golden.CASES.clear()
        importlib.import_module(module)
        ordinals = Counter()
        lines = []
        for case in golden.CASES:
            ordinals[case['name']] += 1
            try:
                lines.append(json.dumps(golden_of(case, ordinals[case['name']]), separators=(',', ':'), allow_nan=False))
            except Exception as error:
                raise SystemExit(f"{module}: {case['name']}, its case {ordinals[case['name']]}: {error!r}") from error
        header = {'made': 'by test/golden/make_tensors.py from cases/' + module + '.py; never edited by hand',
                  'torch': torch.__version__, 'numpy': np.__version__, 'python': platform.python_version(),
                  'seed': 'crc32 of MODULE:NAME:ORDINAL, numpy default_rng'}
        text = '{"header":' + json.dumps(header) + ',\n"cases":[\n' + ',\n'.join(lines) + '\n]}\n'
        path = HERE / 'tensors' / f'{module}.json'
        path.write_text(text)
        total += len(text)
        print(f'{module}: {len(lines)} cases, {len(text) / 1024:.0f} KB')
    print(f'{total / 1024:.0f} KB')


if __name__ == '__main__':
    main()

"""Files as the format's own library writes them, and what PyTorch computes with a model that one of them holds.

    /tmp/venv/bin/pip install safetensors==0.8.0
    /tmp/venv/bin/python test/golden/make_safetensors.py
"""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent / 'safetensors'
OUT.mkdir(exist_ok=True)
torch.manual_seed(0)

inf, nan = float('inf'), float('nan')
FLOATS = [0.0, -0.0, 1.0, -2.5, 0.333251953125, 6.103515625e-05, 5.9604644775390625e-08, 65504.0, inf, -inf, nan]

# Every kind that becomes a tensor here, each with the ends of its range; a number alone, an empty one, and names of all scripts.
kinds = {
    'float64': torch.tensor([0.1, -1e300, 5e-324, inf, nan], dtype=torch.float64),
    'float32': torch.tensor([[0.1, -3e38], [1e-45, inf]]),
    'float16': torch.tensor(FLOATS, dtype=torch.float16),
    'bfloat16': torch.tensor([*FLOATS, 3.3895313892515355e38], dtype=torch.bfloat16),
    'int64': torch.tensor([0, -2147483648, 2147483647], dtype=torch.int64),
    'int32': torch.tensor([[-2147483648, 2147483647]], dtype=torch.int32),
    'int16': torch.tensor([-32768, 32767], dtype=torch.int16),
    'int8': torch.tensor([-128, 127], dtype=torch.int8),
    'uint8': torch.tensor([0, 255], dtype=torch.uint8),
    'uint16': torch.tensor([0, 65535], dtype=torch.uint16),
    'uint32': torch.tensor([0, 2147483647], dtype=torch.uint32),
    'uint64': torch.tensor([0, 2147483647], dtype=torch.uint64),
    'bool': torch.tensor([True, False, True]),
    'number': torch.tensor(2.5),
    'empty': torch.zeros(2, 0, 3),
    'ünï "код" \\ \n 漢字 🙂': torch.tensor([7.0]),
}
save_file(kinds, OUT / 'kinds.safetensors', metadata={'made by': 'safetensors ✓'})

# What only float64 can hold, what nothing can, and kinds that no dtype here has.
save_file({
    'large': torch.tensor([2**53 - 1, -(2**53 - 1)], dtype=torch.int64),
    'larger': torch.tensor([2**53 + 1], dtype=torch.int64),
    'unsigned': torch.tensor([2**32 - 1], dtype=torch.uint32),
    'float8': torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn),
    'complex': torch.tensor([1 + 2j]),
}, OUT / 'beyond.safetensors')

# The dtypes that we write: our bytes must be these.
ours = {
    'b.weight': torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    'a.bias': torch.tensor([0.5]),
    '10': torch.tensor([1.0], dtype=torch.float64),
    '9': torch.tensor([2.0], dtype=torch.float64),
    'half': torch.tensor(FLOATS, dtype=torch.float16),
    'brain': torch.tensor(FLOATS, dtype=torch.bfloat16),
    'whole': torch.tensor([[-1, 2, 3]], dtype=torch.int32),
    'truth': torch.tensor([True, False]),
    'number': torch.tensor(3.0),
    'none': torch.zeros(0),
}
save_file(ours, OUT / 'ours.safetensors', metadata={'format': 'pt'})

# A model of PyTorch's with its own names (`1.self_attn.in_proj_weight`), its input and its output.
model = torch.nn.Sequential(
    torch.nn.Linear(3, 8), torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), torch.nn.Linear(8, 2)).eval()
x = torch.randn(2, 4, 3)
save_file(model.state_dict(), OUT / 'model.safetensors')
with torch.no_grad():
    (OUT / 'model.json').write_text(json.dumps({'x': x.tolist(), 'y': model(x).tolist()}) + '\n')

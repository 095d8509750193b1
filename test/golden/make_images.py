"""Pictures and their pixels, by Pillow; kinds of PNG that Pillow does not write are written here, and what it reads of them must be what went in.

    /tmp/venv/bin/pip install numpy==2.4.6 pillow==13.0.0
    /tmp/venv/bin/python test/golden/make_images.py
"""
import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

OUT = Path(__file__).parent / 'files'
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(0)
H, W = 11, 13


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(rows, step):
    """Row r by filter r % 5, so that each is used, also on the first row of a pass."""
    out = bytearray()
    above = bytes(len(rows[0])) if rows else b''
    for r, row in enumerate(rows):
        kind = r % 5
        out.append(kind)
        for i, x in enumerate(row):
            a = row[i - step] if i >= step else 0
            b = above[i]
            c = above[i - step] if i >= step else 0
            out.append((x - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
        above = row
    return bytes(out)


def packed(line, depth):
    if depth == 16:
        return line.astype('>u2').tobytes()
    if depth == 8:
        return line.astype(np.uint8).tobytes()
    bits = np.array([[x >> (depth - 1 - b) & 1 for b in range(depth)] for x in line], dtype=np.uint8).ravel()
    return np.packbits(bits).tobytes()


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour, interlaced=False, extra=b'', pieces=1):
    """samples: [H, W, C]."""
    height, width, channels = samples.shape
    step = max(1, depth * channels // 8)
    raw = b''
    for x, y, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        if part.size:
            raw += filtered([packed(row.ravel(), depth) for row in part], step)
    data = zlib.compress(raw)
    cuts = [len(data) * i // pieces for i in range(pieces + 1)]
    idat = b''.join(chunk(b'IDAT', data[a:b]) for a, b in zip(cuts, cuts[1:]))
    head = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, int(interlaced))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + extra + idat + chunk(b'IEND', b'')


def text(data):
    return base64.b64encode(data).decode()


cases = []


def case(name, file, pixels, most):
    """pixels: [H, W, C], what must be read."""
    planes = np.moveaxis(pixels, -1, 0)
    cases.append({'name': name, 'bytes': text(file), 'shape': list(planes.shape), 'most': most,
                  'pixels': text(planes.astype('<u2').tobytes())})


def agreed(name, file, pixels, depth):
    """Pillow reads 8 bits; of 16 it may keep the upper 8."""
    seen = np.array(Image.open(io.BytesIO(file)).convert({1: 'L', 2: 'LA', 3: 'RGB', 4: 'RGBA'}[pixels.shape[-1]]))
    if depth != 16:
        assert (seen.reshape(pixels.shape) == pixels * (255 // (2**depth - 1))).all(), name
    case(name, file, pixels, 2**depth - 1)


for colour, channels, depths in [(0, 1, [1, 2, 4, 8, 16]), (4, 2, [8, 16]), (2, 3, [8, 16]), (6, 4, [8, 16])]:
    for depth in depths:
        for interlaced in [False, True]:
            samples = rng.integers(0, 2**depth, (H, W, channels))
            name = f"{ {1: 'grey', 2: 'grey and alpha', 3: 'RGB', 4: 'RGBA'}[channels]}, {depth} bits{', interlaced' if interlaced else ''}"
            agreed(name, png(samples, depth, colour, interlaced), samples, depth)
for depth in [1, 2, 4, 8]:
    count = 2**depth if depth < 8 else 200
    palette = rng.integers(0, 256, (count, 3))
    alphas = rng.integers(0, 256, max(1, count // 2))
    places = rng.integers(0, count, (H, W, 1))
    plte = chunk(b'PLTE', palette.astype(np.uint8).tobytes())
    agreed(f'palette, {depth} bits', png(places, depth, 3, extra=plte), palette[places[..., 0]], 8)
    whole = np.concatenate([palette, np.concatenate([alphas, np.full(count - len(alphas), 255)])[:, None]], 1)
    trns = chunk(b'tRNS', alphas.astype(np.uint8).tobytes())
    agreed(f'palette with alpha, {depth} bits', png(places, depth, 3, True, plte + trns), whole[places[..., 0]], 8)
for colour, channels, depth in [(0, 1, 4), (0, 1, 16), (2, 3, 8), (2, 3, 16)]:
    samples = rng.integers(0, 2**depth, (H, W, channels))
    key = samples[5, 6]
    opaque = (samples != key).any(-1, keepdims=True) * (2**depth - 1)
    file = png(samples, depth, colour, extra=chunk(b'tRNS', key.astype('>u2').tobytes()))
    case(f'{channels} channels, {depth} bits, a transparent colour', file, np.concatenate([samples, opaque], -1), 2**depth - 1)
for size in [(1, 1), (1, 9), (9, 1), (3, 5)]:
    samples = rng.integers(0, 256, (*size, 3))
    agreed(f'{size[1]} x {size[0]}, interlaced', png(samples, 8, 2, True), samples, 8)
samples = rng.integers(0, 256, (H, W, 3))
agreed('in many pieces', png(samples, 8, 2, pieces=40), samples, 8)

# By Pillow itself.
y, x = np.mgrid[0:33, 0:45]
photo = np.stack([127 + 90 * np.sin(x / 6) * np.cos(y / 9), 255 * x / 45, 255 * y / 33], -1).clip(0, 255).astype(np.uint8)
photo[8:20, 10:28] = [230, 40, 30]
picture = Image.fromarray(photo)
for mode in ['1', 'L', 'LA', 'RGB', 'RGBA', 'P', 'I;16']:
    converted = Image.fromarray(photo[..., 0].astype(np.uint16) * 257) if mode == 'I;16' else picture.convert(mode)
    file = io.BytesIO()
    converted.save(file, 'PNG')
    seen = Image.open(io.BytesIO(file.getvalue()))
    wide = {'1': 'L', 'P': 'RGB'}.get(seen.mode)
    pixels = np.array(seen.convert(wide) if wide else seen)
    case(f'Pillow {mode}', file.getvalue(), pixels.reshape(33, 45, -1), 65535 if mode == 'I;16' else 255)

jpegs = []


def jpeg(name, **options):
    file = io.BytesIO()
    source = picture.convert('L') if options.pop('grey', False) else picture
    source.save(file, 'JPEG', **options)
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue())))
    pixels = np.array(seen).reshape(seen.height, seen.width, -1)
    planes = np.moveaxis(pixels, -1, 0)
    jpegs.append({'name': name, 'bytes': text(file.getvalue()), 'shape': list(planes.shape), 'pixels': text(planes.tobytes())})


jpeg('full colours', quality=92, subsampling=0)
jpeg('half colours across', quality=92, subsampling=1)
jpeg('half colours', quality=92, subsampling=2)
jpeg('progressive, full colours', quality=92, subsampling=0, progressive=True)
jpeg('progressive, half colours', quality=92, subsampling=2, progressive=True)
jpeg('grey', quality=92, grey=True)
jpeg('progressive grey', quality=92, grey=True, progressive=True)
jpeg('restart marks', quality=92, subsampling=0, restart_marker_blocks=2)
jpeg('stored as RGB', quality=92, keep_rgb=True)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    jpeg(f'orientation {orientation}', quality=92, subsampling=0, exif=exif)
cmyk = io.BytesIO()
picture.convert('CMYK').save(cmyk, 'JPEG')

# One colour picture as Pillow converts it.
rgba = np.concatenate([photo, rng.integers(0, 256, (33, 45, 1)).astype(np.uint8)], -1)
file = io.BytesIO()
Image.fromarray(rgba).save(file, 'PNG')
grey = np.array(Image.fromarray(rgba).convert('L'))
modes = {'bytes': text(file.getvalue()), 'rgba': text(np.moveaxis(rgba, -1, 0).tobytes()), 'grey': text(grey.tobytes())}

turned = Image.Exif()
turned[0x0112] = 6
file = io.BytesIO()
picture.save(file, 'PNG', exif=turned)
modes['turned'] = text(file.getvalue())
lines = ',\n'.join(json.dumps(one) for one in cases)
others = ',\n'.join(json.dumps(one) for one in jpegs)
(OUT / 'images.json').write_text(f'{{"png": [\n{lines}\n],\n"jpeg": [\n{others}\n],\n"cmyk": "{text(cmyk.getvalue())}",\n"modes": {json.dumps(modes)}}}\n')

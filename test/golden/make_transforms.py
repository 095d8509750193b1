"""Transforms of images as torchvision computes them, in float64.

    /tmp/venv/bin/pip install --no-deps torchvision==0.29.2 pillow==13.0.0
    /tmp/venv/bin/python test/golden/make_transforms.py
"""
import json
from pathlib import Path

import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as V

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
MODES = {'bilinear': InterpolationMode.BILINEAR, 'nearest': InterpolationMode.NEAREST}
cases = []


def case(name, x, args, expected):
    cases.append({'name': name, 'x': x.tolist(), 'args': args, 'expected': expected.tolist()})


def image(*shape):
    return torch.rand(*shape).mul(64).round().div(64)


grey, colour = image(1, 5, 6), image(2, 3, 4, 5)
for x in [grey, colour]:
    case('horizontalFlip', x, [], V.horizontal_flip(x))
    case('verticalFlip', x, [], V.vertical_flip(x))
    for size in [2, 3, [4, 1], [8, 9], [7, 3]]:
        case('centerCrop', x, [size], V.center_crop(x, size))
    for degrees in [30, -75, 90, 180, 12.5]:
        case('rotate', x, [degrees], V.rotate(x, degrees, MODES['bilinear']))
        # torchvision weighs places at the edge twice by how much of them is image; this is an image that lies in a world of 0.5.
        case('rotate', x, [degrees, {'fill': 0.5}], V.rotate(x - 0.5, degrees, MODES['bilinear']) + 0.5)
    case('rotate', x, [17, {'mode': 'nearest'}], V.rotate(x, 17, MODES['nearest']))
    for degrees, translate, scale, shear in [
            (0, [1, -2], 1, [0, 0]), (20, [0, 0], 1.5, [0, 0]), (0, [0, 0], 1, [15, 0]), (-35, [2, 1], .7, [10, -20])]:
        case('affine', x, [{'degrees': degrees, 'translate': translate, 'scale': scale, 'shear': shear}],
             V.affine(x, -degrees, translate, scale, shear, MODES['bilinear']))
    for size in [2, 9, [3, 11], [2, 2], [5, 6]]:
        for antialias in [True, False]:
            case('resize', x, [size, {'antialias': antialias}], V.resize(x, size, MODES['bilinear'], antialias=antialias))
        case('resize', x, [size, {'mode': 'nearest'}], V.resize(x, size, MODES['nearest']))
    for factor in [0, .5, 1, 1.7]:
        case('adjustBrightness', x, [factor], V.adjust_brightness(x, factor))
        case('adjustContrast', x, [factor], V.adjust_contrast(x, factor))
        case('adjustSaturation', x, [factor], V.adjust_saturation(x, factor))

# Every corner of the cube of colours, its greys, and what lies between.
corners = torch.cartesian_prod(*[torch.tensor([0., .25, 1.])] * 3).T.reshape(3, 3, 9)
for x in [colour, corners]:
    for turn in [-.5, -.2, 0, .1, 1 / 3, .5]:
        case('adjustHue', x, [turn], V.adjust_hue(x, turn))
    case('adjustSaturation', x, [2.5], V.adjust_saturation(x, 2.5))
    case('grayscale', x, [], V.rgb_to_grayscale(x))
    case('grayscale', x, [{'channels': 3}], V.rgb_to_grayscale(x, 3))
    case('normalize', x, [[.5, .25, .1], [.5, 2, .3]], V.normalize(x, [.5, .25, .1], [.5, 2, .3]))

(Path(__file__).parent / 'data' / 'transforms.json').write_text(json.dumps(cases) + '\n')

"""The word in which golden cases of layers are written: see README.md."""
import torch

MODULE = ['']
CASES = []


def module(name, args, inputs, layer=None, *, kwargs=None, train=True, steps=1, length=64, random=True, smooth=True, prepare=None,
           call=None, why=''):
    """
    name: our class in nn. args: those of its constructor; a dict is our options, PyTorch gets them as keywords in snake case
        (`kwargs` adds to them). inputs: those of forward; a dict is our options, again.
    layer: PyTorch's class, or a function that makes the layer of the same arguments; default: torch.nn.NAME.
    train: training or evaluation mode. steps: how often forward runs, the last one counts (running statistics).
    length: how many terms are summed one after the other, at most: a result may be off by 4 ulp of its greatest number for each.
    random=False: keep PyTorch's first values. smooth=False: no central differences (kinks, ties, randomness).
    prepare: a function that changes PyTorch's layer before. call: how PyTorch's layer is called, where not by its inputs alone.
    """
    CASES.append(dict(module=MODULE[0], name=name, args=args, inputs=inputs, layer=layer or getattr(torch.nn, name), kwargs=kwargs or {},
                      train=train, steps=steps, length=length, random=random, smooth=smooth, prepare=prepare, call=call, why=why))

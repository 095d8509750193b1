"""Encoder and decoder layers."""
import torch
from golden import *
from modules import module

PAD = [[False, False, True], [False, True, True]]
CAUSAL = [[j > i for j in range(3)] for i in range(3)]
QUIET = {'dimFeedforward': 6, 'dropout': 0}


def encoder(options, inputs, call=None):
    # relu has kinks where differences are taken
    module('TransformerEncoderLayer', [4, 2, {**QUIET, **options}], inputs, call=call, smooth=options.get('activation') == 'gelu')


def encoder_with_mask(layer, x, is_causal):
    return layer(x, src_mask=torch.ones(3, 3, dtype=torch.bool).triu(1))


for first in (False, True):
    for activation in ('relu', 'gelu'):
        encoder({'normFirst': first, 'activation': activation, 'batchFirst': True}, [randn(2, 3, 4)])
encoder({'layerNormEps': 0.001}, [randn(3, 2, 4), {'srcMask': t(CAUSAL), 'srcKeyPaddingMask': t(PAD)}])
encoder({'batchFirst': True, 'normFirst': True, 'bias': False, 'activation': 'gelu'}, [randn(2, 3, 4), {'isCausal': True}], encoder_with_mask)
encoder({}, [randn(3, 4)])


def decoder(options, inputs, call=None):
    module('TransformerDecoderLayer', [4, 2, {**QUIET, **options}], inputs, call=call, smooth=options.get('activation') == 'gelu')


def decoder_with_mask(layer, tgt, memory, tgt_is_causal, **masks):
    return layer(tgt, memory, tgt_mask=torch.ones(2, 2, dtype=torch.bool).triu(1), **masks)


for first in (False, True):
    decoder({'normFirst': first, 'batchFirst': True, 'activation': 'gelu'},
            [randn(2, 2, 4), randn(2, 3, 4), {'tgtIsCausal': True, 'memoryKeyPaddingMask': t(PAD)}], decoder_with_mask)
decoder({}, [randn(3, 2, 4), randn(3, 2, 4), {'tgtMask': randn(3, 3), 'memoryMask': t(CAUSAL), 'tgtKeyPaddingMask': randn(2, 3)}])

// Back to an earlier moment of training, without what was pruned since.
import { ModuleError } from '../errors.js'
import type { Module } from '../module.js'
import type { StateDict } from '../state-dict.js'
import { join, modulesOf } from '../walk.js'
import { maskedNames } from './mask.js'

/**
 * Gives a pruned model the numbers that it had at an earlier moment, and keeps its masks: the lottery ticket. Rewinding to the first values works for small
 * networks (Frankle & Carbin 2019); larger ones need a moment early in training (Frankle et al. 2020). Returns the model.
 *
 * `state` is a copy of a state dict, `nn.cloneStateDict(model.stateDict())`, of before or after the first pruning. All of it is loaded, buffers too. Make a
 * new optimizer afterwards: an old one would go on with its momentum. Throws STATE_DICT where names or shapes do not fit, or where the dict shares the model's
 * memory, so that it is no earlier moment.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Linear(8, 1))
 * const start = nn.cloneStateDict(model.stateDict())
 * nn.prune.globalUnstructured(model, 0.2)
 * nn.prune.rewind(model, start)
 * nn.prune.sparsity(model).pruned // 5
 * @torch none
 */
export function rewind<M extends Module>(model: M, state: StateDict): M {
  const own = model.stateDict()
  const copy = { ...state }
  for (const [path, module] of modulesOf(model)) {
    for (const field of maskedNames(module)) {
      const name = join(path, field)
      copy[`${name}Orig`] = (state[`${name}Orig`] ?? state[name]) as never
      copy[`${name}Mask`] = own[`${name}Mask`] as never
      if (state[name] !== undefined) delete copy[name]
      if (copy[`${name}Orig`] === undefined) delete copy[`${name}Orig`]
    }
  }
  for (const [name, value] of Object.entries(copy)) {
    if (name.endsWith('Mask') || value.storage !== own[name]?.storage) continue
    throw new ModuleError('STATE_DICT', `rewind: '${name}' of this state dict is the memory of the model itself.`, {
      next: 'Copy it when the moment is there: const start = nn.cloneStateDict(model.stateDict()).',
    })
  }
  model.loadStateDict(copy)
  return model
}

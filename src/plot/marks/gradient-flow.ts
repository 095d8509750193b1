// How large gradients are, layer by layer: where they vanish or explode.
import type { Module } from '../../nn/index.js'
import { known } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { badData } from '../errors.js'
import type { Figure } from '../figure.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { bar } from './bar.js'

/**
 * The Euclidean norm of each parameter's gradient, after backward, on a logarithmic axis, from the first layer to the last. What has no gradient, or one of 0,
 * is named in the subtitle.
 *
 * Throws PlotError BAD_DATA where nothing has a gradient.
 *
 * @example
 * const model = new nn.Linear(2, 1, { bias: false })
 * model.forward(tensor([[3, 4]])).sum().backward()
 * plot.gradientFlow(model).alt // 'Bars of norm of the gradient: weight 5.'
 * @torch none
 */
export function gradientFlow(model: Module | Readonly<Record<string, Tensor>>, options: FigureOptions = {}): Figure {
  known('gradientFlow', options, FIGURE_OPTIONS)
  checkOptions('gradientFlow', options)
  const named =
    'namedParameters' in model && typeof model.namedParameters === 'function'
      ? [...(model as Module).namedParameters()]
      : Object.entries(model)
  const norms: Record<string, number> = {}
  const without: string[] = []
  for (const [name, parameter] of named as [string, unknown][]) {
    const gradient = isTensor(parameter) ? parameter.grad : null
    const norm = gradient === null ? 0 : gradient.detach().to('float64').square().sum().sqrt().item()
    if (norm === 0) without.push(name)
    else norms[name] = norm
  }
  if (Object.keys(norms).length === 0) {
    throw badData('gradientFlow', 'nothing has a gradient', 'Call loss.backward() before, and zeroGrad() after.')
  }
  const note =
    without.length === 0 ? [] : [`no gradient: ${without.slice(0, 6).join(', ')}${without.length > 6 ? ', ...' : ''}`]
  const subtitle = [...(options.subtitle === undefined ? [] : [options.subtitle]), ...note].join('\n')
  return bar(norms, {
    yLabel: 'norm of the gradient',
    yScale: 'log',
    ...options,
    subtitle: subtitle === '' ? undefined : subtitle,
    lying: true,
  })
}

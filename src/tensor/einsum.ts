// Einstein's sums: products of any axes of any tensors, in one line of letters.
import { apply } from './engine.js'
import { shapeText, TensorError } from './errors.js'
import { mul } from './ops/arithmetic.js'
import { needTensor } from './ops/operand.js'
import { matmul } from './ops/products.js'
import { diagonal } from './ops/views.js'
import { permuted, reshaped } from './ops/windows.js'
import { sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** A tensor whose axes have names; '...' becomes capital names that no letter has. */
interface Named {
  readonly tensor: Tensor
  readonly names: readonly string[]
}

/**
 * Sums of products by named axes: 'ij,jk->ik' is the matrix product, 'ii->' the trace, 'bi,bj->bij' a batch of outer
 * products. Letters that are missing at the right are summed; without '->' the result has the letters that occur once, in
 * alphabetical order. '...' stands for any axes in front, which broadcast.
 *
 * Operands are joined two at a time, cheapest pair first. Throws BAD_VALUE for an equation that does not fit the operands,
 * SHAPE_MISMATCH where a letter has two sizes.
 *
 * @example
 * einsum('bij,bjk->bik', a, b) // a.bmm(b)
 * @torch torch.einsum
 * @differs tensors of different dtypes meet; PyTorch throws
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (typeof equation !== 'string') {
    throw new TensorError('BAD_VALUE', 'einsum: the equation comes first, as text.', {
      next: "As in einsum('ij,jk->ik', a, b).",
    })
  }
  for (const operand of operands) needTensor('einsum', operand)
  const { inputs, output } = parse(equation, operands)
  let named = operands.map((tensor, i) => diagonals({ tensor, names: inputs[i] as string[] }))
  checkSizes(equation, named)
  named = named.map((x, i) => summed(x, keptBeside(named, i, output)))
  while (named.length > 1) {
    const [i, j] = cheapestPair(named)
    const rest = named.filter((_, k) => k !== i && k !== j)
    const needed = new Set([...output, ...rest.flatMap(x => x.names)])
    named = [...rest, pairwise(named[i] as Named, named[j] as Named, needed)]
  }
  const [last] = named as [Named]
  const missing = output.find(name => !last.names.includes(name))
  if (missing !== undefined) throw bad(equation, `'${missing}' of the result is no axis of an operand`)
  return permuted(
    last.tensor,
    output.map(name => last.names.indexOf(name)),
  )
}

function bad(equation: string, why: string): TensorError {
  return new TensorError('BAD_VALUE', `einsum: '${equation}': ${why}.`, {
    next: "Write one letter for each axis, operands by commas, as in 'ij,jk->ik'.",
  })
}

function parse(equation: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const [left = '', right, more] = equation.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  if (more !== undefined || terms.length !== operands.length) {
    throw bad(equation, `it names ${terms.length} operand(s), there are ${operands.length}`)
  }
  const inputs = terms.map((term, i) => namesOf(equation, term, (operands[i] as Tensor).shape.length))
  const dots = inputs.flatMap(names => names.filter(isDots)).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)))
  const allDots = [...new Set(dots)]
  if (right !== undefined) {
    const output = right.includes('...')
      ? right.split('...').flatMap((part, i) => (i === 0 ? [...part, ...allDots] : [...part]))
      : [...right]
    if (new Set(output).size !== output.length || output.some(name => !isDots(name) && !/^[a-zA-Z]$/.test(name))) {
      throw bad(equation, 'the result must name each axis once, by letters')
    }
    return { inputs, output }
  }
  const all = inputs.flat().filter(name => !isDots(name))
  return {
    inputs,
    output: [...allDots, ...[...new Set(all)].filter(name => all.indexOf(name) === all.lastIndexOf(name)).sort()],
  }
}

const isDots = (name: string): boolean => name.startsWith('.')

/** One name for each axis; the axes of '...' are '.0', '.1', ... counted from the right. */
function namesOf(equation: string, term: string, rank: number): string[] {
  const parts = term.split('...')
  const letters = parts.join('')
  const extra = rank - letters.length
  if (parts.length > 2 || !/^[a-zA-Z]*$/.test(letters) || (parts.length === 1 ? extra !== 0 : extra < 0)) {
    throw bad(equation, `'${term}' does not fit a tensor of ${rank} dimension(s)`)
  }
  if (parts.length === 1) return [...term]
  const dots = Array.from({ length: extra }, (_, i) => `.${extra - 1 - i}`)
  return [...(parts[0] as string), ...dots, ...(parts[1] as string)]
}

/** A name that stands twice takes the diagonal of its axes. */
function diagonals(x: Named): Named {
  const twice = x.names.find((name, i) => x.names.indexOf(name) !== i)
  if (twice === undefined) return x
  const first = x.names.indexOf(twice)
  const second = x.names.indexOf(twice, first + 1)
  const { shape } = x.tensor
  if (shape[first] !== shape[second]) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `einsum: '${twice}' stands for sizes ${shape[first]} and ${shape[second]} of one operand.`,
      {
        next: 'A diagonal needs axes of one size.',
      },
    )
  }
  const tensor = diagonal(x.tensor, 0, { dim1: first, dim2: second })
  return diagonals({ tensor, names: [...x.names.filter((_, i) => i !== first && i !== second), twice] })
}

/** A letter has one size everywhere; the axes of '...' and those of size 1 may be repeated. */
function checkSizes(equation: string, named: readonly Named[]): void {
  const sizes = new Map<string, number>()
  for (const { tensor, names } of named) {
    names.forEach((name, axis) => {
      const size = tensor.shape[axis] as number
      const known = sizes.get(name)
      if (known === undefined || known === 1) sizes.set(name, size)
      else if (size !== known && size !== 1) {
        throw new TensorError(
          'SHAPE_MISMATCH',
          `einsum: '${equation}': '${name}' has size ${known} in one operand and ${size} in another (shape ${shapeText(tensor.shape)}).`,
          {
            next: 'A letter stands for one size.',
          },
        )
      }
    })
  }
}

/** Names that are still needed beside operand i. */
function keptBeside(named: readonly Named[], i: number, output: readonly string[]): Set<string> {
  return new Set([...output, ...named.filter((_, k) => k !== i).flatMap(x => x.names)])
}

/** Sums the axes that nobody needs any more. */
function summed({ tensor, names }: Named, needed: ReadonlySet<string>): Named {
  const dims = names.map((_, i) => i).filter(i => !needed.has(names[i] as string))
  if (dims.length === 0) return { tensor, names }
  return { tensor: apply('sum', [tensor], { dims, keepdim: false }), names: names.filter(name => needed.has(name)) }
}

/** The pair whose product is smallest. */
function cheapestPair(named: readonly Named[]): [number, number] {
  let [best, cost]: [[number, number], number] = [[0, 1], Infinity]
  for (let i = 0; i < named.length; i++) {
    for (let j = i + 1; j < named.length; j++) {
      const sizes = new Map<string, number>()
      for (const { tensor, names } of [named[i] as Named, named[j] as Named]) {
        names.forEach((name, axis) => {
          sizes.set(name, Math.max(sizes.get(name) ?? 1, tensor.shape[axis] as number))
        })
      }
      const size = sizeOf([...sizes.values()])
      if (size < cost) [best, cost] = [[i, j], size]
    }
  }
  return best
}

/** Joins two operands: shared names that are needed are a batch, shared ones that are not are summed by a matrix product. */
function pairwise(a: Named, b: Named, needed: ReadonlySet<string>): Named {
  const [x, y] = [summed(a, new Set([...needed, ...b.names])), summed(b, new Set([...needed, ...a.names]))]
  const size = (of: Named, name: string): number => of.tensor.shape[of.names.indexOf(name)] as number
  const shared = x.names.filter(name => y.names.includes(name))
  // A repeated axis of size 1 cannot go into a matrix product as it is.
  const uneven = shared.some(name => size(x, name) !== size(y, name))
  const inner = shared.filter(name => !needed.has(name))
  if (inner.length === 0 || uneven) return multiplied(x, y, needed)
  const batch = shared.filter(name => needed.has(name))
  const [left, right] = [x.names.filter(name => !shared.includes(name)), y.names.filter(name => !shared.includes(name))]
  const arranged = (of: Named, groups: readonly (readonly string[])[]): Tensor => {
    const moved = permuted(
      of.tensor,
      groups.flat().map(name => of.names.indexOf(name)),
    )
    return reshaped(
      moved,
      groups.map(group => sizeOf(group.map(name => size(of, name)))),
    )
  }
  const product = matmul(arranged(x, [batch, left, inner]), arranged(y, [batch, inner, right]))
  const names = [...batch, ...left, ...right]
  return {
    tensor: reshaped(
      product,
      names.map(name => size(x.names.includes(name) ? x : y, name)),
    ),
    names,
  }
}

/** By broadcasting, and a sum over what nobody needs. */
function multiplied(x: Named, y: Named, needed: ReadonlySet<string>): Named {
  const names = [...new Set([...x.names, ...y.names])]
  const wide = ({ tensor, names: own }: Named): Tensor => {
    const order = names.filter(name => own.includes(name)).map(name => own.indexOf(name))
    const moved = permuted(tensor, order)
    let axis = 0
    return reshaped(
      moved,
      names.map(name => (own.includes(name) ? (moved.shape[axis++] as number) : 1)),
    )
  }
  return summed({ tensor: mul(wide(x), wide(y)), names }, needed)
}

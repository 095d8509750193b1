// Nothing public in nn, optim, data and plot without a docstring that helps; goldens are asked for by the rooms' own tests.
import assert from 'node:assert/strict'
import { GradlabError } from '#src/index.js'
import { docstringOf } from './api/docstrings.js'
import { toolboxNames } from './api/names.js'

const isError = (value: unknown): boolean =>
  value === GradlabError || (value as { prototype?: unknown }).prototype instanceof GradlabError

const names = toolboxNames().filter(({ value }) => !isError(value))

describe('the toolbox', () => {
  it('has layers, optimizers, data and figures', () => {
    for (const room of ['nn', 'optim', 'data', 'plot'])
      assert.ok(
        names.some(({ name }) => name.startsWith(`${room}.`)),
        room,
      )
  })

  it('says of every public name more than its name', () => {
    none(names.filter(({ name }) => (docstringOf(name)?.text.length ?? 0) < 40))
  })

  it('shows an example of every public name', () => {
    none(names.filter(({ name }) => !docstringOf(name)?.tags.example))
  })

  it("names PyTorch's counterpart, or says that there is none", () => {
    none(names.filter(({ name }) => !docstringOf(name)?.tags.torch))
  })
})

function none(left: readonly { readonly name: string }[]): void {
  assert.deepEqual(
    left.map(({ name }) => `${name} (${docstringOf(name)?.file})`),
    [],
  )
}

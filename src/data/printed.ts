// What console.log and a notebook show of an object: a line that says what it is, in place of its fields.

/** Lets Node print objects of a class by their toString. */
export function printedByToString(type: { readonly prototype: { toString(): string } }): void {
  Object.defineProperty(type.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }): string {
      return this.toString()
    },
  })
}

/** '1 example', '2 examples', '60,000 examples'. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`
}

/** Also of a data set of one's own, which may have nothing to say of itself. */
export function nameOf(dataset: { readonly length: number; toString(): string }): string {
  const own = dataset.toString()
  return own === '[object Object]' ? counted(dataset.length, 'example') : own
}

// The names that compiled cells have in addition to their own, and how to read them in a message of V8's.

/** `$`, or the first of `$1$`, `$2$`, ... with which no name of the cell begins. */
export function namePrefix(text: string): string {
  if (!/(?<![\p{ID_Continue}$])\$(?!\{)|\\u(?:0024|\{0*24\})/u.test(text)) return '$'
  let prefix = '$1$'
  for (let count = 2; text.includes(prefix); count += 1) prefix = `$${count}$`
  return prefix
}

const BOXED =
  /\(0 ?, (\$(?:\d+\$)?[\p{ID_Start}$_][\p{ID_Continue}$]*\.v)\)|\$(?:\d+\$)?[\p{ID_Start}$_][\p{ID_Continue}$]*\.v(?![\p{ID_Continue}$])/gu
const BOX_NAME = /^\$(?:\d+\$)?(.+)\.v$/u

/** A message in the cell's own names: `(0 , $f.v) is not a function` becomes `f is not a function`. */
export function restoreNames(message: string): string {
  return message.replace(BOXED, (whole, called?: string) => (called ?? whole).replace(BOX_NAME, '$1'))
}

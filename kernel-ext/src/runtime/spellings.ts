// Under which names a relative import may be found.

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.json', '/index.ts', '/index.js']

/** Other spellings of a relative import, as TypeScript's 'bundler' resolution tries them. */
export function alternatives(specifier: string): string[] {
  const stem = specifier.replace(/\.([cm]?)js$/, '.$1ts')
  return [...(stem === specifier ? [] : [stem]), ...EXTENSIONS.map(extension => specifier + extension)]
}

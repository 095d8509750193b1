// The same work in the languages of the kernels.

/** Additions in one loop, and what they come to. */
export const ADDITIONS = 3_000_000
export const LINES = 100_000

export interface Dialect {
  /** An empty cell's work: what every cell costs. */
  readonly trivial: string
  /** A constant and a function that uses it; both names end in `k`. */
  declare(k: number): string
  /** A cell that a type checker refuses. */
  readonly mistyped: string
  /** Gives the top level a number. */
  topLevelNumber(k: number): string
  /** Adds to that number in a loop of the top level, and prints `took MS of SUM`. */
  topLevelAdditions(k: number): string
  /** The same in a function, on a local. */
  localAdditions(k: number): string
  readonly printLines: string
  /** Before `member`. */
  readonly beforeMember: string
  /** Half of Math.floor, after a name that ends in `k`. */
  member(k: number): string
  /** Occupies the kernel for so long, without awaiting anything. */
  busy(ms: number): string
  readonly endless: string
  readonly remember: string
  /** Prints what `remember` stored, 7. */
  readonly recall: string
}

export const TYPESCRIPT: Dialect = {
  trivial: '1+1',
  declare: k => `const rate${k} = 0.${k}\nfunction scale${k}(x: number): number {\n  return x * rate${k} + ${k}\n}`,
  mistyped: "const wrong: number = 'text'",
  topLevelNumber: k => `let total${k} = 0`,
  topLevelAdditions: k => `const began${k} = performance.now()
for (let i = 0; i < ${ADDITIONS}; i++) total${k} += i
console.log(\`took \${performance.now() - began${k}} of \${total${k}}\`)`,
  localAdditions: k => `function add${k}(): string {
  const began = performance.now()
  let total = 0
  for (let i = 0; i < ${ADDITIONS}; i++) total += i
  return \`took \${performance.now() - began} of \${total}\`
}
console.log(add${k}())`,
  printLines: `for (let i = 0; i < ${LINES}; i++) console.log('line ' + i)`,
  beforeMember: '1+1',
  member: k => `const member${k} = Math.fl`,
  busy: ms => `{\n  const end = Date.now() + ${ms}\n  while (Date.now() < end);\n}`,
  endless: 'for (;;);',
  remember: 'let kept = 7',
  recall: 'console.log(kept)',
}

export const PYTHON: Dialect = {
  trivial: '1+1',
  declare: k => `rate${k} = 0.${k}\ndef scale${k}(x: float) -> float:\n    return x * rate${k} + ${k}`,
  mistyped: "wrong: int = 'text'",
  topLevelNumber: k => `total${k} = 0`,
  topLevelAdditions: k => `from time import perf_counter
began${k} = perf_counter()
for i in range(${ADDITIONS}): total${k} += i
print(f'took {(perf_counter() - began${k}) * 1000} of {total${k}}')`,
  localAdditions: k => `from time import perf_counter
def add${k}():
    began = perf_counter()
    total = 0
    for i in range(${ADDITIONS}): total += i
    return f'took {(perf_counter() - began) * 1000} of {total}'
print(add${k}())`,
  printLines: `for i in range(${LINES}): print('line', i)`,
  beforeMember: 'import math',
  member: k => `member${k} = math.fl`,
  busy: ms => `import time\nend = time.time() + ${ms / 1000}\nwhile time.time() < end: pass`,
  endless: 'while True: pass',
  remember: 'kept = 7',
  recall: 'print(kept)',
}

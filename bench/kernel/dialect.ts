// The same work in the languages of the kernels.

/** Additions in one loop, and what they come to. */
export const ADDITIONS = 3_000_000
/** What the completion of a package's member is tried on: a package whose types have 20,000 lines. */
export const LARGE_PACKAGE = 'playwright-core'

export interface Typing {
  /** Runs before. */
  readonly before: string
  /** Half of a member's name, after a name that ends in `k`. */
  half(k: number): string
  readonly member: string
}

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
  printLines(count: number): string
  /** A member of Math. */
  readonly math: Typing
  /** A member of a large package; Python's is pyzmq, since it cannot load the other's. */
  readonly package: Typing
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
  printLines: count => `for (let i = 0; i < ${count}; i++) console.log('line ' + i)`,
  math: { before: '1+1', half: k => `const member${k} = Math.fl`, member: 'floor' },
  package: {
    before: `import * as large from '${LARGE_PACKAGE}'`,
    half: k => `const of${k} = large.chromium.la`,
    member: 'launch',
  },
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
  printLines: count => `for i in range(${count}): print('line', i)`,
  math: { before: 'import math', half: k => `member${k} = math.fl`, member: 'floor' },
  package: { before: 'import zmq', half: k => `of${k} = zmq.Cont`, member: 'Context' },
  busy: ms => `import time\nend = time.time() + ${ms / 1000}\nwhile time.time() < end: pass`,
  endless: 'while True: pass',
  remember: 'kept = 7',
  recall: 'print(kept)',
}

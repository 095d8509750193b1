// A cell as a program: `async ($) => {...}`, strict, its top-level names in boxes that all cells share.
import { planOf } from './analyse.js'
import type { CellAnalysis, CellEnvironment, CompiledCell, RawSourceMap } from './cell.js'
import { lowerSyntax, removeTypes } from './lower.js'
import { Rewrite } from './rewrite.js'

/** Throws a CellSyntaxError where the cell holds what cannot be translated. */
export function compileCell(analysis: CellAnalysis, environment: CellEnvironment): CompiledCell {
  const plan = planOf(analysis)
  const { needsLowering, needsOldDecorators } = plan.survey
  const rewrite = new Rewrite(plan, environment)
  // esbuild keeps functions in blocks there only where the text itself says that it is strict.
  if (needsLowering) rewrite.text.prepend('"use strict";')
  const { names, mappings } = rewrite.text.generateMap({ hires: 'boundary' })
  const map: RawSourceMap = { version: 3, sources: ['cell'], names, mappings }
  const lower = needsLowering ? lowerSyntax : removeTypes
  const lowered = lower(rewrite.text.toString(), { map, oldDecorators: needsOldDecorators })
  return {
    js: `${prologue(rewrite)}\n${lowered.code}\n}`,
    maps: [afterPrologue(lowered.map), map],
  }
}

/** What comes before the cell's own code, in one line. */
function prologue({ prefix, boxed, hoistedVars, functions, needsEach }: Rewrite): string {
  const boxes = [...boxed].map(name => `${prefix}${name} = ${prefix}.box(${JSON.stringify(name)})`)
  return [
    `async (${prefix}) => {"use strict"`,
    ...(boxes.length === 0 ? [] : [`const ${boxes.join(', ')}`]),
    ...[...hoistedVars].map(name => `${prefix}${name}.v = ${prefix}.peek(${prefix}${name})`),
    ...[...functions].map(name => `${prefix}${name}.v = ${name}`),
    ...(needsEach ? [eachFunction(prefix)] : []),
    '',
  ].join('; ')
}

function afterPrologue(map: RawSourceMap): RawSourceMap {
  return { ...map, mappings: `;${map.mappings}` }
}

/** The iterable of a `for await`, each of whose steps an interrupt can end, as it can any `await`. */
function eachFunction(prefix: string): string {
  return `const ${prefix}0 = ${EACH.replaceAll(/ *\n */g, ' ').replaceAll('$.', `${prefix}.`)}`
}

const EACH = `(source) => {
  const own = source?.[Symbol.asyncIterator]
  ?? undefined;
  const make = own ?? source?.[Symbol.iterator];
  if (typeof make !== "function") return source;
  const settle = async (value) => $.resume(await $.wait(value));
  return { [Symbol.asyncIterator]() {
    const iterator = make.call(source);
    const take = async (step) => {
      const result = await settle(step);
      return own || result.done ? result : { done: false, value: await settle(result.value) };
    };
    return {
      next: () => take(iterator.next()),
      return: async (value) => typeof iterator.return === "function"
        ? take(iterator.return(value)) : { done: true, value },
    };
  } };
}`

// What the text of a cell says: its names, what it mentions, and what the type checker is to read.
import type { CellAnalysis, Declaration } from './cell.js'
import { type Command, findCommands } from './commands.js'
import { checkerInsertions } from './insertions.js'
import { normalise, type ParsedCell, parseCell } from './parse.js'
import { Survey } from './survey.js'
import { TopLevel } from './top-level.js'

/** All that the compiler needs to know of a cell. */
export interface CellPlan {
  readonly parsed: ParsedCell
  readonly survey: Survey
  readonly declarations: readonly Declaration[]
  readonly hoistedVars: ReadonlySet<string>
}

const plans = new WeakMap<CellAnalysis, CellPlan>()

/** Throws a CellSyntaxError for text that does not parse. */
export function analyseCell(code: string): CellAnalysis {
  const plan = planCell(code)
  const { parsed, declarations } = plan
  const analysis = {
    code,
    checked: parsed.text,
    declarations,
    ...freeNames(plan),
    anyInsertions: checkerInsertions(parsed),
    noCheck: startsWithNoCheck(parsed),
  }
  plans.set(analysis, plan)
  return analysis
}

/** The plan behind an analysis, made again for one that was copied or came from elsewhere. */
export function planOf(analysis: CellAnalysis): CellPlan {
  return plans.get(analysis) ?? planCell(analysis.code)
}

function planCell(code: string): CellPlan {
  const commands = findCommands(normalise(code))
  const plan = planWith(code, commands)
  const certain = commands.filter(
    ({ firstName }) => firstName === undefined || !plan.survey.top.has(firstName, 'value'),
  )
  return certain.length === commands.length ? plan : planWith(code, certain)
}

function planWith(code: string, commands: readonly Command[]): CellPlan {
  const parsed = parseCell(code, commands)
  const survey = new Survey(parsed.text)
  const { declarations, hoistedVars } = new TopLevel(parsed, survey)
  return { parsed, survey, declarations, hoistedVars }
}

function freeNames({ survey }: CellPlan): Pick<CellAnalysis, 'free' | 'assigned'> {
  const free = new Set<string>()
  const assigned = new Set<string>()
  for (const mention of survey.mentions) {
    const { name, space, scope } = mention
    if (survey.top.has(name, 'either') || scope.ownerOf(name, space) !== undefined) continue
    free.add(name)
    if (mention.assigned) assigned.add(name)
  }
  return { free, assigned }
}

function startsWithNoCheck({ comments, program }: ParsedCell): boolean {
  // Commands are empty statements.
  const first = program.body.find(({ type }) => type !== 'EmptyStatement')?.start ?? Number.POSITIVE_INFINITY
  return comments.some(
    ({ type, value, end }) => type === 'Line' && end <= first && /^\/?\s*@ts-nocheck(?:\s|$)/.test(value),
  )
}

// `gradlab doctor`: what is there, what is missing, and the mend for each.
import { Command } from 'commander'
import { allChecks, type CheckResult } from './checks/all.js'
import { EXIT } from './exit.js'
import { thisProject } from './project.js'
import { painter } from './style.js'

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check what is installed and say how to mend it')
    .description('Looks at everything that notebooks need. Ends with 1 where something required is not in order.')
    .option('--json', 'print the results as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const results: CheckResult[] = []
      for await (const result of allChecks(thisProject())) {
        results.push(result)
        if (!json) printResult(result)
      }
      if (json) console.log(JSON.stringify({ ok: isHealthy(results), checks: results }, null, 2))
      else console.log(verdict(results))
      process.exitCode = isHealthy(results) ? EXIT.done : EXIT.failed
    })
}

/** Nothing is broken, and nothing required is missing. */
export function isHealthy(results: readonly CheckResult[]): boolean {
  return results.every(({ state, required }) => state === 'ok' || (state === 'missing' && !required))
}

function printResult({ name, state, detail, mend }: CheckResult): void {
  const paint = painter(process.stdout)
  const colour = { ok: 'green', missing: 'yellow', broken: 'red' } as const
  console.log(`${paint(colour[state], state.padEnd(7))}  ${name.padEnd(12)} ${detail}`)
  if (mend !== undefined) console.log(`${' '.repeat(22)}${paint('cyan', 'next:')} ${mend}`)
}

function verdict(results: readonly CheckResult[]): string {
  const bad = results.filter(({ state }) => state !== 'ok')
  if (bad.length === 0) return 'All in order.'
  const names = bad.map(({ name }) => name).join(', ')
  return isHealthy(results) ? `Notebooks run; not set up yet: ${names}.` : `To be mended: ${names}.`
}

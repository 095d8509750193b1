// Runs the real `gradlab` command as a user does.
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The project's root; this file runs from build/test/src/cli/. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export function gradlab(args: readonly string[], env: Record<string, string | undefined> = {}): Ended {
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${ROOT}bin/gradlab.mjs`, ...args], {
    encoding: 'utf8',
    env: { ...rest, ...env },
    timeout: 60_000,
  })
  return { code: status, out: stdout, err: stderr }
}

/** The same without holding up this process, which may have to answer the command meanwhile. */
export function gradlabBeside(args: readonly string[]): Promise<Ended> {
  const { NO_COLOR, FORCE_COLOR, ...env } = process.env
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [`${ROOT}bin/gradlab.mjs`, ...args],
      { env, timeout: 60_000, encoding: 'utf8' },
      (error, out, err) => {
        const { code } = (error ?? { code: 0 }) as { code?: number | string | null }
        resolve({ code: typeof code === 'number' ? code : null, out, err })
      },
    )
  })
}

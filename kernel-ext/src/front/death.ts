// Why the process that runs cells has ended, told to a person.

/** What Node and V8 print before they abort; of use to those who know their insides. */
const LAST_WORDS = /^(?:<--- Last few GCs --->|----- Native stack trace -----|#\n# Fatal |FATAL ERROR: )/m
/** Nothing that looks like last words is held back for longer than this, should the process live on. */
const HELD_MS = 1000

/** Holds back what a dying process prints on stderr, for the log. */
export class LastWords {
  readonly #release: (text: string) => void
  #held = ''
  #timer: NodeJS.Timeout | undefined

  constructor(release: (text: string) => void) {
    this.#release = release
  }

  /** The part of the text to show now. */
  filter(text: string): string {
    if (this.#held !== '') {
      this.#held += text
      return ''
    }
    const at = text.search(LAST_WORDS)
    if (at < 0) return text
    this.#held = text.slice(at)
    this.#timer = setTimeout(() => {
      this.#release(this.#held)
      this.#held = ''
    }, HELD_MS)
    return text.slice(0, at).replace(/\n$/, '')
  }

  /** The process has gone. */
  take(): string {
    clearTimeout(this.#timer)
    return this.#held
  }
}

export function describeExit(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  if (/heap out of memory/.test(lastWords)) return describeFullHeap(lastWords)
  const fatal = /^FATAL ERROR: (.*)$|^# Fatal .*\n# (.*)$/m.exec(lastWords)
  if (fatal !== null) return `Node failed: ${fatal[1] ?? fatal[2]}`
  switch (signal) {
    case null:
      break
    case 'SIGKILL':
      return 'it was killed (SIGKILL), as the system does when the memory of the machine runs out'
    case 'SIGABRT':
      return 'it aborted (SIGABRT), as process.abort() and failing native code do'
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGFPE':
      return `native code crashed it (${signal})`
    default:
      return `it was ended by ${signal}`
  }
  if (code === 7 || code === 70) return `it exited with code ${code}: code of a cell has broken what the kernel needs`
  return `it exited with code ${code}, as process.exit(${code}) does`
}

function describeFullHeap(lastWords: string): string {
  const megabytes = Number([...lastWords.matchAll(/-> [\d.]+ \(([\d.]+)\) MB/g)].at(-1)?.[1])
  const size = Number.isNaN(megabytes) ? '' : ` at ${(megabytes / 1024).toFixed(1)} GB`
  return `its memory for JavaScript objects was full${size}; keep fewer of them, put numbers into typed arrays, or start Jupyter with NODE_OPTIONS=--max-old-space-size=8192 in its environment (in MB)`
}

/** `cell` is the execution count of the cell that was running. */
export function deathText(reason: string, cell: number | undefined): string {
  const where =
    cell === undefined
      ? 'The process that runs the cells has ended'
      : `Cell [${cell}] ended the process that runs the cells`
  return `${where}: ${reason}. All names are lost. A new process is ready: run the notebook from its top.`
}

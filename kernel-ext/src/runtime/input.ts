// `prompt` and `confirm` of cells: the cell's thread sleeps until the person at the page has answered.
import { KernelError } from '../errors.js'

/** Asks and waits; throws a KernelError with the code INPUT_UNAVAILABLE where nobody can be asked. */
export type Ask = (question: string, password: boolean) => string

export interface Prompt {
  (message?: string, initial?: string): string
  password(message?: string): string
}

export function makePrompt(ask: Ask): Prompt {
  const prompt = ((message = '', initial = '') => {
    const answer = ask(initial === '' ? text(message) : `${text(message)} [${initial}]`, false)
    return answer === '' ? text(initial) : answer
  }) as Prompt
  prompt.password = (message = 'Password:') => ask(text(message), true)
  return prompt
}

const YES = new Set(['y', 'yes', 'true', 'ok'])
const NO = new Set(['', 'n', 'no', 'false'])

/** Asks again until the answer is one of the two. */
export function makeConfirm(ask: Ask): (message?: string) => boolean {
  return (message = '') => {
    for (;;) {
      const answer = ask(`${text(message)} [y/N]`.trimStart(), false)
        .trim()
        .toLowerCase()
      if (YES.has(answer)) return true
      if (NO.has(answer)) return false
    }
  }
}

export function inputUnavailable(why: string): KernelError {
  return new KernelError('INPUT_UNAVAILABLE', `prompt: expected somebody to ask, but ${why}.`, {
    next: 'Give the value in the cell instead.',
  })
}

function text(value: unknown): string {
  return String(value ?? '')
}

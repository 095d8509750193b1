// Reading what a cell has printed.
import type { Answer, Published } from './client.js'

export function standardOutput(answer: Answer): string {
  return printed(answer).map(text).join('')
}

/** Lines printed, in messages that came before the cell's idle status and in all. */
export function countLines(answer: Answer): { beforeIdle: number; all: number } {
  const { idleAt = Number.POSITIVE_INFINITY } = answer
  const idle = answer.published.findIndex(({ type, at }) => type === 'status' && at === idleAt)
  const before = idle === -1 ? answer.published : answer.published.slice(0, idle)
  return { beforeIdle: newlines(before), all: newlines(answer.published) }
}

function newlines(messages: readonly Published[]): number {
  return messages.filter(isPrinted).reduce((count, message) => count + text(message).split('\n').length - 1, 0)
}

function printed(answer: Answer): Published[] {
  return answer.published.filter(isPrinted)
}

function isPrinted({ type, content }: Published): boolean {
  return type === 'stream' && content.name === 'stdout'
}

function text({ content }: Published): string {
  return String(content.text)
}

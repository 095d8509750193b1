// Divides one growing block of memory into spans: taken best-fit by size class, joined with free neighbours when returned.

export interface Span {
  start: number
  bytes: number
  free: boolean
  /** Neighbours by address. */
  before: Span | undefined
  after: Span | undefined
}

/** Four classes for each power of two. */
function classOf(bytes: number): number {
  const power = 31 - Math.clz32(bytes)
  return 4 * power + Math.floor((bytes / 2 ** power - 1) * 4)
}

/** One class further than all spans of 4 GiB. */
const CLASSES = 4 * 32 + 4

export class Spans {
  private readonly bins: Set<Span>[] = Array.from({ length: CLASSES }, () => new Set())
  private last: Span | undefined = undefined

  /** Adds `bytes` of new memory at the end; it may continue the last span. */
  extend(start: number, bytes: number): void {
    const span: Span = { start, bytes, free: false, before: this.last, after: undefined }
    if (this.last !== undefined) this.last.after = span
    this.last = span
    this.give(span)
  }

  /** A span of exactly `bytes`, or undefined where none is large enough. */
  take(bytes: number): Span | undefined {
    for (let bin = classOf(bytes); bin < CLASSES; bin++) {
      for (const span of this.bins[bin] as Set<Span>) if (span.bytes >= bytes) return this.cut(span, bytes)
    }
    return undefined
  }

  private cut(span: Span, bytes: number): Span {
    this.unbin(span)
    span.free = false
    const rest = span.bytes - bytes
    if (rest > 0) {
      const tail: Span = { start: span.start + bytes, bytes: rest, free: true, before: span, after: span.after }
      if (span.after !== undefined) span.after.before = tail
      else this.last = tail
      span.after = tail
      span.bytes = bytes
      this.bin(tail)
    }
    return span
  }

  give(span: Span): void {
    const { before, after } = span
    let whole = span
    if (before?.free === true) {
      this.unbin(before)
      whole = this.join(before, span)
    }
    if (after?.free === true) {
      this.unbin(after)
      whole = this.join(whole, after)
    }
    whole.free = true
    this.bin(whole)
  }

  /** Two neighbours become one. */
  private join(first: Span, second: Span): Span {
    first.bytes += second.bytes
    first.after = second.after
    if (second.after !== undefined) second.after.before = first
    else this.last = first
    return first
  }

  private bin(span: Span): void {
    this.bins[classOf(span.bytes)]?.add(span)
  }

  private unbin(span: Span): void {
    this.bins[classOf(span.bytes)]?.delete(span)
  }
}

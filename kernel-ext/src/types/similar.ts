// The name that was meant: the nearest by edit distance, as TypeScript itself suggests names that it can see.

/** The candidate with the fewest edits to `name`, if those are at most two fifths of its length. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let fewest = Math.floor(name.length * 0.4) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (edits >= fewest) continue
    nearest = candidate
    fewest = edits
  }
  return nearest
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

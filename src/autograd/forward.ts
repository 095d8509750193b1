// Forward mode: replaced by rules.
export function pushForward(): void {
  throw new Error('forward mode is not there yet')
}

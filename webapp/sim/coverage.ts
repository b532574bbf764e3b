/** How often each thing the simulation is for did happen. */
export class Coverage {
  readonly counts = new Map<string, number>()

  private given = 0

  /** A number that no other value of this run has: it tells who wrote it. */
  unique(): number {
    return ++this.given
  }

  count(what: string, n = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + n)
  }

  merge(other: Coverage): void {
    for (const [what, n] of other.counts) this.count(what, n)
  }
}

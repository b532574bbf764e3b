/**
 * Seeds that once failed, with what they found. They run before any other.
 * A seed replays its run only while the simulation draws the same numbers in the
 * same order; what it found is therefore also kept as a planted bug or a unit
 * test, named here.
 */
export interface Regression {
  seed: number
  /** What was broken, and where the mended rule is tested for itself. */
  why: string
}

export const REGRESSIONS: readonly Regression[] = [
  { seed: 3, why: 'told of a rewind, the phone said sincronizado until the page was stored: history.test.ts' },
  { seed: 8, why: 'a new leader went on counting what the old one had settled: driver.test.ts' },
  {
    seed: 70,
    why: 'a revision of the lost future passed for one of the new history, and a finding was deleted unseen: rev_test.go',
  },
  { seed: 111, why: 'a decision of the lost future settled parked work: history.test.ts' },
  { seed: 172, why: 'a push wrote cursor and sums of before over those of a page: history.test.ts' },
  {
    seed: 361,
    why: 'a row that moved in the lost future, in a bucket read in part, is found by the sums: docs/simulation.md',
  },
  { seed: 614, why: 'refused by a review that the server lost, it stayed refused: history.test.ts' },
]

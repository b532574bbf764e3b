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

export const REGRESSIONS: readonly Regression[] = []

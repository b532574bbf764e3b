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
    seed: 197,
    why: 'what a reopened form showed empty, its record being out of sight, was overwritten unseen: record.test.ts',
  },
  { seed: 323, why: 'two pulls at once wrote over each other: driver.test.ts' },
  {
    seed: 361,
    why: 'a row that moved in the lost future, in a bucket read in part, was found by the sums only: history.test.ts',
  },
  { seed: 466, why: 'refused by a review that was lost, corrected, then accepted: it stayed refused: history.test.ts' },
  { seed: 614, why: 'refused by a review that the server lost, it stayed refused: history.test.ts' },
  { seed: 636, why: 'the model did not excuse what a copied phone had together with the one bad record' },
  { seed: 747, why: 'by other clocks another id of a conflict: the model took it for another end' },
  { seed: 1352, why: 'a copy was wiped before it had a name of its own, and told nobody for ever: orders.test.ts' },
  { seed: 1697, why: 'a phone that was wiped noted an order once more: orders.test.ts' },
  {
    seed: 1770,
    why: 'the model did not know that what was corrected may wait for review again where the review is lost',
  },
  { seed: 1776, why: 'a new replica schema took away the roster that unsent work is shown on: apply.test.ts' },
  { seed: 1847, why: 'the model waited for a wiped phone to pull' },
  {
    seed: 2090,
    why: 'a change begun on what had lost meanwhile passed for one that knew the winner: overlay.test.ts, merge_test.go',
  },
  {
    seed: 4439,
    why: 'killed before it noted that it is in use again, a phone revoked anew kept its rows: orders.test.ts',
  },
  { seed: 8480, why: 'the model took what one review accepts of two phones in the order of their counters' },
  { seed: 9607, why: 'as 1352' },
  {
    seed: 10083,
    why: 'the model did not excuse what belongs to the one bad visit; a corrected finding of it did not wait for it: wire.test.ts',
  },
  {
    seed: 50436,
    why: 'what came too early was judged anew when sent again, and a copy of the request was told otherwise',
  },
  {
    seed: 70255,
    why: 'what joined an open conflict told its phone other fields than were lost: TestWhatIsLostAgainIsNamed',
  },
  {
    seed: 203575,
    why: 'the model did not excuse a change of what belongs to the one bad visit, where the change itself does not say so',
  },
  { seed: 209501, why: 'as 203575' },
  { seed: 209867, why: 'as 203575' },
  { seed: 600303, why: 'stored, said a row of the lost future, and the photograph was not sent again: sender.test.ts' },
  { seed: 601056, why: 'refused, said a row of the lost future: as 600303' },
  { seed: 602632, why: 'the model did not excuse the photograph of a finding of the one bad visit' },
  {
    seed: 608506,
    why: 'the model let what still spoke for the device of before do so in the session of the new one, which then ended with it',
  },
  {
    seed: 642448,
    why: 'the model took what was sent and refused while its author said it anew, and then replaced, for taken back before it was sent',
  },
]

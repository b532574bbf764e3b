import { worthKeeping } from './lease'
import type { Lease, Standing, WorkStore } from './ports'

interface Kept {
  standing: Standing
  lease: Lease
}

/** Writes down what must outlive a restart: how the device stands, and how long it may work. */
export class Note {
  /** When the last is written. */
  written: Promise<unknown> = Promise.resolve()
  private kept: Kept | undefined

  constructor(private readonly work: WorkStore) {}

  /** So it is in the store. */
  is(kept: Kept): void {
    this.kept = kept
  }

  /** An order to erase is written by who carries it out: see wipe in driver.ts. */
  keep({ standing, lease }: Kept): void {
    if (standing === 'wiped' || standing === 'erased') return
    if (this.kept && standing === this.kept.standing && !worthKeeping(this.kept.lease, lease)) return
    this.kept = { standing, lease }
    const note = this.work.note(this.kept).catch(() => undefined) // again with the next change
    this.written = Promise.all([this.written, note])
  }
}

import { execFileSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Long enough that stopping and going on costs little beside it, short beside a frame of a slow phone. */
const SLICE_MS = 2

/**
 * Slows a browser as a whole. What Chromium itself offers holds up the main
 * thread alone, but the sync engine runs in a worker and the database in another
 * process. Here all of its processes are stopped and let go on in turn.
 */
export class Slowness {
  #timer: NodeJS.Timeout | undefined
  /** Of all processes of the browser. */
  readonly group: number

  /** @param profile the folder of a running browser's profile */
  constructor(profile: string) {
    const pid = /\d+$/.exec(readlinkSync(join(profile, 'SingletonLock')))![0]
    this.group = Number(execFileSync('ps', ['-o', 'pgid=', '-p', pid]))
  }

  /** From now on everything takes `factor` times as long; 1: as long as it takes. */
  set(factor: number): void {
    clearTimeout(this.#timer)
    process.kill(-this.group, 'SIGCONT')
    if (factor <= 1) return
    let due = performance.now()
    const turn = (stop: boolean): void => {
      process.kill(-this.group, stop ? 'SIGSTOP' : 'SIGCONT')
      due += stop ? SLICE_MS * (factor - 1) : SLICE_MS
      this.#timer = setTimeout(turn, due - performance.now(), !stop)
    }
    turn(true)
  }
}

/**
 * Everything that may happen next is an op in a list; the run picks one at a
 * time. Between two ops only promises resolve, so nothing depends on real time.
 */
import { createHash } from 'node:crypto'
import type { Rng } from './rng'

export interface Op {
  owner: object
  label: string
  run(): void | Promise<void>
}

interface Timer {
  owner: object
  at: number
  call: () => void
}

export class Scheduler {
  /** For who replays a seed: hears what happens, as it goes into the trace. */
  static echo: ((line: string) => void) | undefined
  time: number
  steps = 0
  private ops: Op[] = []
  private timers: Timer[] = []
  private readonly hash = createHash('sha256')

  constructor(
    private readonly rng: Rng,
    start: number,
  ) {
    this.time = start
  }

  trace(...parts: string[]): void {
    Scheduler.echo?.(`${this.steps} ${parts.join(' ')}`)
    for (const part of parts) this.hash.update(part).update('\n')
  }

  digest(): string {
    return this.hash.copy().digest('hex').slice(0, 16)
  }

  add(op: Op): void {
    this.ops.push(op)
  }

  /** One timer for each owner. */
  wake(owner: object, at: number, call: () => void): void {
    this.timers = this.timers.filter((t) => t.owner !== owner)
    this.timers.push({ owner, at, call })
  }

  /** Its ops and timers never happen. */
  forget(owner: object): void {
    this.ops = this.ops.filter((op) => op.owner !== owner)
    this.timers = this.timers.filter((t) => t.owner !== owner)
  }

  /** Does at once what the owner waits for and is called so, in the order it was asked. */
  flush(owner: object, what: string): void {
    const now = this.ops.filter((op) => op.owner === owner && op.label.includes(what))
    this.ops = this.ops.filter((op) => !now.includes(op))
    for (const op of now) {
      this.trace(op.label)
      void op.run()
    }
  }

  get waiting(): number {
    return this.ops.length
  }

  /** Does one thing; false if there is none. */
  async step(): Promise<boolean> {
    this.steps++
    this.time += this.rng.int(400)
    this.fireDue()
    const op = this.ops.splice(this.rng.int(this.ops.length), 1)[0]
    if (op) {
      this.trace(op.label)
      await op.run()
    }
    await atRest()
    return op !== undefined
  }

  /** Lets the time pass to the next timer, if there is one within `atMost` ms. */
  async pass(atMost: number): Promise<boolean> {
    const next = Math.min(...this.timers.map((t) => t.at))
    if (next > this.time + atMost) return false
    this.time = Math.max(this.time, Math.ceil(next))
    this.fireDue()
    await atRest()
    return true
  }

  private fireDue(): void {
    const due = this.timers.filter((t) => t.at <= this.time)
    this.timers = this.timers.filter((t) => t.at > this.time)
    for (const timer of due) timer.call()
  }
}

/** Every promise that can resolve without an op has resolved. */
export const atRest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Bugs planted around the client, to see that the simulation catches them; plants.mjs has those planted in its code. Only the simulation's bundle has this file. */
import type { Settlement } from '../src/sync/ports'
import { MemoryWork } from './memory'
import type { Disk, WriteGate } from './memory'

declare const __PLANT__: string

/** The entries are taken out of the outbox in one write and put back with their outcome in the next. */
class ForgetfulWork extends MemoryWork {
  override async settle(settlements: Settlement[]): Promise<void> {
    const entries = settlements.flatMap((s) => this.disk.outbox.get(s.counter) ?? [])
    await this.gate('settle')
    for (const e of entries) this.disk.outbox.delete(e.counter)
    await this.gate('settle again')
    for (const e of entries) {
      const outcome = settlements.find((s) => s.counter === e.counter)!.outcome
      this.disk.outbox.set(e.counter, { ...e, state: outcome.status, outcome })
    }
  }
}

export const planted = (name: string): boolean => __PLANT__ === name

export function workStore(disk: Disk, gate: WriteGate): MemoryWork {
  return planted('outbox-removed-early') ? new ForgetfulWork(disk, gate) : new MemoryWork(disk, gate)
}

/** Bugs planted around the client, to see that the simulation catches them; plants.mjs has those planted in its code. Only the simulation's bundle has this file. */
import type { Answered } from '../src/sync/ports'
import { MemoryWork } from './memory'
import type { Disk, WriteGate } from './memory'

declare const __PLANT__: string

/** The entries are taken out of the outbox in one write and put back with their outcome in the next. */
class ForgetfulWork extends MemoryWork {
  override async receive(answers: Answered[]): Promise<void> {
    const entries = answers.flatMap((s) => this.disk.outbox.get(s.counter) ?? [])
    await this.gate('receive')
    for (const e of entries) this.disk.outbox.delete(e.counter)
    await this.gate('receive again')
    for (const e of entries) {
      const outcome = answers.find((s) => s.counter === e.counter)!.outcome
      this.disk.outbox.set(e.counter, { ...e, state: outcome.status, outcome })
    }
  }
}

export const planted = (name: string): boolean => __PLANT__ === name

export function workStore(disk: Disk, gate: WriteGate): MemoryWork {
  return planted('outbox-removed-early') ? new ForgetfulWork(disk, gate) : new MemoryWork(disk, gate)
}

/** The end of a run: the faults end, and all comes to rest. */
import type { Network } from './network'
import type { SimPhone } from './phone'
import { atRest } from './scheduler'
import type { Scheduler } from './scheduler'

const QUIET_STEPS = 4_000
const DAY = 86_400_000

/** What comes to rest. */
interface Resting {
  readonly network: Network
  readonly scheduler: Scheduler
  readonly phones: readonly SimPhone[]
  /** In sync, or as far as it was ordered to be. */
  atRest(phone: SimPhone): boolean
}

/** Ends the faults and lets everything come to rest: `excused` as `rested` says, the others in sync. */
export async function quiet(
  w: Resting,
  rested: (p: SimPhone) => boolean,
  excused: readonly SimPhone[] = [],
): Promise<boolean> {
  w.network.faulty = false
  for (const phone of w.phones) {
    phone.full = false
    if (!phone.alive) phone.start()
  }
  await atRest() // what has just started has asked for its first write or request
  for (const phone of w.phones) phone.kick()
  await atRest()
  const done = (p: SimPhone): boolean => (excused.includes(p) ? rested(p) : w.atRest(p))
  for (let n = 0; n < QUIET_STEPS; n++) {
    if (await w.scheduler.step()) continue
    if (w.phones.every(done)) return true
    if (!(await w.scheduler.pass(DAY))) return false
  }
  return false
}

export function unrest(w: Resting): string {
  return w.phones
    .map(
      (p) =>
        `${p.name} ${p.pending} pending, ${p.status?.phase} ${p.status?.problem || 'no problem'}, in_sync ${p.status?.in_sync}, ${p.status?.files.waiting} files, ${p.disk.work.standing}`,
    )
    .join('; ')
}

/** What nobody finished, its person lets go of. */
export function letGo(phone: SimPhone): void {
  phone.audit()
  phone.held.clear()
  phone.typed.clear()
  phone.disk.drafts.clear()
  for (const { id, state } of [...phone.disk.files.values()]) {
    if (state !== 'draft') continue
    phone.disk.files.delete(id)
    phone.photos.delete(id)
  }
}

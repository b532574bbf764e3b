/** What a person puts into the phone's stores, and what he is told of it. */
import { Erased } from '../src/sync/tables'
import type { Work, WorkStore } from '../src/sync/ports'
import { NoRoom } from './phone'
import type { SimPhone, Sitting } from './phone'

/** One write of his; undefined where nothing happened: no tab, a wipe, no room. */
export async function write<T>(
  phone: SimPhone,
  sitting: Sitting,
  what: (store: WorkStore) => Promise<T>,
): Promise<{ answer: T } | undefined> {
  const store = phone.hand(sitting)
  if (!store) return undefined
  try {
    return { answer: await what(store) }
  } catch (error) {
    if (error instanceof Erased) return undefined
    if (!(error instanceof NoRoom)) throw error
    phone.coverage.count('write_without_room')
    return undefined
  }
}

/** Answers whether it was kept; where there is no room, nothing happened and the draft is still there. */
export async function enqueue(
  phone: SimPhone,
  work: Work,
  saw?: Readonly<Record<string, unknown>>,
  sitting?: Sitting,
): Promise<boolean> {
  const store = phone.hand(sitting)
  if (!store) return false
  const { coverage, rng } = phone
  const ids = work.mutations.map(() => rng.uuidV7(phone.now()))
  const kept = (): boolean => phone.entries().some((e) => e.id === ids[0])
  try {
    await store.enqueue(work, { ids, at: new Date(phone.now()).toISOString() })
  } catch (error) {
    if (error instanceof Erased) return false
    if (!(error instanceof NoRoom)) throw error
    coverage.count('work_without_room')
    if (kept()) phone.note('I2 nothing lost', 'kept work and said that it had no room')
    return false
  }
  // A draft that was finished already is not finished again; one that had no room is told above.
  const done = kept()
  coverage.count(done ? 'enqueued' : 'second_tap', ids.length)
  if (!done && !phone.wiped && !(work.draft && phone.finished.has(work.draft)))
    phone.note('I2 nothing lost', `said that ${work.label} was kept, and it is not there`)
  if (done) {
    if (work.draft && phone.finished.has(work.draft)) phone.note('I3 once', 'finished one draft twice')
    if (work.draft) phone.finished.add(work.draft)
    if (work.draft) phone.held.delete(work.draft)
    phone.promise(ids, work.mutations, work.intervention)
    if (saw) for (const id of ids) phone.saw.set(id, saw)
  }
  await phone.announce()
  return done
}

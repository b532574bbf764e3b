/** What a person puts into the phone's stores, and what he is told of it. */
import { Erased, NoDraft } from '../src/sync/tables'
import type { OutboxEntry } from '../src/sync/contract'
import type { Stamp, Work, WorkStore } from '../src/sync/ports'
import { NoRoom } from './phone'
import type { SimPhone, Sitting } from './phone'
import type { Shot } from './photos'

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

/** A picture; where there was no room it is not there, and he saw that. */
export async function capture(phone: SimPhone, { file, bytes, thumb, photo }: Shot): Promise<void> {
  const store = phone.hand()
  if (!store) return
  try {
    await store.capture(file, bytes, thumb)
  } catch (error) {
    if (error instanceof Erased || error instanceof NoDraft) return
    if (!(error instanceof NoRoom)) throw error
    return phone.coverage.count('photo_without_room')
  }
  phone.photos.set(file.id, photo)
  phone.coverage.count('photographed')
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
  const along: string[] = []
  const more = (): string => {
    along.push(rng.uuidV7(phone.now()))
    return along.at(-1)!
  }
  // A file by itself is work of its draft alone.
  const kept = (): boolean => phone.entries().some((e) => e.id === (ids[0] ?? along[0]))
  // As they are in its transaction: what was not sent when he decided may be sent and refused by then.
  let before: OutboxEntry[] = []
  const stamp: Stamp = {
    get ids() {
      before = phone.entries().filter((e) => work.instead?.includes(e.group))
      return [...ids]
    },
    more,
    at: new Date(phone.now()).toISOString(),
  }
  try {
    const taken = await store.enqueue(work, stamp)
    if (!taken) {
      coverage.count('too_late_to_replace')
      if (kept()) phone.note('I2 nothing lost', 'kept work and said that it could not take a place')
      return false
    }
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
    phone.replace(before)
    if (work.draft && phone.finished.has(work.draft)) phone.note('I3 once', 'finished one draft twice')
    if (work.draft) phone.finished.add(work.draft)
    if (work.draft) phone.held.delete(work.draft)
    const made = phone.entries().filter((e) => along.includes(e.id))
    const files = made.map(({ mutation: { collection, record, op, fields, form } }) => ({
      collection,
      record,
      op,
      fields,
      form,
    }))
    phone.promise([...ids, ...made.map((e) => e.id)], [...work.mutations, ...files], work.intervention)
    coverage.count('photographs_finished', files.length)
    if (saw) for (const id of ids) phone.saw.set(id, saw)
  }
  await phone.announce()
  return done
}

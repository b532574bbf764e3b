import { RendicionDb } from '../db/rendicion'
import { session } from './session.svelte'
import { storage } from './storage.svelte'

let open: { user: string; db: RendicionDb } | undefined

/** The database of the person who works here. */
export function rendicionDb(): RendicionDb {
  const user = session.current?.user
  if (!user) throw new Error('no user is signed in')
  // One that failed to open stays shut: another is made.
  if (open?.user !== user || open.db.hasFailed()) {
    open?.db.close()
    open = { user, db: new RendicionDb(user) }
  }
  return open.db
}

/** What was kept here; where it cannot be read that is said, and the server's word is shown alone. */
export async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    const kept = await read()
    storage.reading('')
    return kept
  } catch (error) {
    storage.reading(error)
    return undefined
  }
}

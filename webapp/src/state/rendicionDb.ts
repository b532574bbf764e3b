import { RendicionDb } from '../db/rendicion'
import { session } from './session.svelte'

let open: { user: string; db: RendicionDb } | undefined

/** The database of the person who works here. */
export function rendicionDb(): RendicionDb {
  const user = session.current?.user
  if (!user) throw new Error('no user is signed in')
  if (open?.user !== user) {
    open?.db.close()
    open = { user, db: new RendicionDb(user) }
  }
  return open.db
}

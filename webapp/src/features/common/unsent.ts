import { m } from '../../i18n'
import { workWords } from '../../i18n/unsent'
import { storage } from '../../state/storage.svelte'
import { sync } from '../../state/sync.svelte'

/** How much is unsent; where the database does not open nobody knows, and "none" would be a guess. */
export function unsentWords(): string {
  const work = workWords(sync.status)
  if (work) return m.unsent_work({ work })
  const shut = [storage.trouble, sync.status.problem].some(
    (t) => t === 'storage_shut' || t === 'storage_blocked' || t === 'storage_newer',
  )
  return shut ? m.unsent_unknown() : m.unsent_none()
}

import { m } from '../../i18n'
import { storage } from '../../state/storage.svelte'
import { sync } from '../../state/sync.svelte'

/** How much is unsent; where the database does not open nobody knows, and "none" would be a guess. */
export function unsentWords(): string {
  const { pending, problem } = sync.status
  if (pending > 0) return m.unsent_count({ count: pending })
  const shut = [storage.trouble, problem].some((t) => t === 'storage_shut' || t === 'storage_blocked')
  return shut ? m.unsent_unknown() : m.unsent_none()
}

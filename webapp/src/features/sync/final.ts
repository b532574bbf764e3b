import { m } from '../../i18n'
import type { WorkGroup } from '../../state/groups'

/** Why work cannot be opened again, and what to do instead; '' where it can, or is to be corrected. */
export function whyFinal({ state, reversible, visit }: WorkGroup): string {
  if (reversible || state === 'rejected' || state === 'replaced') return ''
  if (state === 'parked') return m.group_final_parked()
  return visit ? m.group_final_visit() : m.group_final_change()
}

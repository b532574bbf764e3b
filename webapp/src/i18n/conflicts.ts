/** Words of conflicts. */
import { m } from './index'

/** What happened and the rule that chose, in one breath. */
export function conflictRule(kind: string, names: { author: string; other: string }): string {
  if (kind === 'delete_edited') return m.conflict_rule_delete_edited(names)
  return kind === 'edit_deleted' ? m.conflict_rule_edit_deleted(names) : m.conflict_rule_edit(names)
}

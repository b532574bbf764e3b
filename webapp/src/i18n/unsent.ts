/** Unsent work as a person counts it: visits, and changes of what was sent before. */
import { m } from './index'

/** How many pieces of work those are. */
export const piecesIn = (work: Readonly<Record<string, number>>): number =>
  Object.values(work).reduce((sum, count) => sum + count, 0)

/**
 * "3 visitas y 1 cambio"; '' for nothing.
 *
 * @param work by kind, see SyncStatus
 */
export function workWords({ work }: { work: Readonly<Record<string, number>> }): string {
  const { visits = 0, ...others } = work
  const changes = piecesIn(others)
  const some = [
    visits > 0 ? m.visits_count({ count: visits }) : '',
    changes > 0 ? m.changes_count({ count: changes }) : '',
  ]
  const [first, second] = some.filter(Boolean)
  return first && second ? m.joined({ first, second }) : (first ?? '')
}

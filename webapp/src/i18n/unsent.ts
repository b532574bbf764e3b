/** Unsent work as a person counts it: visits, changes of what was sent before, and photographs. */
import { m } from './index'

/** How many pieces of work those are. */
export const piecesIn = (work: Readonly<Record<string, number>>): number =>
  Object.values(work).reduce((sum, count) => sum + count, 0)

/**
 * "3 visitas, 1 cambio y 5 fotos"; '' for nothing.
 *
 * @param work by kind, and the photographs that follow it, see SyncStatus
 */
export function workWords({
  work,
  files,
}: {
  work: Readonly<Record<string, number>>
  files?: { waiting: number }
}): string {
  const { visits = 0, ...others } = work
  const changes = piecesIn(others)
  const some = [
    visits > 0 ? m.visits_count({ count: visits }) : '',
    changes > 0 ? m.changes_count({ count: changes }) : '',
    files && files.waiting > 0 ? m.photos_count({ count: files.waiting }) : '',
  ]
  const said = some.filter(Boolean)
  const second = said.pop() ?? ''
  return said.length > 0 ? m.joined({ first: said.join(', '), second }) : second
}

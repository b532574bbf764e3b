/** Unsent work as a person counts it: visits, and changes of what was sent before. */
import { m } from './index'

interface Unsent {
  visits: number
  changes: number
}

/** "3 visitas y 1 cambio"; '' for nothing. */
export function workWords({ visits, changes }: Unsent): string {
  const some = [
    visits > 0 ? m.visits_count({ count: visits }) : '',
    changes > 0 ? m.changes_count({ count: changes }) : '',
  ]
  const [first, second] = some.filter(Boolean)
  return first && second ? m.joined({ first, second }) : (first ?? '')
}

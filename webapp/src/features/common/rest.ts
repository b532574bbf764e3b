import type { Rest, Seen } from '../../domain/attendance'
import { m } from '../../i18n'

/**
 * What the headcount says of marking the rest present, and what to do where it does not agree; `under` says
 * so of too few.
 */
export function restWords(
  rest: Rest,
  { unlisted: { length: unlisted }, headcount }: Seen,
  under = m.rest_under,
): string {
  const { present, differs } = rest
  if (differs === null) return m.rest_count_first()
  if (rest.ids.length === 0) return m.rest_all_marked({ present, headcount: headcount ?? 0 })
  const said = unlisted > 0 ? m.rest_would_unlisted({ present, unlisted }) : m.rest_would({ present })
  if (differs === 0) return m.rest_fits({ said })
  return differs > 0 ? m.rest_over({ said, count: differs }) : under({ said, count: -differs })
}

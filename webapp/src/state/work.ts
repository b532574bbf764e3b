import type { Day } from '../domain/day'
import { missingSheets, parameterOn, rendicionDue, sheetDays } from '../domain/due'
import { cardsOf, type Card } from './facts'
import { all, many } from './read'

/** An executor's intervention with what is due in it. */
export interface Work extends Card {
  missing: Day[]
  /** Estimated without holidays; null while no deadline is known. */
  rendicion_due: Day | null
}

const RUNNING = new Set(['en_ejecucion', 'suspendida'])
const RENDERED = new Set(['rc_presentada', 'rc_conforme', 'cerrada', 'desistida', 'resuelta'])

export type Due =
  | { kind: 'cover'; work: Work; day: Day; count: number }
  | { kind: 'sheets'; work: Work; day: Day; count: number; first: Day }
  | { kind: 'ends'; work: Work; day: Day }
  | { kind: 'rendicion'; work: Work; day: Day }

/** Everything of the executor's entity that is on this device. */
export async function works(today: Day, fresh: boolean): Promise<Work[]> {
  const [interventions, parameters] = await Promise.all([all('interventions'), all('parameters')])
  const ids = interventions.map((i) => i.id)
  const [cards, sheets] = await Promise.all([cardsOf(ids, today, fresh), many('attendance_sheets', ids)])
  const days = sheetDays(parameterOn(parameters, 'executor.sheet_days', today))
  const deadline = parameterOn(parameters, 'rendicion.deadline_working_days', today)
  return cards.map((card) => {
    const { intervention } = card
    const expected = RUNNING.has(intervention.state) || intervention.state === 'terminada'
    return {
      ...card,
      missing: expected ? missingSheets(intervention, sheets.get(intervention.id) ?? [], today, days) : [],
      rendicion_due: RENDERED.has(intervention.state) ? null : rendicionDue(intervention.ends_on, deadline),
    }
  })
}

/** What is due, the most pressing first: what is due now, then by date. */
export function dueOf(list: readonly Work[], today: Day): Due[] {
  const out: Due[] = []
  for (const work of list) {
    const { intervention, missing, rendicion_due } = work
    if (work.uncovered > 0) out.push({ kind: 'cover', work, day: today, count: work.uncovered })
    const first = missing[0]
    if (first !== undefined) out.push({ kind: 'sheets', work, day: first, count: missing.length, first })
    if (RUNNING.has(intervention.state)) out.push({ kind: 'ends', work, day: intervention.ends_on })
    if (rendicion_due) out.push({ kind: 'rendicion', work, day: rendicion_due })
  }
  const ORDER = { cover: 0, sheets: 1, ends: 2, rendicion: 2 }
  return out.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.day.localeCompare(b.day))
}

import { calendarOf, departmentOf } from '../domain/calendar'
import type { Day } from '../domain/day'
import { missingSheets, parameterOn, rendicionDue, RUNNING, sheetDays } from '../domain/due'
import type { Finding } from '../domain/rows'
import { cardsOf, type Card } from './facts'
import { all, many, manyWithOutbox } from './read'

/** An executor's intervention with what is due in it. */
export interface Work extends Card {
  missing: Day[]
  findings: Finding[]
  /** null while no deadline is known. */
  rendicion_due: Day | null
}

const RENDERED = new Set(['rc_presentada', 'rc_conforme', 'cerrada', 'desistida', 'resuelta'])

/** Everything of the executor's entity that is on this device. */
export async function works(today: Day, fresh: boolean): Promise<Work[]> {
  const [interventions, parameters, holidays, districts] = await Promise.all([
    all('interventions'),
    all('parameters'),
    all('holidays'),
    all('districts'),
  ])
  const ids = interventions.map((i) => i.id)
  const [cards, sheets, findings] = await Promise.all([
    cardsOf(ids, today, fresh),
    many('attendance_sheets', ids),
    manyWithOutbox('findings', ids),
  ])
  const days = sheetDays(parameterOn(parameters, 'executor.sheet_days', today))
  // Where a district is not on this device only national holidays count: the day is
  // never later than the server's.
  const ubigeos = new Map(districts.map((d) => [d.id, d.ubigeo]))
  return cards.map((card) => {
    const { intervention } = card
    const expected = RUNNING.has(intervention.state) || intervention.state === 'terminada'
    return {
      ...card,
      missing: expected ? missingSheets(intervention, sheets.get(intervention.id) ?? [], today, days) : [],
      findings: findings.get(intervention.id) ?? [],
      rendicion_due: RENDERED.has(intervention.state)
        ? null
        : rendicionDue(
            intervention.ends_on,
            parameterOn(parameters, 'rendicion.deadline_workdays', intervention.ends_on),
            calendarOf(holidays, departmentOf(ubigeos.get(intervention.district) ?? '')),
          ),
    }
  })
}

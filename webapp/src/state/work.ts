import { calendarOf, departmentOf } from '../domain/calendar'
import type { Day } from '../domain/day'
import { missingSheets, owedOf, parameterOn, sheetDays, type Owed } from '../domain/due'
import { isRunning } from '../domain/states'
import { cardsOf, type Card } from './facts'
import { all, ofWorks } from './replica'

/** An executor's intervention with what is due in it. */
export interface Work extends Card {
  missing: Day[]
  owed: Owed | null
}

/** Everything of the executor's entity that is on this device. */
export async function works(today: Day, fresh: boolean): Promise<Work[]> {
  const [interventions, parameters, holidays, districts] = await Promise.all([
    all('interventions'),
    all('parameters'),
    all('holidays'),
    all('districts'),
  ])
  const ids = interventions.map((i) => i.id)
  const [cards, sheets, rendiciones] = await Promise.all([
    cardsOf(ids, today, fresh),
    ofWorks('attendance_sheets', ids),
    ofWorks('rendiciones', ids),
  ])
  const days = sheetDays(parameterOn(parameters, 'executor.sheet_days', today))
  // Where a district is not on this device only national holidays count: the day is
  // never later than the server's.
  const ubigeos = new Map(districts.map((d) => [d.id, d.ubigeo]))
  return cards.map((card) => {
    const { intervention } = card
    const observed = rendiciones.get(intervention.id)?.[0]?.observed_on ?? ''
    const expected = isRunning(intervention.state) || intervention.state === 'terminada'
    return {
      ...card,
      missing: expected ? missingSheets(intervention, sheets.get(intervention.id) ?? [], today, days) : [],
      owed: owedOf(
        intervention,
        observed,
        {
          presentation: parameterOn(parameters, 'rendicion.deadline_workdays', intervention.ends_on),
          correction: parameterOn(parameters, 'rendicion.correction_workdays', observed),
        },
        calendarOf(holidays, departmentOf(ubigeos.get(intervention.district) ?? '')),
      ),
    }
  })
}

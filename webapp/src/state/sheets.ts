import type { Day } from '../domain/day'
import { missingSheets, parameterOn, sheetDays } from '../domain/due'
import type { RecordForm } from '../domain/record'
import { allDrafts } from './drafts'
import { beginChange, beginNew } from './records'
import { all, ofWork, one, type Row } from './replica'
import { sync } from './sync.svelte'

const KIND = 'attendance_sheets'

/** The daily sheets of a work as this device knows them. */
export interface Sheets {
  name: string
  starts_on: Day
  ends_on: Day
  /** The newest day first. */
  written: Row<'attendance_sheets'>[]
  /** Days without a sheet, the newest first. */
  missing: Day[]
  /** Days of which a sheet is begun and not finished. */
  begun: ReadonlySet<Day>
  /** Days of which a sheet was refused, and nothing else was written since. */
  refused: ReadonlySet<Day>
}

const draftsOf = async (work: string): Promise<{ id: string; form: RecordForm }[]> =>
  (await allDrafts())
    .map(({ id, kind, intervention, body }) => ({ id, kind, intervention, form: body as RecordForm }))
    .filter(({ kind, intervention, form }) => kind === 'record' && intervention === work && form.collection === KIND)

export async function sheetsOf(work: string, today: Day): Promise<Sheets | null> {
  const intervention = await one('interventions', work)
  if (!intervention) return null
  const [written, parameters, drafts, rejected] = await Promise.all([
    ofWork(KIND, work),
    all('parameters'),
    draftsOf(work),
    sync.read.entries({ states: ['rejected'] }),
  ])
  const days = sheetDays(parameterOn(parameters, 'executor.sheet_days', today))
  const refused = rejected.filter((e) => e.mutation.collection === KIND && e.intervention === work && !e.redone_as)
  return {
    name: intervention.name,
    starts_on: intervention.starts_on,
    ends_on: intervention.ends_on,
    written: written.sort((a, b) => b.day.localeCompare(a.day)),
    missing: missingSheets(intervention, written, today, days).reverse(),
    begun: new Set(drafts.map(({ form }) => form.typed['day'] ?? '')),
    refused: new Set(refused.flatMap(({ mutation: { record, fields } }) => dayOf(fields, written, record))),
  }
}

function dayOf(fields: unknown, written: readonly { id: string; day: Day }[], record: string): Day[] {
  const { day = written.find((s) => s.id === record)?.day } = fields as { day?: Day }
  return day === undefined ? [] : [day]
}

/** Begins the sheet of a day, goes on with it, or changes the one there is. Answers the draft. */
export async function beginSheet(work: string, day: Day): Promise<string> {
  const begun = (await draftsOf(work)).find(({ form }) => form.typed['day'] === day)
  if (begun) return begun.id
  const there = (await ofWork(KIND, work)).find((s) => s.day === day)
  return there ? beginChange(KIND, there.id) : beginNew(KIND, work, { day })
}

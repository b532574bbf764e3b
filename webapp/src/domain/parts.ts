/**
 * What is written down during a visit as records of their own: lists of its form, each
 * of a declared kind. Pure. Whoever knows where a form keeps them is here.
 */
import { isDay, type Day } from './day'
import { broken, entryErrors, type Wrong } from './forms'
import { askedIn, type Fields } from './records'
import { visible } from './text'

export type Severity = 'leve' | 'moderada' | 'grave'

export interface FindingEntry {
  id: string
  /** '' until chosen; nothing is chosen for the person. */
  severity: Severity | ''
  description: string
  corrective_measure: string
  responsible: string
  due_on: Day
}

export interface UnlistedEntry {
  id: string
  dni: string
  given_names: string
  surnames: string
  note: string
}

/** Part of every draft on a phone: no name here changes. */
export interface PartLists {
  findings: FindingEntry[]
  unlisted: UnlistedEntry[]
  /** One that is still being written: typed text is on disk before it is saved to its list. */
  open_finding?: FindingEntry
  open_unlisted?: UnlistedEntry
}

interface Entries {
  finding: FindingEntry
  unlisted: UnlistedEntry
}
export type PartName = keyof Entries
export type Entry<P extends PartName = PartName> = Entries[P]

/** Each sort of entry: its kind of record, and where the form keeps those. In the order in which they are sent. */
export const PARTS = {
  finding: { kind: 'findings', list: 'findings', open: 'open_finding' },
  unlisted: { kind: 'unlisted_workers', list: 'unlisted', open: 'open_unlisted' },
} as const
export const PART_NAMES = Object.keys(PARTS) as PartName[]

export const noParts = (): PartLists => ({ findings: [], unlisted: [] })

export const entriesOf = <P extends PartName>(form: PartLists, part: P) => form[PARTS[part].list] as Entry<P>[]
export const openOf = <P extends PartName>(form: PartLists, part: P) => form[PARTS[part].open] as Entry<P> | undefined

/** An entry with these fields, as text; a new one has none. */
export function entryOf<P extends PartName>(part: P, id: string, fields: Fields = {}): Entry<P> {
  const text = (v: unknown) => (typeof v === 'string' ? v : '')
  const asked = askedIn(PARTS[part].kind).map(({ field }) => [field, text(fields[field])])
  return { id, ...Object.fromEntries(asked) } as Entry<P>
}

export function setEntries<P extends PartName>(form: PartLists, part: P, entries: Entry<P>[]): void {
  Object.assign(form, { [PARTS[part].list]: entries })
}

/**
 * Keeps what is written of one that is not saved yet; nothing of a blank one.
 *
 * @param held something is kept of it that is not in the form, a photograph
 */
export function keepOpen(form: PartLists, part: PartName, entry: Entry | null, held = false): void {
  const { open } = PARTS[part]
  if (entry && (held || !isBlank(entry))) Object.assign(form, { [open]: entry })
  else delete form[open]
}

/** Saves one to its list, as it will be sent; in its place where it is there already. */
export function putEntry<P extends PartName>(form: PartLists, part: P, typed: Entry<P>): void {
  keepOpen(form, part, null)
  const said = Object.entries(typed).map(([field, value]) => [field, visible(String(value)).trim()])
  const entry = Object.fromEntries(said) as Entry<P>
  const list = entriesOf(form, part)
  const at = list.findIndex((x) => x.id === entry.id)
  if (at < 0) list.push(entry)
  else list[at] = entry
}

/** Takes one off its list. Answers what puts it back, beside what was written since. */
export function takeOff(form: PartLists, part: PartName, id: string): (form: PartLists) => void {
  const list = entriesOf(form, part)
  const at = list.findIndex((x) => x.id === id)
  const [entry] = at < 0 ? [] : list.splice(at, 1)
  return (now) => {
    if (entry) entriesOf(now, part).splice(at, 0, entry)
  }
}

/** True while nothing was typed or chosen: such an entry need not be kept. */
export function isBlank(entry: Entry): boolean {
  return Object.entries(entry).every(([key, value]) => key === 'id' || String(value).trim() === '')
}

export type EntryErrors<P extends PartName> = Partial<Record<keyof Entry<P>, Wrong>>

/** What else is known, to judge an entry. */
export interface PartContext {
  /** The day of the visit: no deadline lies before it. */
  made?: Day
  /** What was written down already; the entry itself may be among it. */
  others?: readonly Entry[]
  /** The DNI of those on the roster: they are marked there. */
  listed?: readonly string[]
}

export function partErrors<P extends PartName>(
  part: P,
  entry: Entry<P>,
  { made = '', others = [], listed = [] }: PartContext,
): EntryErrors<P> {
  const { kind } = PARTS[part]
  const typed: Fields = { ...entry }
  const errors: Partial<Record<string, Wrong>> = entryErrors(kind, typed)
  if ('due_on' in entry && isDay(entry.due_on) && entry.due_on < made) errors['due_on'] ??= 'past'
  if ('dni' in entry) {
    const dni = visible(entry.dni).trim()
    if (listed.includes(dni)) errors['dni'] ??= 'listed'
    const rest = others.filter((o) => o.id !== entry.id)
    if (broken(kind, { ...typed, dni }, ['dni'], { others: rest })) errors['dni'] ??= 'twice'
  }
  return errors as EntryErrors<P>
}

/**
 * Every kind of record that a phone holds, as the server declares it (records.gen.ts):
 * what it belongs to, by what a person knows it, what may be sent of it and within
 * which limits. The engine, the stores and the screens ask here and name no kind
 * themselves.
 */
import { RECORDS } from './records.gen'
import { may, type Right } from './roles'

export { RECORDS }

/** One thing that a value must be; `min` and `max` are characters of a text, or the number itself. */
export interface Check {
  type: string
  min?: number
  max?: number
  values?: readonly string[]
  /** A regular expression. */
  shape?: string
}

/** A field that an operation takes. */
export interface Ask {
  field: string
  /** It may not be left out. */
  must?: boolean
  /** An empty text takes the value away. */
  clear?: boolean
  checks: readonly Check[]
}

/** Over several fields; one without fields is code, here as at the server. */
export interface Rule {
  rule: string
  fields?: readonly string[]
  when?: { field: string; value: string }
  since?: number
  code?: string
}

export interface Operation {
  /** Who may: with which right, standing how to the record. */
  by: { right?: Right; relation: string }
  asks: readonly Ask[]
  rules?: readonly Rule[]
}

/** Over other rows: a field, and the one whose row they share. */
export interface Constraint {
  rule: string
  field: string
  in: string
  code: string
  most?: number
}

interface Declaration {
  /** The form that an app of now sends it in. */
  form?: string
  /** The field that names the work it is of; `id` for the work itself; none for what is of no work. */
  scope?: string
  /** The field that names the record it is a part of, and what kind that is. */
  parent?: string
  of?: string
  /** The fields that say of what day it is, and who made it; of a part its parent says so. */
  day?: string
  author?: string
  /** By what a person knows it. */
  title?: readonly string[]
  /** The fields that name it: its id follows from them, on every device. */
  key?: readonly string[]
  /** Nobody changes it from a device while it says so. */
  shut?: { field: string; value: string }
  /** Fields that mean something together: they move together in a merge (protocol §6). */
  units?: readonly (readonly string[])[]
  constraints?: readonly Constraint[]
  /** Each of its rows is a file, whose bytes follow it: which types, how large, how many on one record. */
  file?: { types: readonly string[]; max: number; many: number }
  /** What a device may send. */
  ops?: Partial<Record<'create' | 'update' | 'delete', Operation>>
}

type Table = typeof RECORDS
export type Collection = keyof Table
export type Fields = Record<string, unknown>

/** Kinds that others which a device sends in the same form are parts of: finished with them, as one piece of work. */
type Whole = {
  [C in Collection]: Table[C] extends { file: object }
    ? never
    : Table[C] extends { of: infer P extends Collection; form: infer F; ops: { create: object } }
      ? Table[P] extends { form: F }
        ? P
        : never
      : never
}[Collection]
/** Kinds whose rows are files: captured, never typed. */
export type FileCollection = { [C in Collection]: Table[C] extends { file: object } ? C : never }[Collection]
type Created = { [C in Collection]: Table[C] extends { ops: { create: object } } ? C : never }[Collection]
/** Kinds that are written one record at a time, in a form of their own. */
export type RecordCollection = Exclude<Created, Whole | FileCollection>

/** What is declared of a kind; nothing of one that only a newer app knows. */
export function declared(collection: string): Declaration {
  return Object.hasOwn(RECORDS, collection) ? RECORDS[collection as Collection] : {}
}

const made = Object.values<Declaration>(RECORDS).filter((d) => d.ops?.create)
const wholes: ReadonlySet<string> = new Set(
  made.flatMap(({ file, of, form }) => (!file && of !== undefined && declared(of).form === form ? of : [])),
)
export const isWhole = (collection: string): boolean => wholes.has(collection)

/** Whether a device makes such records; others it only answers. */
export const isMadeHere = (collection: string): boolean => declared(collection).ops?.create !== undefined

export const isFileCollection = (collection: string): collection is FileCollection =>
  declared(collection).file !== undefined

export function isRecordCollection(collection: string): collection is RecordCollection {
  return isMadeHere(collection) && !isWhole(collection) && !isFileCollection(collection)
}

/** Those that a person makes: of a work itself, or as parts of a record. */
export const recordKinds = (whole?: string): RecordCollection[] =>
  (Object.keys(RECORDS) as Collection[]).filter(isRecordCollection).filter((kind) => declared(kind).of === whole)

/** How somebody stands to a record. */
export interface Standing {
  role: string | undefined
  /** Its work is his now: assigned to him, or his entity's. */
  assigned: boolean
  /** He made it, or what it is a part of. */
  own: boolean
}

/** Whether the server would take it from him; nobody is guessed. */
export function isAllowed(kind: string, op: 'update' | 'delete', { role, assigned, own }: Standing): boolean {
  const by = declared(kind).ops?.[op]?.by
  if (!by?.right || !may(role, by.right) || !assigned) return false
  return own || ['works', 'supervises', 'executes'].includes(by.relation)
}

/** Whether its own state closes it to changes from a device: whoever decides about it opens it again. */
export const isShut = (kind: string, data: Fields): boolean => {
  const { shut } = declared(kind)
  return shut !== undefined && data[shut.field] === shut.value
}

const id = (v: unknown): string => (typeof v === 'string' ? v : '')

/** The work a row is of, or ''; a kind that only a newer app knows may have one too. */
export function workOf(collection: string, row: string, data: Fields): string {
  const { scope } = Object.hasOwn(RECORDS, collection) ? declared(collection) : RECORDS.cupos
  if (scope === undefined) return ''
  return scope === 'id' ? row : id(data[scope])
}

/** The record that one is a part of, where its fields say so; else ''. */
export function parentIn(collection: string, fields: Fields | undefined): string {
  const { parent } = declared(collection)
  return parent === undefined ? '' : id(fields?.[parent])
}

/** The field by which a new record says where it belongs: to its parent, or to its work. */
export const ownerField = (collection: string): string => {
  const { parent, scope = '' } = declared(collection)
  return parent ?? scope
}

/** All that may be sent of a kind, new or changed, each field once. */
export function asksOf(collection: string): Ask[] {
  const { create, update } = declared(collection).ops ?? {}
  return [...new Map([...(create?.asks ?? []), ...(update?.asks ?? [])].map((a) => [a.field, a])).values()]
}

export const isA = ({ checks }: Ask, type: string): boolean => checks.some((c) => c.type === type)

/** A day of the calendar, also one that may not lie ahead. */
export const isDate = (ask: Ask): boolean => isA(ask, 'day') || isA(ask, 'past')

/** Of which a choice is one; undefined where it is none. */
export const choicesOf = ({ checks }: Ask): readonly string[] | undefined =>
  checks.find((c) => c.type === 'one_of')?.values

/** How many characters a text has at least and at most. */
export function limitsOf({ checks }: Ask): { min: number; max: number | undefined } {
  const most = checks.flatMap((c) => (c.type === 'chars' && c.max ? [c.max] : []))
  const least = checks.flatMap((c) => (c.type === 'at_least' && c.min ? [c.min] : []))
  return { min: Math.max(0, ...least), max: most.length > 0 ? Math.min(...most) : undefined }
}

/** Whether a new record that says this is taken only with more. */
export const asksMore = (collection: string, field: string, value: string | undefined): boolean =>
  (declared(collection).ops?.create?.rules ?? []).some(
    ({ rule, when }) => rule === 'needs_all' && when?.field === field && when.value === value,
  )

/** Whether it says who somebody is: it is shown masked to who works online, and revealed with a reason. */
export const namesPeople = (collection: string): boolean => asksOf(collection).some((a) => isA(a, 'dni'))

/** The kind of part by which somebody is written down who is on no roster. */
export const personKind = (whole: string | undefined): RecordCollection | undefined =>
  recordKinds(whole).find(namesPeople)

/** What a person is asked of a new record: what names another record is not for him to type. */
export const askedIn = (collection: string): readonly Ask[] =>
  (declared(collection).ops?.create?.asks ?? []).filter((a) => !isA(a, 'id'))

const sorted = (v: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))))

/** Fields that are objects of parts, kept in a form as text. */
const OBJECTS = ['marks', 'reasons', 'names']
const isObject = (ask: Ask): boolean => OBJECTS.some((type) => isA(ask, type))

/** A value as a form keeps it: text, of what is equal the same. */
export function toText(collection: string, field: string, v: unknown): string {
  if (typeof v === 'string') return v
  const ask = asksOf(collection).find((a) => a.field === field)
  if (ask && isA(ask, 'whole') && typeof v === 'number') return String(v)
  return ask && isObject(ask) && typeof v === 'object' && v !== null ? sorted(v) : ''
}

/** What such a text says, as it is sent; what cannot be read stays text, and is refused. */
export function fromText(collection: string, field: string, text: string): unknown {
  const ask = asksOf(collection).find((a) => a.field === field)
  if (ask && isA(ask, 'whole')) return /^\d+$/.test(text) ? Number(text) : text
  return ask && isObject(ask) && text.startsWith('{') ? (JSON.parse(text) as unknown) : text
}

/** What a person writes in a record's form: all that may be sent of it but where it belongs. */
export function factsIn(collection: string): string[] {
  return asksOf(collection).flatMap(({ field }) => (field === ownerField(collection) ? [] : field))
}

/**
 * Every kind of record that a phone holds, once: what it belongs to, by what a
 * person knows it, what may be sent of it and within which limits. The engine, the
 * stores and the screens ask here and name no kind themselves.
 */

/** What one value may be; `min` and `max` are characters of a text, or the number itself. */
export interface Check {
  type: 'text' | 'id' | 'one_of' | 'day' | 'moment' | 'dni' | 'convenio' | 'whole' | 'answers' | 'fix'
  min?: number
  max?: number
  values?: readonly string[]
}

/** A field that an operation takes. */
export interface Ask {
  field: string
  /** It may not be left out. */
  must?: boolean
  /** An empty text takes the value away. */
  clear?: boolean
  check: Check
}

export interface Operation {
  asks: readonly Ask[]
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
  /** Fields that mean something together: they move together in a merge (protocol §6). */
  units?: readonly (readonly string[])[]
  /** What a device may send. */
  ops?: Partial<Record<'create' | 'update' | 'delete', Operation>>
}

const EXACT = Number.MAX_SAFE_INTEGER
const ofWork = { scope: 'intervention' } as const
const ID = { type: 'id' } as const
const DAY = { type: 'day' } as const
const DNI = { type: 'dni' } as const
const MOMENT = { type: 'moment' } as const
const LONG = { type: 'text', min: 1, max: 5000 } as const
const NAME = { type: 'text', min: 1, max: 200 } as const
const DESCRIPTION = { type: 'text', min: 10, max: 5000 } as const
const SEVERITY = { type: 'one_of', values: ['leve', 'moderada', 'grave'] } as const
const WHOLE = { type: 'whole', min: -EXACT } as const
const COUNT = { type: 'whole', min: 0 } as const

export const RECORDS = {
  uts: {},
  districts: {},
  holidays: {},
  entities: {},
  parameters: {},
  checklists: {},
  interventions: { scope: 'id' },
  convenios: ofWork,
  cupos: ofWork,
  insurance_policies: ofWork,
  assignments: ofWork,
  participants: ofWork,
  insured_persons: ofWork,
  attendance_sheets: ofWork,
  movements: ofWork,
  insurance_certificates: ofWork,
  rendiciones: ofWork,
  rendicion_lines: ofWork,
  rendicion_documents: ofWork,
  rendicion_observations: ofWork,
  mutation_reviews: {},
  visits: {
    form: 'visit/3',
    scope: 'intervention',
    day: 'visited_on',
    author: 'supervisor',
    title: ['visited_on'],
    ops: {
      create: {
        asks: [
          { field: 'intervention', must: true, check: ID },
          { field: 'convenio_code', must: true, check: { type: 'convenio' } },
          { field: 'kind', must: true, check: { type: 'one_of', values: ['in_situ', 'unannounced'] } },
          { field: 'visited_on', must: true, check: DAY },
          { field: 'device_started_at', must: true, check: MOMENT },
          { field: 'device_ended_at', must: true, check: MOMENT },
          { field: 'lat_e6', check: WHOLE },
          { field: 'lon_e6', check: WHOLE },
          { field: 'accuracy_m', check: COUNT },
          { field: 'fix', check: { type: 'fix' } },
          { field: 'location_reason', check: LONG },
          { field: 'headcount', must: true, check: COUNT },
          { field: 'roster_size', must: true, check: COUNT },
          { field: 'roster_as_of', check: NAME },
          { field: 'checklist_key', check: NAME },
          { field: 'checklist_version', check: COUNT },
          { field: 'answers', check: { type: 'answers', max: 200 } },
          { field: 'note', check: LONG },
        ],
      },
    },
  },
  visit_marks: {
    form: 'visit/3',
    scope: 'intervention',
    parent: 'visit',
    of: 'visits',
    title: ['participant'],
    ops: {
      create: {
        asks: [
          { field: 'visit', must: true, check: ID },
          { field: 'participant', must: true, check: ID },
          { field: 'mark', must: true, check: { type: 'one_of', values: ['presente', 'ausente', 'no_visto'] } },
          {
            field: 'coverage_seen',
            check: { type: 'one_of', values: ['cubierto', 'sin_cobertura', 'por_confirmar'] },
          },
        ],
      },
    },
  },
  findings: {
    form: 'visit/3',
    scope: 'intervention',
    parent: 'visit',
    of: 'visits',
    title: ['description'],
    units: [
      ['state', 'state_reason'],
      ['responsible', 'due_on'],
    ],
    ops: {
      create: {
        asks: [
          { field: 'visit', must: true, check: ID },
          { field: 'severity', must: true, check: SEVERITY },
          { field: 'description', must: true, check: DESCRIPTION },
          { field: 'corrective_measure', check: LONG },
          { field: 'responsible', check: NAME },
          { field: 'due_on', check: DAY },
        ],
      },
      update: {
        asks: [
          { field: 'severity', check: SEVERITY },
          { field: 'description', check: DESCRIPTION },
          { field: 'corrective_measure', clear: true, check: LONG },
          { field: 'responsible', clear: true, check: NAME },
          { field: 'due_on', clear: true, check: DAY },
          { field: 'state', check: { type: 'one_of', values: ['abierto', 'levantado'] } },
          { field: 'state_reason', clear: true, check: LONG },
        ],
      },
      delete: { asks: [] },
    },
  },
  unlisted_workers: {
    form: 'visit/3',
    scope: 'intervention',
    parent: 'visit',
    of: 'visits',
    title: ['given_names', 'surnames'],
    units: [['dni', 'given_names', 'surnames']],
    ops: {
      create: {
        asks: [
          { field: 'visit', must: true, check: ID },
          { field: 'dni', must: true, check: DNI },
          { field: 'given_names', must: true, check: NAME },
          { field: 'surnames', must: true, check: NAME },
          { field: 'note', check: LONG },
        ],
      },
      update: {
        asks: [
          { field: 'dni', check: DNI },
          { field: 'given_names', check: NAME },
          { field: 'surnames', check: NAME },
          { field: 'note', clear: true, check: LONG },
        ],
      },
      delete: { asks: [] },
    },
  },
  conflicts: {
    form: 'visit/3',
    scope: 'intervention',
    ops: {
      update: { asks: [{ field: 'resolution', must: true, check: { type: 'one_of', values: ['author', 'other'] } }] },
    },
  },
} as const satisfies Record<string, Declaration>

type Table = typeof RECORDS
export type Collection = keyof Table
export type Fields = Record<string, unknown>

/** Kinds that others are parts of: finished with them, as one piece of work. */
type Whole = Extract<Table[Collection], { of: string }>['of']
type Created = { [C in Collection]: Table[C] extends { ops: { create: object } } ? C : never }[Collection]
/** Kinds that are written one record at a time, in a form of their own. */
export type RecordCollection = Exclude<Created, Whole>

/** What is declared of a kind; nothing of one that only a newer app knows. */
export function declared(collection: string): Declaration {
  return Object.hasOwn(RECORDS, collection) ? RECORDS[collection as Collection] : {}
}

const wholes: ReadonlySet<string> = new Set(Object.values<Declaration>(RECORDS).flatMap((d) => d.of ?? []))
export const isWhole = (collection: string): boolean => wholes.has(collection)

/** Whether a device makes such records; others it only answers. */
export const isMadeHere = (collection: string): boolean => declared(collection).ops?.create !== undefined

export function isRecordCollection(collection: string): collection is RecordCollection {
  return isMadeHere(collection) && !isWhole(collection)
}

const id = (v: unknown): string => (typeof v === 'string' ? v : '')

/** The work a row is of, or ''; a kind that only a newer app knows may have one too. */
export function workOf(collection: string, row: string, data: Fields): string {
  const { scope } = Object.hasOwn(RECORDS, collection) ? declared(collection) : ofWork
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

/** What a person is asked of a new record: what names another record is not for him to type. */
export const askedIn = (collection: string): readonly Ask[] =>
  (declared(collection).ops?.create?.asks ?? []).filter((a) => a.check.type !== 'id')

/** What a person writes in a record's form: all that may be sent of it but where it belongs. */
export function factsIn(collection: string): string[] {
  const { create, update } = declared(collection).ops ?? {}
  const asked = [...(create?.asks ?? []), ...(update?.asks ?? [])].map((a) => a.field)
  return [...new Set(asked)].filter((field) => field !== ownerField(collection))
}

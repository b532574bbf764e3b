/** Words of single records, one entry a kind; a kind without its words does not compile. */
import { isDay } from '../domain/day'
import { actOf, isMove, type RecordForm } from '../domain/record'
import {
  asksOf,
  declared,
  factsIn,
  isA,
  isRecordCollection,
  recordKinds,
  type Fields,
  type RecordCollection,
} from '../domain/records'
import { fieldSaid, fieldValue, isWorded } from './fields'
import { m } from './index'

type Op = 'create' | 'update' | 'delete'
type Named = (about: { name: string }) => string
type Counted = (about: { count: number }) => string

interface Acted {
  title: () => string
  reason: () => string
  done: Named
}
interface Words {
  /** What it is, and what was done with it. */
  what: { create: () => string } & Partial<Record<Op, () => string>>
  /** Several of them, and several that wait for somebody; of a kind that is listed. */
  many?: { title: Counted; waiting?: Counted }
  /** A new one that is a part of no visit. */
  begin?: { title: () => string; done: Named }
  /** The form that writes a refused one again, the button to it, and how the sync centre calls what comes of it. */
  fix: { title: () => string; button?: () => string; done: Named }
  /** The same of one that the server has; where it may be changed. */
  change?: { title: () => string; done: Named }
  /** What is done to one that moves from state to state: the button, why one does it, and what was done. */
  moves?: Partial<Record<string, Acted>>
  /** Taking one back that should not have been written; where that may be. */
  withdraw?: { title: Named; text: () => string; said: () => string; done: Named }
}

const WORDS: Record<RecordCollection, Words> = {
  findings: {
    what: { create: m.refused_finding, update: m.refused_finding_change, delete: m.refused_finding_withdrawn },
    many: { title: m.findings_count, waiting: m.findings_open },
    fix: { title: m.fix_finding, done: m.group_finding_again },
    change: { title: m.edit_finding, done: m.group_finding_changed },
    moves: {
      levantar: { title: m.lift_title, reason: m.lift_reason, done: m.group_lifted },
      reabrir: { title: m.reopen_title, reason: m.reopen_reason, done: m.group_reopened },
    },
    withdraw: {
      title: m.finding_withdraw_title,
      text: m.finding_withdraw_text,
      said: m.finding_withdrawn,
      done: m.group_finding_withdrawn,
    },
  },
  unlisted_workers: {
    what: { create: m.refused_unlisted, update: m.refused_unlisted_change, delete: m.refused_unlisted_withdrawn },
    many: { title: m.unlisted_count },
    fix: { title: m.fix_unlisted, done: m.group_unlisted_again },
    change: { title: m.edit_unlisted, done: m.group_unlisted_changed },
    withdraw: {
      title: m.unlisted_withdraw_title,
      text: m.unlisted_withdraw_text,
      said: m.unlisted_withdrawn,
      done: m.group_unlisted_withdrawn,
    },
  },
  attendance_sheets: {
    what: { create: m.sheet_title, update: m.sheet_change },
    begin: { title: m.sheet_new, done: m.group_sheet },
    fix: { title: m.sheet_fix, done: m.group_sheet_again },
    change: { title: m.sheet_edit, done: m.group_sheet_changed },
  },
  insurance_policies: {
    what: { create: m.policy_what, update: m.policy_change_what },
    begin: { title: m.policy_new, done: m.group_policy },
    fix: { title: m.policy_fix, done: m.group_policy_again },
    change: { title: m.policy_edit, done: m.group_policy_changed },
  },
  insurance_certificates: {
    what: { create: m.certificate_what, update: m.certificate_change_what, delete: m.certificate_withdrawal },
    many: { title: m.certificates_count },
    begin: { title: m.certificate_new, done: m.group_certificate },
    fix: { title: m.certificate_fix, done: m.group_certificate_again },
    change: { title: m.certificate_edit, done: m.group_certificate_changed },
    moves: {
      presentar: { title: m.certificate_again, reason: m.certificate_again_why, done: m.group_certificate_presented },
    },
    withdraw: {
      title: m.certificate_withdraw_title,
      text: m.certificate_withdraw_text,
      said: m.certificate_withdrawn,
      done: m.certificate_withdrawn,
    },
  },
  movements: {
    what: { create: m.move_title, delete: m.move_withdrawal },
    begin: { title: m.move_begin_title, done: m.group_move },
    fix: { title: m.move_fix, done: m.group_move_again },
    withdraw: {
      title: m.move_withdraw_title,
      text: m.move_withdraw_text,
      said: m.move_withdrawn,
      done: m.group_move_withdrawn,
    },
  },
  accidents: {
    what: { create: m.accident_title, update: m.accident_change, delete: m.accident_withdrawal },
    many: { title: m.accidents_count },
    begin: { title: m.accident_new, done: m.group_accident },
    fix: { title: m.accident_fix, done: m.group_accident_again },
    change: { title: m.accident_edit, done: m.group_accident_changed },
    withdraw: {
      title: m.accident_withdraw_title,
      text: m.accident_withdraw_text,
      said: m.accident_withdrawn,
      done: m.group_accident_withdrawn,
    },
  },
  visit_marks: {
    what: { create: m.refused_mark },
    fix: { title: m.fix_mark, button: m.refused_fix_mark, done: m.group_mark_again },
  },
}
/** Of what has no form of its own. */
const OTHERS: Partial<Record<string, () => string>> = {
  'visits/create': m.refused_visit,
  'visit_photos/create': m.photo_what,
  'visit_photos/delete': m.photo_withdrawal,
  'finding_photos/create': m.photo_what,
  'finding_photos/delete': m.photo_withdrawal,
  'certificate_photos/create': m.photo_what,
  'certificate_photos/delete': m.photo_withdrawal,
  'conflicts/update': m.refused_settle,
  'rendiciones/update': m.refused_rc_submit,
  'rendicion_lines/update': m.refused_rc_line,
  'rendicion_observations/update': m.refused_rc_answer,
}

export const wordsOf = (kind: RecordCollection): Words => WORDS[kind]

/** What was sent of a record, for people; of a new one, what it is. */
export function recordWhat(collection: string, op = 'create'): string {
  const what = isRecordCollection(collection) ? WORDS[collection].what[op as Op] : OTHERS[`${collection}/${op}`]
  return what?.() ?? m.refused_other()
}

/** The kinds that are listed: of a work itself, or as parts of a record. */
export const listedKinds = (whole?: string): RecordCollection[] => recordKinds(whole).filter((kind) => WORDS[kind].many)

/** How many there are of a kind, in words; '' where it is not listed. */
export function countWord(kind: string, count: number, waiting = false): string {
  const many = isRecordCollection(kind) ? WORDS[kind].many : undefined
  return (waiting ? many?.waiting : many?.title)?.({ count }) ?? ''
}

/** How many there are of each kind that is listed and of which there are any. */
export const countWords = (counts: Readonly<Record<string, number>>, waiting = false): string[] =>
  Object.entries(counts).flatMap(([kind, count]) => (count > 0 ? countWord(kind, count, waiting) || [] : []))

/** What the button to correct a refused one says. */
export const fixWord = (collection: string): string =>
  (isRecordCollection(collection) ? WORDS[collection].fix.button : undefined)?.() ?? m.refused_fix()

/**
 * By what a person knows a record.
 *
 * @param person whom it is about, where that is another record; '' if nobody knows
 */
export function recordName(kind: string, data: Fields, person = ''): string {
  const { title = [] } = declared(kind)
  const others = asksOf(kind).flatMap((a) => (isA(a, 'id') ? a.field : []))
  const parts = title.map((field) => {
    if (others.includes(field)) return person || m.person_unknown()
    const said = data[field] ? fieldValue(field, data[field]) : ''
    return field !== title[0] && isDay(String(data[field])) ? `· ${said}` : said
  })
  return parts.filter(Boolean).join(' ')
}

/**
 * What else it says, each field that says something by itself.
 *
 * @param told fields that are shown already
 */
export function recordSays(kind: string, data: Fields, told: readonly string[] = []): string[] {
  const shown = [...(declared(kind).title ?? []), ...told]
  const rest = factsIn(kind).filter((field) => !shown.includes(field) && isWorded(field) && data[field])
  return rest.map((field) => fieldSaid(field, data[field], kind))
}

/** What a form that moves a record does; nothing for another. */
export const moveWords = (form: RecordForm): Acted | undefined =>
  isMove(form) ? WORDS[form.collection].moves?.[actOf(form)] : undefined

/** A form is of a new record, one that is written again, or a change. */
function wordsFor(form: RecordForm, correcting: boolean): { title: () => string; done: Named } {
  const { fix, begin = fix, change = fix } = WORDS[form.collection]
  if (correcting) return fix
  return form.record === '' ? begin : change
}

/** What the form is for. */
export function titleOf(form: RecordForm, correcting: boolean): string {
  return (moveWords(form) ?? wordsFor(form, correcting)).title()
}

/** How the sync centre names the finished work. */
export function labelOf(form: RecordForm, name: string, correcting = false): string {
  return (moveWords(form) ?? wordsFor(form, form.record === '' && correcting)).done({ name })
}

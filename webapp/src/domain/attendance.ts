/**
 * Who was there: marks, the headcount that checks them, and what "los demás
 * presentes" comes to. Pure. What nobody saw is never recorded as seen: the
 * headcount, counted before, has to say the same.
 */
import type { CoverageSeen } from './insurance'
import type { Mark, VisitForm } from './visit'

/** Who was marked, on a visit's form or a daily sheet's. */
export interface Seen {
  marks: Readonly<Record<string, { mark: Mark } | undefined>>
  /** People who are not on the roster. */
  unlisted: readonly unknown[]
  headcount: number | null
}

export interface MarkCounts {
  presente: number
  ausente: number
  no_visto: number
}

/** Marks of those on the roster that day; whoever has none was not seen. */
export function countMarks(form: Seen, roster: readonly string[]): MarkCounts {
  const counts: MarkCounts = { presente: 0, ausente: 0, no_visto: 0 }
  // Who left the roster since he was marked still counts: the mark was made.
  for (const id of new Set([...roster, ...Object.keys(form.marks)])) counts[form.marks[id]?.mark ?? 'no_visto']++
  return counts
}

/** More people seen, on the roster or not, than were counted; null while there is no contradiction. */
export function overHeadcount(form: Seen, roster: readonly string[]) {
  const present = countMarks(form, roster).presente
  const unlisted = form.unlisted.length
  if (form.headcount === null || present + unlisted <= form.headcount) return null
  return { present, unlisted, headcount: form.headcount }
}

/** What marking the rest of the roster present would come to. */
export interface Rest {
  /** Who has no mark at all; whom the person says he did not see is not among them. */
  ids: string[]
  /** Of the roster, present then. */
  present: number
  /** By how many the people seen would differ from those counted; null until counted. */
  differs: number | null
}

/** "Los demás presentes" holds only where it differs by nothing. */
export function restPresent(form: Seen, roster: readonly string[]): Rest {
  const ids = roster.filter((id) => !form.marks[id])
  const present = countMarks(form, roster).presente + ids.length
  const differs = form.headcount === null ? null : present + form.unlisted.length - form.headcount
  return { ids, present, differs }
}

/** Which part of the roster is shown. */
export type Part = 'todos' | 'no_vistos' | 'ausentes' | 'sin_cobertura' | 'por_confirmar'

export function isOfPart(part: Part, worker: { id: string; coverage: CoverageSeen }, form: VisitForm): boolean {
  const mark = form.marks[worker.id]?.mark ?? 'no_visto'
  switch (part) {
    case 'todos':
      return true
    case 'no_vistos':
      return mark === 'no_visto'
    case 'ausentes':
      return mark === 'ausente'
    default:
      return worker.coverage === part
  }
}

/** Who was at work and not insured, as was seen when he was marked: ids of participants. */
export function workedUncovered(form: VisitForm): string[] {
  return Object.keys(form.marks).filter((id) => {
    const seen = form.marks[id]
    return seen?.mark === 'presente' && seen.coverage_seen === 'sin_cobertura'
  })
}

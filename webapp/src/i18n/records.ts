/** Words of single records: findings, marks, people outside the roster. */
import { actOf, isLifting, type RecordForm } from '../domain/record'
import type { ActOf } from '../domain/states'
import type { findings } from '../domain/states.gen'
import { m } from './index'

/** What can be done to a finding: what the button says, why one does it, and what was done. */
export const findingAct: Record<
  ActOf<typeof findings>,
  { title: () => string; reason: () => string; done: (of: { name: string }) => string }
> = {
  levantar: { title: m.lift_title, reason: m.lift_reason, done: m.group_lifted },
  reabrir: { title: m.reopen_title, reason: m.reopen_reason, done: m.group_reopened },
}

/** What the form is for. */
export function titleOf(form: RecordForm, correcting: boolean): string {
  const anew = form.record === ''
  switch (form.collection) {
    case 'findings':
      if (isLifting(form)) return findingAct[actOf(form)].title()
      return anew || correcting ? m.fix_finding() : m.edit_finding()
    case 'unlisted_workers':
      if (correcting) return m.fix_unlisted()
      return m.edit_unlisted()
    case 'visit_marks':
      return m.fix_mark()
  }
}

/** How the sync centre names the finished work. */
export function labelOf(form: RecordForm, name: string): string {
  switch (form.collection) {
    case 'findings':
      if (isLifting(form)) return findingAct[actOf(form)].done({ name })
      return form.record === '' ? m.group_finding_again({ name }) : m.group_finding_changed({ name })
    case 'unlisted_workers':
      return form.record === '' ? m.group_unlisted_again({ name }) : m.group_unlisted_changed({ name })
    case 'visit_marks':
      return m.group_mark_again({ name })
  }
}

const WHAT: Record<string, () => string> = {
  'visits/create': m.refused_visit,
  'visit_marks/create': m.refused_mark,
  'findings/create': m.refused_finding,
  'findings/update': m.refused_finding_change,
  'findings/delete': m.refused_finding_withdrawn,
  'conflicts/update': m.refused_settle,
  'unlisted_workers/create': m.refused_unlisted,
  'unlisted_workers/update': m.refused_unlisted_change,
  'unlisted_workers/delete': m.refused_unlisted_withdrawn,
}

/** What a refused record is, for people. */
export function refusedWhat(collection: string, op: string): string {
  return WHAT[`${collection}/${op}`]?.() ?? m.refused_other()
}

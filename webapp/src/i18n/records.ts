/** Words of single records: findings, marks, people outside the roster. */
import { isLifting, type RecordForm } from '../domain/record'
import { m } from './index'

/** What the form is for. */
export function titleOf(form: RecordForm, correcting: boolean): string {
  const anew = form.record === ''
  switch (form.collection) {
    case 'findings':
      if (isLifting(form)) return form.typed['state'] === 'levantado' ? m.lift_title() : m.reopen_title()
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
      if (isLifting(form))
        return form.typed['state'] === 'levantado' ? m.group_lifted({ name }) : m.group_reopened({ name })
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

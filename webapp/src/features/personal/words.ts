import { m } from '../../i18n'
import type { Schemas } from '../../state/api'

/** Where somebody saw people. */
const pages: Record<Schemas['PersonalAccess']['what'], () => string> = {
  search: m.saw_search,
  reveal: m.saw_reveal,
  counted: m.saw_counted,
  visit: m.saw_visit,
  records: m.saw_records,
  problems: m.saw_problems,
  conflict: m.saw_conflict,
  parked: m.saw_parked,
  preview: m.saw_preview,
  bad_rows: m.saw_bad_rows,
  import_file: m.saw_import_file,
  outside: m.saw_outside,
  disputed: m.saw_disputed,
}
export const sawWord = (what: Schemas['PersonalAccess']['what']) => pages[what]()

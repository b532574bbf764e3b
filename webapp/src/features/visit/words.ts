import { overHeadcount, type Missing } from '../../domain/visit'
import { m } from '../../i18n'

/** The contradiction between who was counted and who was seen, as a sentence. */
export function overWords(over: NonNullable<ReturnType<typeof overHeadcount>>): string {
  return over.unlisted > 0 ? m.over_headcount_unlisted(over) : m.over_headcount_text(over)
}

/** What is missing, as what to do. */
export function missingWords(x: Missing): string {
  switch (x.code) {
    case 'date':
      return m.missing_date()
    case 'date_outside':
      return m.missing_date_outside()
    case 'kind':
      return m.missing_kind()
    case 'place':
      return m.missing_place()
    case 'headcount':
      return m.missing_headcount()
    case 'over_headcount':
      return overWords(x)
    case 'open_unlisted':
      return m.missing_open_unlisted()
    case 'checklist':
      return m.missing_checklist({ count: x.left })
    case 'open_finding':
      return m.missing_open_finding()
  }
}

import type { overHeadcount } from '../../domain/attendance'
import { keptPlace, type Missing, type VisitForm } from '../../domain/visit'
import { judgePlace, type Place } from '../../domain/place'
import { m } from '../../i18n'
import { fieldWord } from '../../i18n/fields'
import { count } from '../../i18n/format'

/** The contradiction between who was counted and who was seen, as a sentence. */
export function overWords(over: NonNullable<ReturnType<typeof overHeadcount>>): string {
  return over.unlisted > 0 ? m.over_headcount_unlisted(over) : m.over_headcount_text(over)
}

/** Why a position is doubtful. */
export function doubtWords(place: Place): string {
  switch (judgePlace(place)) {
    case 'mocked':
      return m.place_doubt_mocked()
    case 'stale':
      return m.place_doubt_stale()
    default:
      return place.accuracy_m > 0
        ? m.place_accuracy_bad({ meters: count(place.accuracy_m) })
        : m.place_accuracy_unsaid()
  }
}

/** A visit's position in one line, doubts and reason included. */
export function placeLine(form: VisitForm): string {
  const place = keptPlace(form)
  if (!place) return form.location_reason
  if (judgePlace(place) === 'taken') return m.place_accuracy({ meters: place.accuracy_m })
  return [m.place_imprecise(), form.location_reason].filter(Boolean).join(' · ')
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
    case 'place_reason':
      return m.missing_place_reason()
    case 'refused':
      return m.missing_refused({ field: fieldWord(x.field).toLowerCase() })
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

import { m } from '../../i18n'
import type { Schemas } from '../../state/api'

/** "3 filas nuevas · 1 cambia · 10 sin cambio" */
export function countsWord(c: Schemas['ImportCounts']): string {
  return [
    c.new > 0 ? m.import_new({ count: c.new }) : '',
    c.changed > 0 ? m.import_changed({ count: c.changed }) : '',
    c.same > 0 ? m.import_same({ count: c.same }) : '',
    c.bad > 0 ? m.import_bad({ count: c.bad }) : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** "Faltan unos 12 minutos" */
export function leftWord(seconds: number): string {
  return seconds < 90
    ? m.import_left_seconds({ count: seconds })
    : m.import_left_minutes({ count: Math.ceil(seconds / 60) })
}

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
  // Nobody knows it to the second.
  return seconds < 90
    ? m.import_left_seconds({ count: Math.ceil(seconds / 10) * 10 })
    : m.import_left_minutes({ count: Math.ceil(seconds / 60) })
}

/** "convenios: 3 por crear, 1 por cambiar" */
export function recordWord(r: Schemas['ImportPreview']['records'][number]): string {
  const [created, changed] = [r.new.toLocaleString('es-PE'), r.changed.toLocaleString('es-PE')]
  if (r.changed === 0) return m.import_record({ name: r.name, created })
  if (r.new === 0) return m.import_record_changed({ name: r.name, changed })
  return m.import_record_both({ name: r.name, created, changed })
}

/**
 * Makes internal/catalog/data/holidays.json from the library date-holidays:
 *   npm --prefix scripts/catalogue install --no-package-lock && npm --prefix scripts/catalogue run holidays
 * Every holiday must have its norm below, and must not appear before the norm
 * was in force: a change in the library stops here instead of passing unseen.
 */
import { writeFileSync } from 'node:fs'
import Holidays from 'date-holidays'

const FROM = 2020
const TO = 2030
const BASE = 'Decreto Legislativo N° 713, artículo 6'

/** The library's name -> ours, the norm, and the first year it was observed. */
const NORMS = {
  'Año Nuevo': ['Año Nuevo', BASE, 1992],
  'Jueves Santo': ['Jueves Santo', BASE, 1992],
  'Viernes Santo': ['Viernes Santo', BASE, 1992],
  'Día del Trabajador': ['Día del Trabajo', BASE, 1992],
  // Published 15 June 2023, after that year's 7 June.
  'Batalla de Arica y Día de la Bandera': ['Batalla de Arica y Día de la Bandera', 'Ley N° 31788 (2023)', 2024],
  'San Pedro y San Pablo': ['San Pedro y San Pablo', BASE, 1992],
  'Día de la Fuerza Aérea del Perú': ['Día de la Fuerza Aérea del Perú', 'Ley N° 31822 (2023)', 2023],
  'Día de la Independencia': ['Fiestas Patrias', BASE, 1992],
  'Batalla de Junín': ['Batalla de Junín', 'Ley N° 31530 (2022)', 2022],
  'Día de Santa Rosa de Lima': ['Santa Rosa de Lima', BASE, 1992],
  'Combate de Angamos': ['Combate de Angamos', BASE, 1992],
  'Todos los Santos': ['Todos los Santos', BASE, 1992],
  'La inmaculada concepción': ['Inmaculada Concepción', BASE, 1992],
  'Batalla de Ayacucho': ['Batalla de Ayacucho', 'Ley N° 31381 (2021)', 2022],
  Navidad: ['Navidad', BASE, 1992],
}
// Easter is a Sunday and no holiday by Peruvian law.
const LEFT_OUT = new Set(['Pascua'])

const library = new Holidays('PE')
const rows = []
for (let year = FROM; year <= TO; year++) {
  const seen = new Set()
  for (const h of library.getHolidays(year, 'es')) {
    if (h.type !== 'public' || LEFT_OUT.has(h.name)) continue
    const known = NORMS[h.name]
    if (!known) throw new Error(`${h.date}: "${h.name}" has no norm`)
    const [name, norm, since] = known
    if (year < since) throw new Error(`${h.date}: ${name} before ${norm} was observed`)
    seen.add(h.name)
    rows.push({ day: h.date.slice(0, 10), name, norm })
  }
  for (const [key, [name, norm, since]] of Object.entries(NORMS)) {
    if (year >= since && !seen.has(key)) throw new Error(`${year}: ${name} (${norm}) is missing`)
  }
}
rows.sort((a, b) => a.day.localeCompare(b.day))

const head = {
  source: 'date-holidays 3.37.0 (npm), Peru; norms and first years by hand, in scripts/catalogue/holidays.mjs',
  licence:
    'Code of date-holidays: ISC, © 2015 commenthol. Its data: CC BY-SA 3.0 (http://creativecommons.org/licenses/by-sa/3.0/), from Wikipedia. This file is under CC BY-SA 3.0 too.',
}
const lines = rows.map((r) => '    ' + JSON.stringify(r)).join(',\n')
writeFileSync(
  new URL('../../internal/catalog/data/holidays.json', import.meta.url),
  `{\n  "source": ${JSON.stringify(head.source)},\n  "licence": ${JSON.stringify(head.licence)},\n  "holidays": [\n${lines}\n  ]\n}\n`,
)
console.log(`${rows.length} holidays, ${FROM} to ${TO}`)

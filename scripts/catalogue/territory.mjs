/**
 * Makes internal/catalog/data/territory.json from the package peru-ubigeo and
 * the districts that it lacks:
 *   npm --prefix scripts/catalogue install --no-package-lock && npm --prefix scripts/catalogue run territory
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const source = JSON.parse(readFileSync(require.resolve('peru-ubigeo').replace('index.js', 'ubigeo.json'), 'utf8'))

/** Slips of the package. */
const NAMES = {
  '0408': 'La Unión',
  '0508': 'Páucar del Sara Sara',
  '0701': 'Callao',
  '030602': 'Anco Huallo',
}

/** Districts of INEI's frame of 2022 that the package (of 2019) lacks. Their laws' dates were not looked up. */
const CREATED = {
  '030611': 'Los Chankas', '030612': 'Ahuayro', '050413': 'Putis', '050511': 'Oronccoy', '050512': 'Unión Progreso',
  '050513': 'Río Magdalena', '050514': 'Ninabamba', '050515': 'Patibamba', '080914': 'Megantoni', '080915': 'Kumpirushiato',
  '080916': 'Cielo Punco', '080917': 'Manitea', '080918': 'Unión Asháninka', '090723': 'Santiago de Túcuma',
  '090724': 'Lambras', '090725': 'Cochabamba', '100609': 'Pueblo Nuevo', '100610': 'Santo Domingo de Anda',
  '150144': 'Santa María de Huachipa', '211105': 'San Miguel', '221006': 'Santa Lucía', '250306': 'Huipoca', '250307': 'Boquerón',
} // prettier-ignore

/** Two more codes of that frame are older codes of districts that are in it a second time. */
const FORMER = {
  '160109': ['Putumayo', '160801'],
  '160114': ['Teniente Manuel Clavero', '160803'],
}

const departments = []
const provinces = []
const districts = []
for (const d of source) {
  departments.push([d.id, d.name])
  for (const p of d.childrens) {
    provinces.push([p.id, NAMES[p.id] ?? p.name])
    for (const x of p.childrens) districts.push([x.id, NAMES[x.id] ?? x.name])
  }
}
for (const [code, name] of Object.entries(CREATED)) districts.push([code, name, 'created'])
for (const [code, [name, now]] of Object.entries(FORMER)) districts.push([code, name, 'former', now])

const byCode = (a, b) => a[0].localeCompare(b[0])
for (const list of [departments, provinces, districts]) {
  list.sort(byCode)
  if (new Set(list.map((r) => r[0])).size !== list.length) throw new Error('a code twice')
}
if (departments.length !== 25 || provinces.length !== 196 || districts.length !== 1892)
  throw new Error(`${departments.length} departments, ${provinces.length} provinces, ${districts.length} districts`)

const list = (rows) => rows.map((r) => '    ' + JSON.stringify(r)).join(',\n')
writeFileSync(
  new URL('../../internal/catalog/data/territory.json', import.meta.url),
  `{
  "source": "peru-ubigeo 0.0.3 (npm), INEI codes; with 25 districts of INEI's frame of 2022 added by hand, in scripts/catalogue/territory.mjs",
  "licence": "MIT, Copyright (c) 2019 Lord Dicus (peru-ubigeo); the licence's text is in LICENSE-peru-ubigeo beside this file",
  "departments": [
${list(departments)}
  ],
  "provinces": [
${list(provinces)}
  ],
  "districts": [
${list(districts)}
  ]
}
`,
)
console.log(`${departments.length} departments, ${provinces.length} provinces, ${districts.length} districts`)

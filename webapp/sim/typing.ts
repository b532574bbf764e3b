/** What a person types into the form of a finding, well and badly. */
import type { RecordErrors, RecordForm } from '../src/domain/record'
import type { Held } from './held'
import type { SimPhone } from './phone'

type Edits = Record<string, string>

/** Something else than what stands there, or the same again. */
export function typing(phone: SimPhone, held: Held, lifting: boolean): Edits {
  const { rng, coverage } = phone
  const n = coverage.unique()
  if (lifting) return { state_reason: rng.chance(0.3) ? '' : `Porque ${n}` }
  switch (rng.weighted({ measure: 5, description: 4, severity: 2, duty: 3, duty_day: 1, back: 3 })) {
    case 'measure':
      return { corrective_measure: rng.chance(0.1) ? '' : `Medida ${n}` }
    case 'description':
      return { description: rng.chance(0.5) ? `Corto ${n}`.slice(0, 9) : ` Descripción número ${n} ` }
    case 'severity':
      return { severity: rng.pick(['leve', 'moderada', 'grave']) }
    case 'duty':
      return { responsible: `Responsable ${n}`, due_on: rng.pick(['2026-12-01', '2026-12-15', '']) }
    case 'duty_day':
      return { due_on: rng.pick(['2026-12-01', '2026-12-24']) }
    case 'back':
      return asItWas(held)
  }
}

/** All as he found it. */
function asItWas({ record, saw, typed }: Held): Edits {
  if (record === '' || 'state' in typed) return {}
  return Object.fromEntries(Object.keys(typed).map((f) => [f, typeof saw[f] === 'string' ? saw[f] : '']))
}

/** Something valid in the place of what his screen says is wrong. */
export function mended(phone: SimPhone, form: RecordForm, errors: RecordErrors): Edits {
  const n = phone.coverage.unique()
  const good: Edits = {
    severity: 'moderada',
    description: `Descripción corregida ${n}`,
    state_reason: `Porque sí ${n}`,
    // Grave, it lacks nothing of these.
    corrective_measure: `Medida corregida ${n}`,
    responsible: `Responsable ${n}`,
    due_on: form.base['due_on'] || '2026-12-24',
  }
  const wrong = Object.entries(errors).flatMap(([field, code]) => (code ? [field] : []))
  return Object.fromEntries(wrong.flatMap((f) => (good[f] === undefined ? [] : [[f, good[f]]])))
}

/** The words for codes that come from the data. An unknown code is shown as it is. */
import type { StateOf } from '../domain/states'
import type { findings, interventions, movements } from '../domain/states.gen'
import { m } from './index'

type Words = Record<string, () => string>

const word = (words: Words) => (code: string) => words[code]?.() ?? code

const INTERVENTION: Record<StateOf<typeof interventions>, () => string> = {
  transferida: m.state_transferida,
  requisitos_conformes: m.state_requisitos_conformes,
  participantes_seleccionados: m.state_participantes_seleccionados,
  en_ejecucion: m.state_en_ejecucion,
  suspendida: m.state_suspendida,
  terminada: m.state_terminada,
  rc_presentada: m.state_rc_presentada,
  rc_observada: m.state_rc_observada,
  rc_conforme: m.state_rc_conforme,
  cerrada: m.state_cerrada,
  desistida: m.state_desistida,
  resuelta: m.state_resuelta,
}
export const interventionState = word(INTERVENTION)

export const coverageWord = word({
  cubierto: m.cover_yes,
  acreditada_despues: m.cover_late,
  sin_dato: m.cover_undated,
  sin_cobertura: m.cover_no,
  por_confirmar: m.cover_unsure,
})
export const visitKind = word({ in_situ: m.kind_in_situ, unannounced: m.kind_unannounced })
const MOVE = { alta: m.move_alta, baja: m.move_baja, reemplazo: m.move_reemplazo }
export const movementKind = word(MOVE)
/** Of a visit or a movement; of a policy it is said in words. */
export const kindWord = word({ in_situ: m.kind_in_situ, unannounced: m.kind_unannounced, ...MOVE })
const MOVEMENT: Record<StateOf<typeof movements>, () => string> = {
  registrado: m.move_state_registrado,
  validado: m.move_state_validado,
  cubierto: m.move_state_cubierto,
  vencido_sin_constancia: m.move_state_vencido_sin_constancia,
  anulado: m.move_state_anulado,
}
export const sexWord = word({ F: m.sex_f, M: m.sex_m })
export const movementState = word(MOVEMENT)
export const markWord = word({ presente: m.mark_presente, ausente: m.mark_ausente, no_visto: m.mark_no_visto })
export const severityWord = word({ leve: m.severity_leve, moderada: m.severity_moderada, grave: m.severity_grave })
const FINDING: Record<StateOf<typeof findings>, () => string> = {
  abierto: m.finding_abierto,
  levantado: m.finding_levantado,
}
export const findingState = word(FINDING)
export const answerWord = word({ si: m.answer_si, no: m.answer_no, na: m.answer_na })
export const roleWord = (role: string): string => m.role({ role })

// The first sign that is there decides: Edge also says Chrome, and all say Safari.
const SYSTEMS = {
  Android: 'Android',
  iPhone: 'iPhone',
  iPad: 'iPad',
  Windows: 'Windows',
  'Mac OS': 'Mac',
  Linux: 'Linux',
}
const BROWSERS = {
  Edg: 'Edge',
  SamsungBrowser: 'Samsung Internet',
  OPR: 'Opera',
  Firefox: 'Firefox',
  FxiOS: 'Firefox',
  Chrome: 'Chrome',
  CriOS: 'Chrome',
  Safari: 'Safari',
}

/** A device by what its browser says of itself. What is not understood is shown as it is. */
export function deviceWord(said: string): string {
  const word = (signs: Record<string, string>) => Object.entries(signs).find(([sign]) => said.includes(sign))?.[1]
  const [browser, system] = [word(BROWSERS), word(SYSTEMS)]
  return browser && system ? `${browser} · ${system}` : said
}

/** How a certificate stands; '' for one that the server does not have yet. */
export const certificateState = (state: string): string => (state ? m.certificate_state({ state }) : '')

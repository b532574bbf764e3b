import { m } from '../../i18n'
import type { Schemas } from '../../state/api'
import type { IconName } from '../../ui/icons'

type Tone = 'ok' | 'bad' | 'warn' | 'plain'

export const states: Record<string, { text: () => string; tone: Tone; icon: IconName }> = {
  active: { text: m.person_active, tone: 'ok', icon: 'check' },
  invited: { text: m.person_invited, tone: 'warn', icon: 'clock' },
  inactive: { text: m.person_inactive, tone: 'plain', icon: 'cross' },
}

/** What a line of the history says was done. */
const actions: Record<string, () => string> = {
  create: m.did_create,
  import_create: m.did_import,
  setup: m.did_setup,
  invite: m.did_invite,
  link: m.did_link,
  forgot: m.did_forgot,
  password_set: m.did_password,
  update: m.did_update,
  deactivate: m.did_deactivate,
  reactivate: m.did_reactivate,
  unlock: m.did_unlock,
  close_sessions: m.did_close_sessions,
  close_others: m.did_close_others,
  revoke: m.did_revoke,
  restore: m.did_restore,
  wipe: m.did_wipe,
  wiped: m.did_wiped,
}
export const actionWord = (code: string) => actions[code]?.() ?? code

const fields: Record<string, () => string> = {
  name: m.person_name,
  email: m.signin_email,
  role: m.person_role,
  ut: m.person_ut,
  entity: m.person_entity,
  active: m.person_active,
}
export const fieldWord = (code: string) => fields[code]?.() ?? code

/** Which scope a role needs; the server has the last word. */
export const needsUt = (role: string) => role === 'supervisor' || role === 'ut_coordinator'
export const needsEntity = (role: string) => role === 'executor'

export const ROLES = [
  'supervisor',
  'ut_coordinator',
  'executor',
  'central_analyst',
  'central_reviewer',
  'director',
  'auditor',
  'data_officer',
  'admin',
] as const

const rights: Record<string, () => string> = {
  record_visits: m.right_record_visits,
  record_accidents: m.right_record_accidents,
  hold_replica: m.right_hold_replica,
  read_roster: m.right_read_roster,
  validate_sheets: m.right_validate_sheets,
  write_rendicion: m.right_write_rendicion,
  review_rendicion: m.right_review_rendicion,
  review_parked: m.right_review_parked,
  settle_conflicts: m.right_settle_conflicts,
  watch_figures: m.right_watch_figures,
  watch_year: m.right_watch_year,
  read_personal: m.right_read_personal,
  reveal_personal: m.right_reveal_personal,
  reveal_on_site: m.right_reveal_on_site,
  read_accesses: m.right_read_accesses,
  import_data: m.right_import_data,
  import_people: m.right_import_people,
  read_catalogue: m.right_read_catalogue,
  edit_catalogue: m.right_edit_catalogue,
  answer_outside: m.right_answer_outside,
  correct_problems: m.right_correct_problems,
  watch_unit: m.right_watch_unit,
  see_own_people: m.right_see_own_people,
  manage_people: m.right_manage_people,
  manage_institution: m.right_manage_institution,
}
export const rightWord = (code: string) => rights[code]?.() ?? code

type DeviceState = Schemas['PersonDevice']['state']

/** How a device stands with the office. */
export const deviceStates: Record<
  DeviceState,
  { tone: 'ok' | 'warn' | 'bad' | 'plain'; icon: IconName; text: () => string }
> = {
  activo: { tone: 'ok', icon: 'check', text: m.device_state_active },
  revocado: { tone: 'warn', icon: 'alert', text: m.device_state_revoked },
  por_borrar: { tone: 'bad', icon: 'clock', text: m.device_state_wiping },
  borrado: { tone: 'plain', icon: 'cross', text: m.device_state_wiped },
}

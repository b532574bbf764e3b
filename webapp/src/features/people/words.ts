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
export const actionWord = (act: string): string => m.did({ act })

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

export const rightWord = (right: string): string => m.right({ right })

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

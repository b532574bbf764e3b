/**
 * What the web app asks of a role, to show only what the server will answer:
 * internal/domain/actor/rights.go grants it, and testdata/rules/rights.json holds
 * both to it.
 */
const GRANTED = {
  hold_replica: ['supervisor', 'executor'],
  record_visits: ['supervisor'],
  record_accidents: ['supervisor', 'executor'],
  write_rendicion: ['executor'],
  write_sheets: ['executor'],
  write_insurance: ['executor'],
  review_rendicion: ['ut_coordinator', 'central_reviewer'],
  write_movements: ['executor'],
  validate_movements: ['ut_coordinator'],
  validate_sheets: ['ut_coordinator'],
  decide_jornales: ['ut_coordinator', 'central_reviewer'],
  manage_people: ['admin'],
  review_parked: ['ut_coordinator', 'central_reviewer'],
  settle_conflicts: ['ut_coordinator', 'central_reviewer'],
  correct_problems: ['ut_coordinator', 'central_analyst', 'admin'],
  read_catalogue: ['central_analyst', 'central_reviewer', 'director', 'auditor', 'admin'],
  read_personal: ['ut_coordinator', 'central_analyst', 'central_reviewer', 'auditor', 'data_officer'],
  reveal_personal: ['ut_coordinator', 'central_analyst', 'central_reviewer', 'auditor', 'data_officer'],
  read_accesses: ['auditor', 'data_officer', 'admin'],
} as const

export type Right = keyof typeof GRANTED
export const RIGHTS = Object.keys(GRANTED) as Right[]

export function may(role: string | undefined, right: Right): boolean {
  return role !== undefined && (GRANTED[right] as readonly string[]).includes(role)
}

/** Parameters, holidays, checklists and jurisdictions. */
export const readsCatalogue = (role: string | undefined): boolean => may(role, 'read_catalogue')

/** Participants and insured persons, masked, and one of them revealed. */
export const readsPersonal = (role: string | undefined): boolean =>
  may(role, 'read_personal') && may(role, 'reveal_personal')

/** Who saw personal data. */
export const readsAccesses = (role: string | undefined): boolean => may(role, 'read_accesses')

/** A copy of his own works on the device. */
export const replicates = (role: string | undefined): boolean => may(role, 'hold_replica')

/** Rows that break a rule. */
export const corrects = (role: string | undefined): boolean => may(role, 'correct_problems')

/** Conflicts, and work that waits for a decision. */
export const reviews = (role: string | undefined): boolean =>
  may(role, 'review_parked') && may(role, 'settle_conflicts')

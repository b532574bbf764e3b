/** Who reads parameters, holidays, checklists and jurisdictions; internal/domain/actor grants it and the server has the last word. */
export function readsCatalogue(role: string): boolean {
  return ['central_analyst', 'central_reviewer', 'director', 'auditor', 'admin'].includes(role)
}

/** Who sees participants and insured persons, masked, and may reveal one of them. */
export function readsPersonal(role: string): boolean {
  return ['ut_coordinator', 'central_analyst', 'central_reviewer', 'auditor', 'data_officer'].includes(role)
}

/** Who sees who saw personal data. */
export function readsAccesses(role: string): boolean {
  return ['auditor', 'data_officer', 'admin'].includes(role)
}

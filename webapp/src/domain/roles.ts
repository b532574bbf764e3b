/** Who reads parameters, holidays, checklists and jurisdictions; internal/domain/actor grants it and the server has the last word. */
export function readsCatalogue(role: string): boolean {
  return ['central_analyst', 'central_reviewer', 'director', 'auditor', 'admin'].includes(role)
}

import { m } from '../../i18n'

/** The steps of a first day, by the server's key. */
export const steps: Record<string, { title: () => string; hint: () => string; href?: string }> = {
  https: { title: m.step_https, hint: m.step_https_hint, href: '#/institucion' },
  mail: { title: m.step_mail, hint: m.step_mail_hint, href: '#/institucion' },
  backup: { title: m.step_backup, hint: m.step_backup_hint, href: '#/servidor' },
  uts: { title: m.step_uts, hint: m.step_uts_hint, href: '#/catalogo/territorio' },
  entities: { title: m.step_entities, hint: m.step_entities_hint, href: '#/importar' },
  aos: { title: m.step_aos, hint: m.step_aos_hint, href: '#/importar' },
  interventions: { title: m.step_interventions, hint: m.step_interventions_hint, href: '#/importar' },
  people: { title: m.step_people, hint: m.step_people_hint, href: '#/personas' },
  participants: { title: m.step_participants, hint: m.step_participants_hint, href: '#/importar' },
  budget: { title: m.step_budget, hint: m.step_budget_hint, href: '#/importar' },
}

export const tools = [
  { href: '#/personas', text: m.people_title, hint: m.tool_people_hint },
  { href: '#/accesos', text: m.accesses_title, hint: m.tool_accesses_hint },
  { href: '#/roles', text: m.roles_title, hint: m.tool_roles_hint },
  { href: '#/importar', text: m.import_title, hint: m.tool_import_hint },
  { href: '#/problemas', text: m.problems_title, hint: m.tool_problems_hint },
  { href: '#/catalogo', text: m.cat_title, hint: m.tool_catalogue_hint },
  { href: '#/institucion', text: m.office_title, hint: m.tool_office_hint },
  { href: '#/servidor', text: m.ops_title, hint: m.tool_ops_hint },
]

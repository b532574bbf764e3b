import { Api } from './api'

/** Ends the assignment yesterday and begins another today, as the administrator's dashboard does. */
export async function reassign(url: string, activity: string, from: string, to: string): Promise<void> {
  const root = await Api.superuser(url)
  const [intervention] = await root.records('interventions', `name = "${activity}"`)
  const [old] = await root.records<{ user: string }>('users', `email = "${from}"`)
  const [next] = await root.records('users', `email = "${to}"`)
  const [assignment] = await root.records<{ from_on: string }>(
    'assignments',
    `intervention = "${intervention?.id}" && user = "${old?.id}"`,
  )
  if (!intervention || !next || !assignment) throw new Error('the demo is not as expected')
  const today = limaDay(0)
  await root.update('assignments', assignment.id, { to_on: limaDay(-1) })
  await root.create('assignments', {
    user: next.id,
    intervention: intervention.id,
    from_on: today,
    reason: 'Reasignación de prueba',
  })
}

/** The civil day in Lima, `days` from today. */
function limaDay(days: number): string {
  return new Date(Date.now() + (days * 24 - 5) * 3_600_000).toISOString().slice(0, 10)
}

/** Gives an activity to one supervisor more, from today. */
export async function assign(url: string, activity: string, to: string): Promise<void> {
  const root = await Api.superuser(url)
  const [intervention] = await root.records('interventions', `name = "${activity}"`)
  const [user] = await root.records('users', `email = "${to}"`)
  if (!intervention || !user) throw new Error('the demo is not as expected')
  await root.create('assignments', {
    user: user.id,
    intervention: intervention.id,
    from_on: limaDay(0),
    reason: 'Apoyo de prueba',
  })
}

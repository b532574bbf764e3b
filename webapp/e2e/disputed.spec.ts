import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { coordinator, local, password } from './support/people'

interface Sheet extends Record<string, unknown> {
  day: string
  intervention: string
  marks: Record<string, string>
}

const present = (sheet: Sheet): string[] =>
  Object.keys(sheet.marks)
    .filter((who) => sheet.marks[who] === 'presente')
    .sort()

test('one person on two works’ sheets of one day counts for nobody until the coordinator decides', async ({
  page,
  server,
}) => {
  const root = await Api.superuser(server.url)
  const desk = await Api.signIn(server.url, coordinator, password)
  const year = await desk.runningYear()
  const [here] = await root.records<{ ut: string }>('interventions', `name = "${local}"`)
  const sent = await root.records<Sheet>('attendance_sheets', `intervention = "${here?.id}" && state = "registrada"`)
  const counted = await root.records<Sheet>(
    'attendance_sheets',
    `intervention.ut = "${here?.ut}" && intervention.state = "en_ejecucion" && state = "validada"`,
  )
  // Somebody who is on a counted sheet of that day, and on another of that work.
  const met = sent.flatMap((mine) =>
    counted
      .filter((other) => other.day === mine.day)
      .flatMap((other) =>
        present(other)
          .filter((who) => counted.some((o) => o.id !== other.id && o.marks[who] === 'presente'))
          .map((who) => ({ mine, other, who })),
      ),
  )[0]
  if (!met) throw new Error('the demo has no two sheets of one day')
  const { mine, other, who } = met
  // Whom a visit saw has his jornal already.
  const seen = await root.records<{ participant: string }>(
    'visit_marks',
    `intervention = "${here?.id}" && mark = "presente"`,
  )
  const first = present(mine).filter((p) => !seen.some((s) => s.participant === p))
  const here_too = first[0]!
  const [person] = await root.records<{ dni: string; surnames: string }>('participants', `id = "${who}"`)
  await root.update('participants', here_too, { dni: person!.dni })

  const open = (await desk.get<{ total: number }>('/disputed-days?state=abierto')).total
  const before = await desk.executed(year, 'seguimiento')
  const { items } = await desk.get<{ items: { id: string; revision: number }[] }>('/attendance-sheets?state=registrada')
  const revision = items.find((s) => s.id === mine.id)?.revision
  await desk.call('POST', `/api/chaski/v1/attendance-sheets/${mine.id}/decision`, { decision: 'validar', revision })
  // All of them but the one of whom it is not known where he was.
  const validated = before + first.length - 1
  expect(await desk.executed(year, 'seguimiento')).toBe(validated)

  const day = page.getByRole('article').filter({ hasText: local })
  await new BoardPage(page).signIn(coordinator)
  await test.step('the day is in a queue, with what each work says', async () => {
    await expect(page.getByTestId('disputed-queue')).toContainText(`${open + 1} `)
    await page.getByTestId('disputed-queue').click()
    await expect(day.getByText('Presente', { exact: true })).toHaveCount(2)
    await expect(day).not.toContainText(person!.dni)
    await look(page, 'disputed')
  })
  await test.step('no choice and no reason are not taken', async () => {
    await day.getByRole('button', { name: 'Decidir' }).press('Enter')
    await day.getByRole('button', { name: 'Guardar decisión' }).click()
    await expect(day).toContainText('Elija qué vale')
    await look(page, 'disputed-form')
  })
  await test.step('what is decided counts, and can be decided anew', async () => {
    await day.getByRole('radio', { name: new RegExp(local) }).check()
    await day.getByLabel('Motivo').fill('El cuaderno de obra lo tiene en el local comunal')
    await day.getByRole('button', { name: 'Guardar decisión' }).click()
    await expect(day).toHaveCount(0)
    expect(await desk.executed(year, 'seguimiento')).toBe(validated + 1)
    await page.getByRole('button', { name: 'Decididos' }).click()
    await expect(day).toContainText('El cuaderno de obra lo tiene en el local comunal')
    await expect(day.getByRole('button', { name: 'Decidir de nuevo' })).toBeVisible()
    await look(page, 'disputed-decided')
  })
  await test.step('what somebody changes meanwhile is not decided unseen', async () => {
    await day.getByRole('button', { name: 'Decidir de nuevo' }).click()
    await day.getByRole('radio', { name: new RegExp(local) }).check()
    await day.getByLabel('Motivo').fill('Se confirma con el responsable técnico')
    const sheet = await root.records<{ headcount: number }>('attendance_sheets', `id = "${other.id}"`)
    await root.update('attendance_sheets', other.id, { headcount: sheet[0]!.headcount + 1 })
    await page.getByRole('button', { name: 'Guardar decisión' }).click()
    await expect(page.getByText('Todavía no se decidió ninguno')).toBeVisible()
  })
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

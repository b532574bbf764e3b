import { readFileSync } from 'node:fs'
import type { OutboxEntry } from '../src/sync/contract'
import { Api } from './support/api'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { analyst, canal, ladera, password, supervisor } from './support/people'
import { Phone } from './support/phone'
import { rewrite, stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

test('what was refused of an accepted visit is corrected, copied or discarded one by one', async ({
  page,
  context,
  server,
  network,
}) => {
  test.slow()
  const root = await Api.superuser(server.url)
  const central = await Api.signIn(server.url, analyst, password)
  const year = await central.runningYear()
  const before = await central.executed(year, 'seguimiento')
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)

  await test.step('a visit, while the office moves one of its people elsewhere', async () => {
    await phone.startVisit(canal)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(24)
    await phone.markRest(24)
    await phone.done()
    await phone.fillChecklist()
    await phone.addFinding('El botiquín está vacío', 'Comprarlo')
    await phone.addFinding('Falta la señal de desvío', 'Ponerla')
    await phone.finish()
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  })
  const [mark] = (await outbox(phone)).filter((e) => e.mutation.collection === 'visit_marks')
  const moved = mark?.about
  await test.step('two findings as an older app would have written them', async () => {
    const [elsewhere] = await root.records('interventions', `name = "${ladera}"`)
    const participant = (mark?.mutation.fields as { participant: string }).participant
    await root.move(participant, elsewhere?.id ?? '')
    for (const entry of (await outbox(phone)).filter((e) => e.mutation.collection === 'findings')) {
      const fields = { ...entry.mutation.fields, description: 'Vacío' }
      await rewrite(page, 'chaski-work-', 'outbox', { ...entry, mutation: { ...entry.mutation, fields } })
    }
  })

  const card = phone.work(`Visita a ${canal}`)
  await test.step('the visit is received, the three are named with what is wrong', async () => {
    await findSignal(context, network)
    await phone.syncCentre()
    await expect(card).toContainText('Recibido en parte: 3 registros por corregir', { timeout: 60_000 })
    await expect(card).toContainText('El texto es muy corto. Escriba al menos 10 caracteres.')
    await expect(card).toContainText(`${moved?.surnames}, ${moved?.given_names}`)
    await expect(card).toContainText('no figura en el padrón')
    await expect(phone.syncTab).toHaveAccessibleName(/3 registros rechazados por corregir/)
    await look(page, 'sync-refused')
  })

  await test.step('a finding is corrected with what was typed, over a killed page', async () => {
    await card
      .getByTestId(/^refused-findings/)
      .filter({ hasText: 'Comprarlo' })
      .getByRole('button', { name: 'Corregir' })
      .click()
    await expect(page.getByRole('heading', { level: 1, name: 'Corregir hallazgo' })).toBeVisible()
    await expect(page.getByText('El texto es muy corto')).toBeVisible()
    await expect(page.getByLabel('Medida correctiva')).toHaveValue('Comprarlo')
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(page.getByText('Describa el hallazgo con al menos 10 letras')).toBeVisible()
    await look(page, 'record')
    await page.getByLabel('¿Qué encontró?').fill('El botiquín está vacío desde ayer')
    await expect(page.getByTestId('saved-at')).toContainText('Guardado')
    await expect.poll(() => typedOnDisk(phone)).toContain('El botiquín está vacío desde ayer')
    await page.goto('/')
    await page.reload()
    await page.getByRole('link', { name: /^Continuar: Corregir hallazgo/ }).click()
    await expect(page.getByLabel('¿Qué encontró?')).toHaveValue('El botiquín está vacío desde ayer')
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Sincronización' })).toBeVisible()
    await expect(phone.work('Hallazgo corregido')).toContainText('Recibido', { timeout: 60_000 })
    await expect(card).toContainText('Recibido en parte: 2 registros por corregir')
    await expect(phone.syncTab).toHaveAccessibleName(/2 registros rechazados por corregir/)
  })

  await test.step('who is not on the roster is written down by name', async () => {
    await card.getByRole('button', { name: 'Anotarla como persona fuera del padrón' }).click()
    await expect(page.getByLabel('DNI')).toHaveValue(moved?.dni ?? '')
    await expect(page.getByLabel('Apellidos')).toHaveValue(moved?.surnames ?? '')
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(phone.work('Persona fuera del padrón ·')).toContainText('Recibido', { timeout: 60_000 })
    await expect(card).toContainText('Recibido en parte: 1 registro por corregir')
  })

  await test.step('the other finding is copied, discarded, brought back, discarded', async () => {
    const other = card.getByTestId(/^refused-findings/).filter({ hasText: 'Ponerla' })
    await expect(other).toContainText('Ponerla')
    expect(await saved(page, () => other.getByRole('button', { name: 'Guardar copia' }).click())).toContain('Ponerla')
    const discard = async () => {
      await other.getByRole('button', { name: 'Descartar' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Guardar copia y descartar' }).click()
    }
    expect(await saved(page, discard)).toContain('Ponerla')
    await expect(other).toHaveCount(0)
    await page.getByRole('button', { name: 'Deshacer' }).click()
    await expect(other).toContainText('Ponerla')
    expect(await saved(page, discard)).toContain('Ponerla')
    await expect(card).toContainText(/Recibido, cargo Nº/)
    await expect(card).toContainText('2 registros rechazados, ya corregidos')
    await expect(phone.syncTab).toHaveAccessibleName('Sincronización')
  })

  await test.step('the office has each thing once', async () => {
    const [aii] = await root.records('interventions', `name = "${canal}"`)
    const [visit] = await root.records('visits', `intervention = "${aii?.id}" && device != ""`)
    const findings = await root.records<{ description: string }>('findings', `visit = "${visit?.id}"`)
    expect(findings.map((f) => f.description)).toEqual(['El botiquín está vacío desde ayer'])
    const people = await root.records<{ dni: string }>('unlisted_workers', `visit = "${visit?.id}"`)
    expect(people.map((p) => p.dni)).toEqual([moved?.dni])
    expect(await central.executed(year, 'seguimiento')).toBe(before + 23)
    await server.stop()
    expect(await server.verify()).toContain('Sin diferencias')
  })
})

const outbox = (phone: Phone) => stored<OutboxEntry>(phone.page, 'chaski-work-', 'outbox')

async function typedOnDisk(phone: Phone): Promise<string> {
  return JSON.stringify(await stored(phone.page, 'chaski-work-', 'drafts'))
}

/** The text of the file that a person's action saves. */
async function saved(page: Phone['page'], act: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  return readFileSync(await file.path(), 'utf8')
}

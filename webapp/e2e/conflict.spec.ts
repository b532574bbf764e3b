import type { BrowserContext } from '@playwright/test'
import { Api } from './support/api'
import { assign } from './support/assign'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { Network } from './support/network'
import { canal, otherSupervisor, supervisor } from './support/people'
import { Phone } from './support/phone'

const viewport = { width: 360, height: 740 }
test.use({ viewport })

interface Held {
  phone: Phone
  context: BrowserContext
  network: Network
}

test('two supervisors change the same finding offline: both values are kept, settled, and the phones agree', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  test.slow()
  const root = await Api.superuser(server.url)
  const one: Held = { phone: new Phone(page), context, network }
  await one.phone.signIn(supervisor)
  await one.phone.inSync()

  await test.step('a visit with a finding and a person outside the roster', async () => {
    await one.phone.startVisit(canal)
    await one.phone.fillData()
    await one.phone.fillPlace()
    await one.phone.count(1)
    await page.getByRole('button', { name: 'Agregar persona' }).click()
    await page.getByLabel('DNI').fill('99999001')
    await page.getByLabel('Nombres').fill('Luz')
    await page.getByLabel('Apellidos').fill('Pumma')
    await page.getByRole('button', { name: 'Guardar persona' }).click()
    await one.phone.done()
    await one.phone.fillChecklist()
    await one.phone.addFinding('El botiquín está incompleto', 'Completarlo')
    await one.phone.addFinding('Escrito dos veces por error', 'Ninguna')
    await one.phone.finish()
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
    await one.phone.inSync()
    await one.phone.installed()
  })

  await assign(server.url, canal, otherSupervisor)
  const second = new Network()
  await second.start(server.port)
  const other = await browser.newContext({ baseURL: `http://127.0.0.1:${second.port}`, viewport })
  const two: Held = { phone: new Phone(await other.newPage()), context: other, network: second }
  await two.phone.ready(otherSupervisor)
  await one.phone.syncNow()
  await loseSignal(one.context, one.network)
  await loseSignal(two.context, two.network)

  await test.step('both change it without signal', async () => {
    await one.phone.changeFinding(canal, 'El botiquín está incompleto', async (p) => {
      await p.getByLabel('Medida correctiva').fill('Comprarlo el lunes')
    })
    await two.phone.changeFinding(canal, 'El botiquín está incompleto', async (p) => {
      await p.getByRole('radio', { name: /^Grave/ }).check()
      await p.getByLabel('Medida correctiva').fill('Pedirlo al municipio')
      // A grave one says who and until when too.
      await p.getByLabel('¿Quién la hará?').fill('')
      await p.getByRole('button', { name: 'Guardar y enviar' }).click()
      await expect(p.getByLabel('¿Quién la hará?')).toBeFocused()
      await p.getByLabel('¿Quién la hará?').fill('Residente de obra')
      await p.getByLabel('¿Hasta cuándo?').fill('2099-12-31')
    })
  })

  await test.step('his own slips: a finding withdrawn, a person corrected', async () => {
    await one.phone.openFinding(canal, 'Escrito dos veces por error')
    await look(page, 'finding')
    await page.getByRole('button', { name: 'Retirar: fue un error' }).click()
    await look(page, 'finding-withdraw')
    await page.getByRole('dialog').getByRole('button', { name: 'Sí, retirar' }).click()
    await expect(page.getByRole('link', { name: 'El botiquín está incompleto' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Escrito dos veces por error' })).toHaveCount(0)
    await page.locator('a[href*="visita-hecha"]').first().click()
    await look(page, 'past-visit')
    const person = page.getByTestId(/^unlisted_workers-/).filter({ hasText: '99999001' })
    const id = (await person.getAttribute('data-testid'))?.split('-')[1]
    await page.goto(`/#/registrado/unlisted_workers/${id}`)
    await expect(page.getByRole('heading', { level: 1, name: 'Persona fuera del padrón' })).toBeVisible()
    await look(page, 'held-record')
    await page.getByRole('button', { name: 'Cambiar persona' }).click()
    await page.getByLabel('Apellidos').fill('Puma')
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Sincronización' })).toBeVisible()
  })

  await test.step('the first to arrive stays; the other is told, and both see both values', async () => {
    await findSignal(one.context, one.network)
    await one.phone.syncNow()
    await one.phone.inSync()
    await findSignal(two.context, two.network)
    await two.phone.syncNow()
    await two.phone.inSync()
    await one.phone.syncNow()
    for (const { phone } of [one, two]) {
      await phone.home()
      await expect(phone.page.getByRole('main').getByText('1 conflicto por decidir')).toBeVisible()
      await expect(phone.syncTab).toHaveAccessibleName(/1 conflicto por decidir/)
      await phone.page.getByRole('link', { name: 'Ver y decidir' }).click()
      await phone.page.getByTestId(/^conflict-/).click()
      await expect(phone.page.getByRole('heading', { level: 1, name: 'Conflicto' })).toBeVisible()
      await expect(phone.page.getByTestId('side-other')).toContainText('Comprarlo el lunes')
      await expect(phone.page.getByTestId('side-author')).toContainText('Pedirlo al municipio')
      await expect(phone.page.getByText('Queda lo que llegó primero')).toBeVisible()
    }
    await expect(one.phone.page.getByRole('button', { name: 'Dejar el mío' })).toBeVisible()
    await look(two.phone.page, 'conflict')
    await expect(two.phone.page.getByRole('button', { name: 'Usar el mío' })).toBeVisible()
  })

  await test.step('it is settled without signal, and the other phone learns it', async () => {
    await loseSignal(two.context, two.network)
    await two.phone.page.getByRole('button', { name: 'Usar el mío' }).click()
    await expect(two.phone.page.getByTestId('side-author')).toContainText('Elegido, por enviar')
    await findSignal(two.context, two.network)
    await two.phone.syncCentre()
    await two.phone.syncNow()
    await two.phone.inSync()
    await one.phone.syncCentre()
    await one.phone.syncNow()
    await one.phone.inSync()
    for (const { phone } of [one, two]) {
      await expect(phone.syncTab).toHaveAccessibleName('Sincronización')
      await phone.page.goto('/#/conflictos')
      await expect(phone.page.getByTestId(/^conflict-/)).toBeVisible()
      await look(phone.page, 'conflicts')
      await phone.page.getByTestId(/^conflict-/).click()
      await expect(phone.page.getByText(/^Lo decidió /)).toBeVisible()
      await expect(phone.page.getByTestId('side-author')).toContainText('Elegido')
    }
  })

  await test.step('a lifted finding says why, on both phones', async () => {
    await two.phone.home()
    await two.phone.openFinding(canal, 'El botiquín está incompleto')
    await two.phone.page.getByRole('button', { name: 'Levantar hallazgo' }).click()
    await two.phone.page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(two.phone.page.getByText('Escriba el motivo')).toBeVisible()
    await look(two.phone.page, 'finding-lift')
    await two.phone.page.getByLabel('¿Por qué se da por levantado?').fill('Vi el botiquín completo')
    await two.phone.page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(two.phone.work('Hallazgo levantado')).toContainText('Recibido', { timeout: 60_000 })
    await two.phone.inSync()
    await one.phone.page.goto('/#/sincronizacion')
    await one.phone.syncNow()
    await one.phone.inSync()
    await one.phone.page.goto('/#/')
    await one.phone.page.getByRole('link', { name: canal }).click()
    await one.phone.page.locator('a[href*="visita-hecha"]').first().click()
    await expect(one.phone.page.getByText(/: Vi el botiquín completo$/)).toBeVisible()
  })

  await test.step('the server has what both phones show', async () => {
    const findings = await root.records<Record<string, string>>(
      'findings',
      `description = "El botiquín está incompleto"`,
    )
    expect(findings.map((f) => [f['severity'], f['corrective_measure'], f['state'], f['state_reason']])).toEqual([
      ['grave', 'Pedirlo al municipio', 'levantado', 'Vi el botiquín completo'],
    ])
    expect(await root.records('findings', `description = "Escrito dos veces por error"`)).toEqual([])
    const people = await root.records<{ surnames: string }>('unlisted_workers', `dni = "99999001"`)
    expect(people.map((p) => p.surnames)).toEqual(['Puma'])
    await server.stop()
    expect(await server.verify()).toContain('Sin diferencias')
  })
  await other.close()
  await second.stop()
})

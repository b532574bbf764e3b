import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import { coordinator, executor, password } from './support/people'
import { Sender } from './support/sender'
import { signIn } from './support/sign-in'

/** One of the demo that is observed, and one that waits for its review. */
const observed = 'Limpieza del reservorio Yaku Wasi'
const presented = 'Mantenimiento del mirador Inti Qhawana'

const pathOf = (list: Schemas['RendicionList'], name: string) =>
  `/rendiciones/${list.items.find((i) => i.work.name === name)?.work.intervention ?? ''}`

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } })

  test('an answer that did not convince is shown, and the same again is not presented', async ({ page, server }) => {
    const [mine, office] = await both(server.url)
    const path = pathOf(await mine.get('/rendiciones'), observed)
    const how = () => mine.get<Schemas['Rendicion']>(path)
    const sender = await Sender.of(mine)
    const { amounts, documents, observations, work } = await how()
    const root = await Api.superuser(server.url)
    const [rendicion] = await root.records('rendiciones', `intervention = "${work.intervention}"`)
    const answers = Object.fromEntries(observations.map((o) => [o.id, 'Ya está sustentado.']))
    const form = 'rendicion/1'
    const lines = amounts.flatMap((a) => (a.amount ? [[a.line, Math.round(Number(a.amount) * 100)]] : []))
    const presents = {
      lines: Object.fromEntries(lines) as Record<string, number>,
      documents: documents.filter((d) => d.superseded_by === '').map((d) => d.id),
      answers,
    }
    const outcomes = await sender.push([
      ...observations.map((o) => ({
        ...{ collection: 'rendicion_observations', record: o.id, op: 'update' as const, form },
        fields: { answer: 'Ya está sustentado.' },
      })),
      {
        ...{ collection: 'rendiciones', record: rendicion?.id ?? '', op: 'update' as const, form },
        fields: { state: 'subsanada', presents },
      },
    ])
    expect(outcomes.map((o) => o.status)).toEqual(outcomes.map(() => 'applied'))
    await review(office, path, { approve: false })

    await signIn(page, executor)
    await page.goto(`/#${path.replace('rendiciones', 'rendicion')}`)
    const note = page.getByTestId('line-insumos').getByTestId(/^observation-/)
    await expect(note).toContainText('Su respuesta anterior no bastó: «Ya está sustentado.».')
    await expect(page.getByTestId('missing')).toContainText('Falta corregir o responder 2 observaciones')
    await expect(page.getByRole('button', { name: 'Presentar la rendición' })).toBeDisabled()
    for (const answer of await page.getByLabel('Su respuesta').all()) await answer.fill('Va la factura 12 con su guía.')
    await page.getByRole('button', { name: 'Presentar la rendición' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Presentar la rendición' }).click()
    await expect(page.getByTestId('receipt')).toHaveText(/-3-[0-9A-F]{12}$/)
  })
})

test('a transfer voided after approval brings the rendición back to its reviewer', async ({ page, server }) => {
  await page.setViewportSize({ width: 1366, height: 768 })
  const [mine, office] = await both(server.url)
  const path = pathOf(await mine.get('/rendiciones'), presented)
  await review(office, path, { approve: true })
  const { work } = await office.get<Schemas['Rendicion']>(path)
  const root = await Api.superuser(server.url)
  const [convenio] = await root.records('convenios', `intervention = "${work.intervention}"`)
  const [transfer] = await root.records('transfers', `convenio = "${convenio?.id}"`)
  await root.update('transfers', transfer?.id ?? '', { state: 'anulada' })

  await signIn(page, coordinator)
  await page.getByTestId('rendicion-queue').click()
  const card = page.getByTestId(`rc-${work.intervention}`)
  await expect(card).toContainText('Cambió lo transferido')
  await card.click()
  await expect(page.getByText('Después de dar conformidad cambió lo transferido.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Dar conformidad' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Observar Insumos' }).click()
  await page.getByLabel('Observación a «Insumos»').fill('La transferencia se anuló: corrija los montos.')
  await page.getByRole('button', { name: 'Devolver con 1 observación' }).click()
  await page.getByRole('button', { name: 'Devolver al ejecutor' }).click()
  await expect(page.getByText('Observada', { exact: true })).toBeVisible()
  const after = await mine.get<Schemas['Rendicion']>(path)
  expect(after.can_edit && after.amounts.every((a) => a.open)).toBe(true)
})

async function both(url: string): Promise<[Api, Api]> {
  return [await Api.signIn(url, executor, password), await Api.signIn(url, coordinator, password)]
}

async function review(office: Api, path: string, decision: { approve: boolean }): Promise<void> {
  const { revision } = await office.get<Schemas['Rendicion']>(path)
  await office.call('POST', `/api/chaski/v1${path}/review`, { revision, lifted: [], observations: [], ...decision })
}

import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { heavyPdf, sha256 } from './support/papers'
import { executor, password } from './support/people'
import { signIn } from './support/sign-in'

test.use({ viewport: { width: 1366, height: 768 } })

const ended = "Limpieza de cunetas Qantu Wayq'o"
const MB = 1_000_000

test('an upload whose session ended says so, and goes on after signing in, with nothing picked again', async ({
  page,
  server,
  network,
}) => {
  const api = await Api.signIn(server.url, executor, password)
  const { items } = await api.get<Schemas['RendicionList']>('/rendiciones')
  const id = items.find((i) => i.work.name === ended)?.work.intervention ?? ''

  const enter = async () => {
    await page.getByLabel('Correo').fill(executor)
    await page.getByLabel('Contraseña').fill(password)
    await page.getByRole('button', { name: 'Entrar' }).click()
  }
  await signIn(page, executor)
  await page.getByTestId(`rc-${id}`).click()
  const row = page.getByTestId('stand-comprobantes')
  const bytes = heavyPdf(9 * MB)

  await test.step('the link is cut in the middle of a piece, and every session but another is closed', async () => {
    const cut = network.cutAfter('/api/chaski/v1/uploads/', 3 * MB)
    await page
      .getByLabel('Comprobantes de pago: Agregar archivo')
      .setInputFiles({ name: 'comprobantes.pdf', mimeType: 'application/pdf', buffer: bytes })
    await cut
    await api.call('POST', '/api/chaski/v1/session/close-others', {})
    network.up()
  })
  const other = await Api.signIn(server.url, executor, password)
  const again = page.getByRole('link', { name: /Su sesión venció/ })
  await test.step('it says so, and the file is here', async () => {
    await expect(again).toBeVisible({ timeout: 60_000 })
    await expect(row).not.toHaveAttribute('data-stand', 'stored')
    await look(page, 'upload-shut')
  })
  await test.step('after signing in it goes on where it was', async () => {
    await again.click()
    await enter()
    await page.getByTestId(`rc-${id}`).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Rendición de cuentas' })).toBeVisible()
    await expect(page.getByLabel('Elegir el mismo archivo')).toHaveCount(0)
    await expect(row).toHaveAttribute('data-stand', 'stored', { timeout: 90_000 })
    const { documents } = await other.get<Schemas['Rendicion']>(`/rendiciones/${id}`)
    const document = documents.find((d) => d.kind === 'comprobantes')
    expect(document?.sha256).toBe(sha256(bytes))
    expect(network.patches.filter((p) => p.offset === 0)).toHaveLength(1)
  })
})

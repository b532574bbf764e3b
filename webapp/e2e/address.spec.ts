import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import { executor, password } from './support/people'

test('a rendición follows its address: under that of another nothing of the last one stays', async ({
  page,
  server,
}) => {
  const api = await Api.signIn(server.url, executor, password)
  const { items } = await api.get<Schemas['RendicionList']>('/rendiciones')
  const open = items.filter((i) => i.state === 'pendiente')
  const [one, other] = [open[0]?.work, open[1]?.work]
  if (!one || !other) throw new Error('the demo has two to present')

  await page.goto('/')
  await page.getByLabel('Correo').fill(executor)
  await page.getByLabel('Contraseña').fill(password)
  await page.getByRole('button', { name: 'Entrar' }).click()
  await page.getByTestId(`rc-${one.intervention}`).click()
  await expect(page.getByText(one.name)).toBeVisible()
  await page.getByLabel('Mano de obra no calificada').fill('123.45')

  // As by a bookmark, or a link in a letter: the page is not left in between.
  await page.evaluate((id) => (location.hash = `#/rendicion/${id}`), other.intervention)
  await expect(page.getByText(other.name)).toBeVisible()
  await expect(page.getByText(one.name)).toBeHidden()
  await expect(page.getByLabel('Mano de obra no calificada')).toHaveValue('')

  await page.evaluate((id) => (location.hash = `#/rendicion/${id}`), one.intervention)
  await expect(page.getByLabel('Mano de obra no calificada')).toHaveValue('123.45')
})

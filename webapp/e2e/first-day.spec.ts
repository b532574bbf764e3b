import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test as base, expect, type Browser, type Page } from '@playwright/test'
import { Chaski } from './support/chaski'
import { Phone } from './support/phone'

const run = promisify(execFile)
const samples = fileURLToPath(new URL('../../scripts/import-samples.mjs', import.meta.url))
const canal = 'Limpieza del canal de riego Wayra (ejemplo)'
const admin = { name: 'Alicia Ejemplo Torres', email: 'alicia@example.org', password: 'nieve puente rojo' }
const field = { email: 'supervisora@example.org', password: 'maiz lluvia quince' }

/** An empty server, as an institution starts it. */
const test = base.extend<{ server: Chaski; folder: string }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameters
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'chaski-first-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  server: async ({ folder }, use) => {
    const server = new Chaski(join(folder, 'data'))
    await server.start()
    await use(server)
    await server.stop()
  },
  baseURL: async ({ server }, use) => use(server.url),
})

const kinds: [RegExp, string][] = [
  [/Entidades/, '1-entidades.csv'],
  [/POI/, '2-poi-y-ao.csv'],
  [/Usuarios/, '3-usuarios.csv'],
  [/Intervenciones con/, '4-intervenciones.csv'],
  [/Padrones/, '5-padron.csv'],
  [/Transferencias con/, '6-transferencias.csv'],
  [/SIAF/, '7-siaf.csv'],
]

async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await expect(page.getByRole('heading', { level: 1, name: 'Su cuenta de administración' })).toBeVisible()
  await page.getByLabel('Nombre y apellidos').fill(admin.name)
  await page.getByLabel('Correo').fill(admin.email)
  await page.getByLabel('Contraseña', { exact: true }).fill('llamkasun2026')
  await page.getByLabel('Repita la contraseña').fill('llamkasun2026')
  await page.getByRole('button', { name: 'Continuar' }).click()
  await expect(page.getByText(/^Se adivina fácil/)).toBeVisible()
  await page.getByLabel('Contraseña', { exact: true }).fill(admin.password)
  await page.getByLabel('Repita la contraseña').fill(admin.password)
  await page.getByRole('button', { name: 'Continuar' }).click()
  await page.getByLabel('Nombre de la institución').fill('Programa de ejemplo')
  await page.getByRole('button', { name: 'Crear la cuenta' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'El servidor tiene administrador' })).toBeVisible()
  await page.getByLabel('Ya la guardé').check()
  await page.getByRole('button', { name: 'Entrar a la aplicación' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Administración' })).toBeVisible()
}

async function importAll(page: Page, folder: string): Promise<void> {
  await run('node', [samples, join(folder, 'samples')])
  for (const [kind, name] of kinds) {
    await page.goto('/#/importar')
    await page.getByRole('radio', { name: kind }).check()
    await page.getByLabel('Archivo CSV o Excel').setInputFiles(join(folder, 'samples', name))
    await page.getByRole('button', { name: /^Importar \d+ fila/ }).click()
    await expect(page.getByTestId('import-counts'), name).toContainText('nueva')
    await expect(page.getByRole('link', { name: 'Importar otro archivo' })).toBeVisible()
  }
}

/** Opens somebody found in the list; the rows stay where they are only once it has answered. */
async function find(page: Page, email: string): Promise<void> {
  await page.goto('/#/personas')
  await page.getByLabel('Buscar por nombre').fill(email)
  await expect(page.getByText('1 persona', { exact: true })).toBeVisible()
  await page.getByTestId(`person-${email}`).getByRole('link').click()
}

/** The link that the administrator hands over to somebody. */
async function handOver(page: Page, email: string): Promise<string> {
  await find(page, email)
  await page.getByRole('button', { name: 'Mostrar un enlace' }).click()
  return page.getByRole('textbox', { name: 'Enlace' }).inputValue()
}

async function stranger(browser: Browser, baseURL: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 360, height: 740 },
    geolocation: { latitude: -13.4222, longitude: -71.8489, accuracy: 12 },
    permissions: ['geolocation'],
  })
  return context.newPage()
}

test('a first day: administrator, imports, an invited supervisor, her first visit, the figure', async ({
  page,
  browser,
  server,
  folder,
  baseURL,
}) => {
  // Who comes without the link is told where it is.
  await page.goto('/')
  await expect(page.getByText('Este servidor todavía no tiene administrador')).toBeVisible()
  const link = server.setupLink()
  await setUp(page, link)
  await expect(page.getByTestId('step-uts')).toContainText('Hecho')
  await expect(page.getByTestId('step-entities')).toContainText('Por hacer')

  // The link works once, also for another browser.
  const other = await stranger(browser, baseURL ?? '')
  await other.goto(link)
  await expect(other.getByText('El enlace no se puede usar')).toBeVisible()
  await other.context().close()

  await importAll(page, folder)
  await page.goto('/#/administracion')
  await expect(page.getByTestId('step-interventions')).toContainText('Hecho: 3')
  const invitation = await handOver(page, field.email)

  const her = await stranger(browser, baseURL ?? '')
  await her.goto(invitation)
  await expect(her.getByRole('heading', { level: 1, name: 'Bienvenido a Chaski' })).toBeVisible()
  await her.getByLabel('Contraseña', { exact: true }).fill(field.password)
  await her.getByLabel('Repita la contraseña').fill(field.password)
  await her.getByRole('button', { name: 'Guardar y entrar' }).click()
  const phone = new Phone(her)
  await expect(her.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
  await phone.inSync()

  await page.goto('/#/')
  const jobs = page.getByTestId('ao-physical-seguimiento')
  await expect(jobs).toContainText(/^\s*0\b/)

  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(10)
  await phone.markRest(10)
  await phone.done()
  await phone.fillChecklist()
  await phone.finish()
  await her.getByRole('link', { name: 'Volver a Hoy' }).click()
  await phone.inSync()

  // Nobody reloads the board.
  await expect(jobs).toContainText(/\b10 de \d/)

  // She is not in any more once she is deactivated; her visit stays.
  await find(page, field.email)
  await expect(page.getByText('Eligió su contraseña')).toBeVisible()
  await page.getByRole('button', { name: 'Desactivar la cuenta' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sí, desactivar' }).click()
  await expect(page.getByText('Desactivada').first()).toBeVisible()
  await her.reload()
  await expect(her.getByText(/Su sesión venció/)).toBeVisible()

  await server.stop()
  await server.verify()
})

test('wrong passwords lock for a while, and a link from the administrator opens again', async ({ page, server }) => {
  await setUp(page, server.setupLink())
  await page.evaluate(() => localStorage.clear())
  await page.goto('/')
  await page.reload()
  await page.getByLabel('Correo').fill(admin.email)
  const enter = page.getByRole('button', { name: 'Entrar' })
  for (let n = 0; n < 5; n++) {
    await page.getByLabel('Contraseña').fill(`no es esta ${n}`)
    await enter.click()
    await expect(page.getByText('El correo o la contraseña no son correctos')).toBeVisible()
    await expect(enter).toBeEnabled()
  }
  await page.getByLabel('Contraseña').fill(admin.password)
  await enter.click()
  await expect(page.getByText(/demasiados intentos/)).toBeVisible()
  // Without mail, the screen says whom to ask.
  await page.getByRole('link', { name: 'Olvidé mi contraseña' }).click()
  await expect(page.getByText('Pida un enlace a su administrador')).toBeVisible()
})

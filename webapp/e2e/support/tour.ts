import { expect, type Locator, type Page } from '@playwright/test'
import { BoardPage } from './board'
import { administrator, analyst, coordinator, executor, ladera, supervisor } from './people'
import { Phone } from './phone'

/** Called on each screen, when it stands still; `heart` is what to see of a long one. */
export type Look = (page: Page, screen: string, heart?: Locator) => Promise<void>

/** Walks through every screen of every role, by what a person taps. */
export const tours: Record<string, (page: Page, look: Look) => Promise<void>> = {
  supervisor: supervisorTour,
  executor: executorTour,
  central: centralTour,
  admin: adminTour,
  catalogue: catalogueTour,
  reviewer: reviewerTour,
}

async function supervisorTour(page: Page, look: Look): Promise<void> {
  const phone = new Phone(page)
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Entrar' })).toBeVisible()
  await look(page, 'sign-in')
  await phone.signIn(supervisor)
  await phone.inSync()
  await expect(page.getByRole('link', { name: ladera })).toBeVisible()
  await look(page, 'hoy')
  await page.getByRole('link', { name: 'Actividades' }).click()
  await expect(page.getByRole('link', { name: ladera })).toBeVisible()
  await look(page, 'activities')
  await page.getByRole('link', { name: ladera }).click()
  await expect(page.getByRole('heading', { name: 'Padrón' })).toBeVisible()
  await look(page, 'activity')
  await page.getByRole('button', { name: 'Iniciar visita' }).click()
  await visitTour(phone, look)
  await phone.syncCentre()
  await expect(phone.work(ladera)).toContainText('Recibido', { timeout: 60_000 })
  await phone.inSync()
  await look(page, 'sync', page.getByRole('heading', { name: 'Mi trabajo' }))
  await page.goto('/#/cuenta')
  await expect(page.getByRole('heading', { level: 1, name: 'Mi cuenta' })).toBeVisible()
  await look(page, 'account')
  await page.goto('/#/no-existe')
  await expect(page.getByRole('heading', { level: 1, name: 'Esta pantalla no existe' })).toBeVisible()
  await look(page, 'not-found')
}

async function visitTour(phone: Phone, look: Look): Promise<void> {
  const { page } = phone
  await phone.fillData()
  await look(page, 'visit')
  await phone.task('Datos de la visita')
  await look(page, 'visit-data')
  await phone.done()
  await phone.fillPlace()
  await phone.task('Ubicación')
  await look(page, 'visit-place')
  await phone.done()
  await phone.count(149)
  await phone.mark(0, 'Presente')
  await phone.mark(1, 'Ausente')
  await look(page, 'visit-attendance', page.getByTestId('mark-counts'))
  await phone.markRest(149, 1)
  await page.getByRole('button', { name: 'Agregar persona' }).click()
  await page.getByRole('button', { name: 'Guardar persona' }).click()
  await expect(page.getByText('El DNI tiene 8 dígitos. Revise si falta alguno.')).toBeVisible()
  await look(page, 'visit-unlisted', page.getByRole('heading', { name: 'Personas que no están en el padrón' }))
  await page.getByRole('button', { name: 'Cancelar' }).click()
  await phone.done()
  await phone.fillChecklist()
  await phone.task('Lista de verificación')
  await look(page, 'visit-checklist')
  await phone.done()
  await phone.task('Hallazgos')
  await page.getByRole('button', { name: 'Agregar hallazgo' }).click()
  await look(page, 'visit-finding')
  await page.getByRole('button', { name: 'Cancelar' }).click()
  await phone.done()
  await phone.addFinding('El cuaderno de asistencia no está en obra', 'Traerlo mañana y mantenerlo al día')
  await phone.task('Fotos')
  await expect(page.getByRole('button', { name: 'Abrir cámara' })).toBeVisible()
  await look(page, 'visit-photos')
  await phone.done()
  await page.getByRole('link', { name: 'Ir al cierre' }).click()
  await expect(page.getByRole('button', { name: 'Terminar visita' })).toBeEnabled()
  await look(page, 'visit-close')
  await page.getByRole('button', { name: 'Terminar visita' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Visita terminada' })).toBeVisible()
  await look(page, 'visit-finished')
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
}

async function executorTour(page: Page, look: Look): Promise<void> {
  const phone = new Phone(page)
  await phone.signIn(executor)
  await phone.inSync()
  const work = page.getByTestId(/^aii-/).filter({ hasText: ladera })
  await expect(work).toBeVisible()
  await look(page, 'executor')
  await work.click()
  await expect(page.getByRole('heading', { name: 'Padrón' })).toBeVisible()
  await look(page, 'executor-work')
}

async function centralTour(page: Page, look: Look): Promise<void> {
  const board = new BoardPage(page)
  await board.signIn(analyst)
  await expect(board.physical('seguimiento')).toContainText('de')
  await board.live()
  await look(page, 'board')
  await page.getByTestId('ao-row-seguimiento').getByRole('link').click()
  await expect(page.getByRole('heading', { name: 'De qué se compone' })).toBeVisible()
  await board.live()
  await look(page, 'board-ao', page.getByRole('heading', { name: 'De qué se compone' }))
  await page.getByRole('link', { name: ladera }).click()
  await expect(page.getByRole('heading', { name: /filas contadas$/ })).toBeVisible()
  await board.live()
  await look(page, 'board-counted')
  await page.locator('a[href*="visita-recibida"]').first().click()
  await expect(page.getByRole('heading', { level: 1, name: /^Visita del/ })).toBeVisible()
  await look(page, 'board-visit')
  await page.goto('/#/tablero/2023')
  await expect(board.physical('seguimiento')).toContainText('164,625')
  await board.live()
  await look(page, 'board-2023')
  await page.getByRole('link', { name: 'Cuadros de la Ficha' }).click()
  await expect(page.getByTestId('figures-cuadro5')).toContainText('164,625')
  await board.live()
  await look(page, 'figures-2023', page.getByRole('heading', { name: /^Cuadro 5/ }))
}

async function heading(page: Page, name: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expect(page.getByText('Cargando…')).toHaveCount(0)
}

async function adminTour(page: Page, look: Look): Promise<void> {
  await new BoardPage(page).signIn(administrator)
  await page.getByRole('link', { name: 'Administración' }).click()
  await heading(page, 'Administración')
  await look(page, 'admin')
  await page.getByRole('link', { name: 'Personas y roles' }).click()
  await heading(page, 'Personas y roles')
  await look(page, 'people')
  await page.getByTestId(`person-${supervisor}`).getByRole('link').click()
  await heading(page, /Julia/)
  await look(page, 'person')
  await page.getByRole('button', { name: 'Desactivar la cuenta' }).click()
  await look(page, 'person-deactivate')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
  await page.goto('/#/personas/nueva')
  await page.getByLabel('Rol').selectOption('supervisor')
  await expect(page.getByLabel('Unidad territorial')).toBeVisible()
  await page.getByRole('button', { name: 'Crear la invitación' }).click()
  await look(page, 'invite')
  await page.goto('/#/roles')
  await heading(page, /roles?/i)
  await look(page, 'roles')
  await page.goto('/#/institucion')
  await heading(page, 'Institución y correo')
  await page.getByRole('switch', { name: 'Enviar correos' }).click()
  await look(page, 'institution')
  await page.goto('/#/servidor')
  await heading(page, 'Estado del servidor')
  await expect(page.getByTestId('backup-state')).toBeVisible()
  await look(page, 'server')
  await importTour(page, look)
}

async function importTour(page: Page, look: Look): Promise<void> {
  await page.goto('/#/importar')
  await page.getByRole('radio', { name: /Entidades/ }).check()
  await look(page, 'import')
  const rows = [
    'N° RUC;Razón social;Ubigeo',
    '20990005011;Municipalidad de Wayra (ejemplo);080405',
    '20990005020;Yaku (ejemplo);',
  ]
  await page.getByLabel('Archivo CSV o Excel').setInputFiles({
    name: 'entidades.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows.join('\n')),
  })
  await expect(page.getByRole('heading', { name: 'Revisión' })).toBeVisible()
  await look(page, 'import-preview', page.getByRole('heading', { name: 'Revisión' }))
  await page.getByRole('button', { name: 'Descartar' }).click()
  await expect(page.getByRole('radio', { name: /Entidades/ })).toBeVisible()
}

async function catalogueTour(page: Page, look: Look): Promise<void> {
  await new BoardPage(page).signIn(analyst)
  await page.getByRole('link', { name: 'Catálogo' }).click()
  await heading(page, 'Catálogo')
  await look(page, 'catalogue')
  await page.getByRole('link', { name: 'Plazo de la rendición de cuentas' }).click()
  await heading(page, 'Plazo de la rendición de cuentas')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await look(page, 'parameter')
  await fillDeadline(page, '20', '2027-01-01')
  await expect(page.getByRole('dialog')).toBeVisible()
  await look(page, 'parameter-confirm')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
  await page.goto('/#/catalogo/parametro/executor.sheet_days')
  await heading(page, 'Días en que se espera la hoja de asistencia')
  await look(page, 'parameter-weekdays')
  await page.goto('/#/catalogo/feriados')
  await expect(page.getByRole('heading', { name: /feriados en/ })).toBeVisible()
  await look(page, 'holidays')
  await page.goto('/#/catalogo/territorio')
  await page.getByRole('searchbox', { name: 'Distrito' }).fill('Ollantaytambo')
  await expect(page.getByTestId('district-081306')).toBeVisible()
  await look(page, 'territory')
  await page.getByTestId('district-081306').click()
  await heading(page, 'Ollantaytambo')
  await look(page, 'district')
  await page.goto('/#/catalogo/listas')
  await expect(page.getByText('Rige hoy')).toBeVisible()
  await look(page, 'checklists')
}

/** Writes a value of a whole number that a norm says, and asks for its confirmation. */
export async function fillDeadline(page: Page, value: string, from: string): Promise<void> {
  await page.getByLabel('Valor nuevo, en días hábiles').fill(value)
  await page.getByLabel('Rige desde').fill(from)
  await page.getByRole('radio', { name: 'De una norma' }).check()
  await page.getByLabel('Norma que lo dice').fill('Resolución Directoral de prueba, artículo 5')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
}

async function reviewerTour(page: Page, look: Look): Promise<void> {
  await new BoardPage(page).signIn(coordinator)
  await page.getByTestId('rendicion-queue').click()
  await expect(page.getByRole('heading', { name: /^Vencidas|vencid/i }).first()).toBeVisible()
  await expect(page.getByText('Cargando…')).toHaveCount(0)
  await look(page, 'review-inbox')
  await page.locator('a[href^="#/rendiciones/"]').first().click()
  await expect(page.getByRole('heading', { name: 'Decisión' }).or(page.locator('#amounts')).first()).toBeVisible()
  await look(page, 'review')
}

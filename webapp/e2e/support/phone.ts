import { expect, type Locator, type Page } from '@playwright/test'
import type { ReplicaRow } from '../../src/sync/contract'
import { password, place } from './people'
import { stored } from './storage'

/** What a supervisor does on his phone, by the words he reads. */
export class Phone {
  constructor(readonly page: Page) {}

  async typeCredentials(email: string, secret = password): Promise<void> {
    await this.page.goto('/')
    await this.page.getByLabel('Correo').fill(email)
    await this.page.getByLabel('Contraseña').fill(secret)
  }

  async enter(): Promise<void> {
    await this.page.getByRole('button', { name: 'Entrar' }).click()
  }

  async signIn(email: string, secret?: string): Promise<void> {
    await this.typeCredentials(email, secret)
    await this.enter()
    await expect(this.page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
  }

  /** Signed in, with everything on the phone: it may lose the signal now. */
  async ready(email: string): Promise<void> {
    await this.signIn(email)
    await this.inSync()
    await this.installed()
  }

  get syncLine(): Locator {
    return this.page.getByTestId('sync-state')
  }

  /** The tab of the sync centre, with its count. */
  get syncTab(): Locator {
    return this.page.getByRole('navigation', { name: 'Secciones' }).getByRole('link', { name: /^Sincronización/ })
  }

  /** Everything received and proven equal to the server's. */
  async inSync(): Promise<void> {
    await expect(this.syncLine).toContainText(/^Sincronizado/, { timeout: 30_000 })
  }

  /** The service worker controls the page and has the whole app. */
  async installed(): Promise<void> {
    const controlled = await this.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      while (registration.active?.state !== 'activated') await new Promise((r) => setTimeout(r, 50))
      return navigator.serviceWorker.controller !== null
    })
    if (!controlled) await this.page.reload()
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  }

  async home(): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Secciones' }).getByRole('link', { name: 'Hoy' }).click()
  }

  async syncCentre(): Promise<void> {
    await this.page.getByRole('link', { name: /^Sincronización/ }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Sincronización' })).toBeVisible()
  }

  /** An activity of his, on Hoy; what of it is unfinished has a card of its own. */
  card(activity: string): Locator {
    return this.page.getByTestId(/^aii-/).filter({ hasText: activity })
  }

  /** From Hoy: opens the activity and begins a visit. */
  async startVisit(activity: string): Promise<void> {
    await this.card(activity).click()
    await this.page.getByRole('button', { name: 'Iniciar visita' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Visita' })).toBeVisible()
  }

  async task(name: string): Promise<void> {
    await this.page.getByRole('link', { name: new RegExp(`^${name}`) }).click()
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible()
  }

  async done(): Promise<void> {
    await this.page.getByRole('link', { name: 'Listo, volver a las tareas' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Visita' })).toBeVisible()
  }

  async fillData(): Promise<void> {
    await this.task('Datos de la visita')
    await this.pick('Sí, es hoy')
    await this.pick('In situ')
    await this.done()
  }

  async fillPlace(): Promise<void> {
    await this.task('Ubicación')
    // The browser's own emulation keeps the instant at which it was told, and an old position is imprecise.
    await this.page.context().setGeolocation(place)
    await this.page.getByRole('button', { name: 'Tomar ubicación' }).click()
    await expect(this.page.getByText('Ubicación tomada')).toBeVisible()
    await this.done()
  }

  /** Counts `headcount` people and leaves the attendance open. */
  async count(headcount: number): Promise<void> {
    await this.task('Asistencia')
    const field = this.page.getByLabel('Contó')
    await field.fill(String(headcount))
    await field.blur()
  }

  /** Marks whoever has no mark yet; the headcount must agree. */
  async markRest(present: number, absent = 0): Promise<void> {
    await this.page.getByRole('button', { name: /^Los demás presentes/ }).click()
    await this.marks(present, absent, 0)
  }

  /** The n-th worker of the roster, from 0. */
  worker(n: number): Locator {
    return this.page.getByTestId(/^worker-/).nth(n)
  }

  /** Marks the n-th worker, who has not this mark yet. */
  async mark(n: number, mark: 'Presente' | 'Ausente'): Promise<void> {
    const button = this.worker(n).getByRole('button', { name: new RegExp(`^${mark}: `) })
    await button.click()
    await expect(button).toHaveAttribute('aria-pressed', 'true')
  }

  /** Says of the n-th worker that he was not seen: he is none of the rest. */
  async markUnseen(n: number): Promise<void> {
    await this.worker(n).getByRole('button').first().click()
    await this.page
      .getByRole('dialog')
      .getByRole('radio', { name: /^No visto/ })
      .check()
    await this.page.getByRole('dialog').getByRole('button', { name: 'Listo' }).click()
  }

  async marks(present: number, absent: number, unseen: number): Promise<void> {
    await expect(this.page.getByTestId('mark-counts')).toHaveText(
      `Presentes ${present} · Ausentes ${absent} · No vistos ${unseen}`,
    )
  }

  /** Answers every question of the checklist with yes. */
  async fillChecklist(): Promise<void> {
    await this.task('Lista de verificación')
    const questions = this.page.getByRole('group')
    await expect(questions.first()).toBeVisible() // a count would not wait for them
    for (let n = 0; n < (await questions.count()); n++) {
      await questions.nth(n).getByRole('radio', { name: 'Sí' }).check()
    }
    await this.done()
  }

  async addFinding(description: string, measure: string): Promise<void> {
    await this.task('Hallazgos')
    await this.page.getByRole('button', { name: 'Agregar hallazgo' }).click()
    await this.pick('Moderada')
    await this.page.getByLabel('¿Qué encontró?').fill(description)
    await this.page.getByLabel('Medida correctiva').fill(measure)
    await this.page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(this.page.getByText(description)).toBeVisible()
    await this.done()
  }

  /** With the camera open: takes so many, each kept before the next. */
  async shoot(count: number): Promise<void> {
    const camera = this.page.getByRole('dialog', { name: 'Cámara' })
    for (let n = 0; n < count; n++) {
      const before = await this.photosOnDisk()
      // What the browser's own camera shows begins anew with each opening, and the same picture is kept once.
      await expect(async () => {
        await camera.getByRole('button', { name: 'Tomar la foto' }).click()
        await expect.poll(() => this.photosOnDisk(), { timeout: 3_000 }).toBe(before + 1)
      }).toPass()
    }
  }

  /** From the tasks: opens the camera, takes so many and closes it. */
  async takePhotos(count: number): Promise<void> {
    await this.task('Fotos')
    await this.page.getByRole('button', { name: 'Abrir cámara' }).click()
    await this.shoot(count)
    await this.page.getByRole('dialog').getByRole('button', { name: 'Listo' }).click()
  }

  /** Photographs on this phone, of which the facts and the bytes are both on disk. */
  async photosOnDisk(): Promise<number> {
    const files = await stored<{ facts: { sha256: string } }>(this.page, 'chaski-work-', 'files')
    return files.length
  }

  /** Pictures as they came, which nothing was made of yet. */
  async rawsOnDisk(): Promise<number> {
    return (await stored(this.page, 'chaski-work-', 'raws')).length
  }

  async finish(): Promise<void> {
    await this.page.getByRole('link', { name: 'Ir al cierre' }).click()
    await this.page.getByRole('button', { name: 'Terminar visita' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Visita terminada' })).toBeVisible()
  }

  /** From Hoy and back: a whole visit in which only the people were counted. */
  async briefVisit(activity: string, headcount: number): Promise<void> {
    await this.startVisit(activity)
    await this.fillData()
    await this.fillPlace()
    await this.count(headcount)
    await this.done()
    await this.fillChecklist()
    await this.finish()
    await this.page.getByRole('link', { name: 'Volver a Hoy' }).click()
  }

  /** In the sync centre or anywhere: syncs and waits until that round ended. */
  async syncNow(): Promise<void> {
    if (!this.page.url().includes('#/sincronizacion')) await this.syncCentre()
    const button = this.page.getByRole('button', { name: 'Sincronizar ahora' })
    await button.click()
    await expect(button).toBeEnabled({ timeout: 60_000 })
  }

  /** From Hoy: opens an open finding of an activity. */
  async openFinding(activity: string, description: string): Promise<void> {
    await this.home()
    await this.card(activity).click()
    await this.page.getByRole('link', { name: description }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Hallazgo' })).toBeVisible()
  }

  async changeFinding(activity: string, description: string, type: (page: Page) => Promise<void>): Promise<void> {
    await this.openFinding(activity, description)
    await this.page.getByRole('button', { name: 'Cambiar hallazgo' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Cambiar hallazgo' })).toBeVisible()
    await type(this.page)
    await this.page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'Sincronización' })).toBeVisible()
  }

  /** The card of a finished piece of work in the sync centre. */
  work(activity: string): Locator {
    return this.page.getByTestId(/^group-/).filter({ hasText: activity })
  }

  async draftsOnDisk(): Promise<number> {
    return (await stored(this.page, 'chaski-work-', 'drafts').catch(() => [])).length
  }

  /** How many marks the unfinished visits on this phone hold, on disk. */
  async marksOnDisk(): Promise<number> {
    const drafts = await stored<{ body: { marks: object } }>(this.page, 'chaski-work-', 'drafts')
    return drafts.reduce((sum, draft) => sum + Object.keys(draft.body.marks).length, 0)
  }

  /** How many workers of an activity this phone holds. */
  async participantsOf(activity: string): Promise<number> {
    const rows = await stored<ReplicaRow>(this.page, 'chaski-replica-', 'rows')
    const id = rows.find((r) => r.c === 'interventions' && r.data['name'] === activity)?.id
    return rows.filter((r) => r.c === 'participants' && r.i === id).length
  }

  private async pick(option: string): Promise<void> {
    await this.page.getByRole('radio', { name: new RegExp(`^${option}`) }).check()
  }
}

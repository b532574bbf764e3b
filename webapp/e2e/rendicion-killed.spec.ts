import type { Page } from '@playwright/test'
import type { DeviceFile, Draft } from '../src/sync/contract'
import { Api, type Schemas } from './support/api'
import { expect, findSignal, killHeld, loseSignal, test } from './support/fixtures'
import { pdf } from './support/papers'
import { executor, password } from './support/people'
import { Phone } from './support/phone'
import { drawing, jpeg } from './support/pictures'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

/** In the middle of a write: asked for and not committed; or as its transaction ends. */
type When = 'under way' | 'durable'
/** A write of the act, by its store, and whether the document is there when the page dies at it. */
type Moment = [store: string, when: When, there: boolean]

const CHOSEN: Moment[] = [
  ['drafts', 'under way', false],
  ['drafts', 'durable', false],
  ['files', 'under way', false],
  ['bytes', 'under way', false],
  ['bytes', 'durable', true],
  ['outbox', 'under way', true],
  ['meta', 'under way', true],
  ['outbox', 'durable', true],
]
// A camera's picture cannot be chosen once more: it is there as soon as its bytes are.
const PHOTOGRAPHED: Moment[] = [
  ['drafts', 'under way', false],
  ['drafts', 'durable', false],
  ['raws', 'under way', false],
  ['raws', 'durable', true],
  ['files', 'under way', true],
  ['bytes', 'under way', true],
  ['bytes', 'durable', true],
  ['outbox', 'under way', true],
  ['meta', 'under way', true],
  ['outbox', 'durable', true],
]
type Chosen = ReturnType<typeof pdf>

test('the page dies while a document is put down: a file that was chosen', async ({
  page,
  context,
  network,
  server,
}) => {
  const hand = await Hand.ready(page, server.url, 'Comprobantes de pago: Agregar')
  await loseSignal(context, network)
  await hand.dieAll(CHOSEN, (moment) => Promise.resolve(pdf(`${moment}.pdf`)))
  await findSignal(context, network)
  await hand.allThere()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

test('the page dies while a document is put down: a page that was photographed', async ({
  page,
  context,
  network,
  server,
}) => {
  // The system's camera, where the app cannot have one of its own.
  await context.addInitScript('delete Navigator.prototype.mediaDevices')
  const hand = await Hand.ready(page, server.url, 'Comprobantes de pago: Cámara del teléfono')
  await loseSignal(context, network)
  let width = 1_600
  await hand.dieAll(PHOTOGRAPHED, async (moment) =>
    jpeg(`${moment}.jpg`, await drawing(hand.page, { width: (width -= 40), height: 1_200 })),
  )
  await findSignal(context, network)
  await hand.allThere()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

/** An executor who puts documents down, on a phone that ends the app. */
class Hand {
  #count = 0

  private constructor(
    public page: Page,
    private readonly mine: Api,
    private readonly work: string,
    /** How the way to a document begins that he takes. */
    private readonly way: string,
  ) {}

  /** Signed in, with everything on the phone. */
  static async ready(page: Page, url: string, way: string): Promise<Hand> {
    const mine = await Api.signIn(url, executor, password)
    const { items } = await mine.get<Schemas['RendicionList']>('/rendiciones')
    await new Phone(page).ready(executor)
    return new Hand(page, mine, items.find((i) => i.state === 'pendiente')?.work.intervention ?? '', way)
  }

  /** At each moment: what the phone says after it is true, and the same is put down again. */
  async dieAll(moments: readonly Moment[], make: (moment: string) => Promise<Chosen>): Promise<void> {
    await this.page.goto(`/#/rendicion/${this.work}`)
    for (const [store, when, there] of moments)
      await test.step(`${store}, ${when}`, async () => {
        const paper = await make(`${store} ${when}`)
        await this.#die(store, when, paper)
        if (there) this.#count++
        await this.#settled()
        await this.#choose(paper)
        if (there) {
          const said = this.page.getByTestId('upload-comprobantes')
          await expect(said).toContainText('Este mismo archivo ya está')
          await said.getByRole('button', { name: /^Quitar/ }).click()
        } else {
          this.#count++
          await expect(this.#rows).toHaveCount(this.#count)
        }
        await this.#settled()
      })
  }

  /** With the signal back the server has each, once and whole. */
  async allThere(): Promise<void> {
    await expect(this.page.getByTestId('arrived')).toContainText(`${this.#count} de ${this.#count}`, {
      timeout: 90_000,
    })
    const { documents } = await this.mine.get<Schemas['Rendicion']>(`/rendiciones/${this.work}`)
    const here = (await this.#files()).map((f) => f.facts.sha256)
    expect(documents.map((d) => d.sha256).sort()).toEqual(here.sort())
    expect(new Set(here).size).toBe(this.#count)
    expect(documents.filter((d) => d.stored_at === '' || d.refusal !== '')).toEqual([])
  }

  get #rows() {
    return this.page.getByTestId('doc-comprobantes').getByTestId(/^file-/)
  }

  #files(): Promise<DeviceFile[]> {
    return stored<DeviceFile>(this.page, 'chaski-work-', 'files')
  }

  async #choose(paper: Chosen): Promise<void> {
    await this.page.getByLabel(this.way).setInputFiles(paper)
  }

  /** The app ends at a write of what is chosen, and is opened where it was. */
  async #die(store: string, when: When, paper: Chosen): Promise<void> {
    await this.page.evaluate(
      ([store, when]) => {
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
        const { put } = IDBObjectStore.prototype
        IDBObjectStore.prototype.put = function (...given) {
          const asked = put.apply(this, given)
          const hold = () => {
            console.debug('held')
            for (;;); // the page's thread does nothing else any more
          }
          if (this.name === store && this.transaction.db.name.startsWith('chaski-work-'))
            if (when === 'durable') this.transaction.addEventListener('complete', hold, { capture: true })
            else hold()
          return asked
        }
      },
      [store, when] as const,
    )
    const held = this.page.waitForEvent('console', (said) => said.text() === 'held')
    const where = this.page.url()
    await this.#choose(paper)
    await held
    await killHeld(this.page)
    this.page = await this.page.context().newPage()
    await this.page.goto(where)
  }

  /** Nothing is half there: what is shown waits to be sent, once, with its bytes. */
  async #settled(): Promise<void> {
    await expect(this.page.getByTestId('doc-comprobantes')).toBeVisible()
    const half = async () => {
      const drafts = await stored<Draft>(this.page, 'chaski-work-', 'drafts')
      const raws = await stored(this.page, 'chaski-work-', 'raws')
      return drafts.filter((d) => d.kind === 'document').length + raws.length
    }
    await expect.poll(half).toBe(0)
    await expect(this.#rows).toHaveCount(this.#count)
    await expect(this.#rows.filter({ hasText: 'Guardado aquí. Se envía solo' })).toHaveCount(this.#count)
    const files = await this.#files()
    expect(files.map((f) => f.state)).toEqual(Array(this.#count).fill('queued'))
    const contents = await stored<{ hash: string }>(this.page, 'chaski-work-', 'bytes')
    const wanted = files.flatMap(({ facts }) => [facts.sha256, ...(facts.thumb ? [facts.thumb] : [])])
    expect(contents.map((c) => c.hash).sort()).toEqual(wanted.sort())
  }
}

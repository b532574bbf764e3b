import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import type { Network } from './support/network'
import { heavyPdf, sha256 } from './support/papers'
import { executor, password } from './support/people'
import { signIn } from './support/sign-in'

const ended = "Limpieza de cunetas Qantu Wayq'o"
const MB = 1_000_000
const SIZE = 24 * MB

test.use({ viewport: { width: 1366, height: 768 } })

test('a document of 24 MB over a link that is cut three times; a program is refused whatever its name', async ({
  page,
  server,
  network,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'chaski-papers-'))
  const api = await Api.signIn(server.url, executor, password)
  const { items } = await api.get<Schemas['RendicionList']>('/rendiciones')
  const id = items.find((i) => i.work.name === ended)?.work.intervention ?? ''
  const path = `/rendiciones/${id}`
  await signIn(page, executor)
  await page.getByTestId(`rc-${id}`).click()

  const row = page.getByTestId('stand-comprobantes')
  const vouchers = heavyPdf(SIZE)
  const file = join(folder, 'comprobantes.pdf')
  await writeFile(file, vouchers)
  const first = network.cutAfter('/api/chaski/v1/uploads/', 5 * MB)
  await page.getByLabel('Comprobantes de pago: Agregar archivo').setInputFiles(file)
  await first
  network.up()
  await network.cutAfter('/api/chaski/v1/uploads/', 6 * MB)
  await expect(row).toBeVisible()
  // The second cut finds the page reloaded: nothing is chosen again.
  network.up()
  const third = network.cutAfter('/api/chaski/v1/uploads/', 5 * MB)
  await page.reload()
  await expect(row).toContainText(/Guardado aquí|Enviando/)
  await third
  network.up()
  await expect(row).toHaveAttribute('data-stand', 'stored', { timeout: 120_000 })
  await expect(page.getByTestId('arrived')).toContainText('1 de 1')
  resumed(network)
  const { documents } = await api.get<Schemas['Rendicion']>(path)
  const stored = documents.find((d) => d.kind === 'comprobantes')
  expect(stored?.sha256).toBe(sha256(vouchers))
  const bytes = await fetch(`${server.url}/api/chaski/v1${path}/documents/${stored?.id}/file`, {
    headers: { authorization: api.token },
  })
  expect(bytes.headers.get('content-disposition')).toContain('attachment')
  expect(sha256(Buffer.from(await bytes.arrayBuffer()))).toBe(sha256(vouchers))

  const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)])
  await page
    .getByLabel('Oficio de presentación: Agregar archivo')
    .setInputFiles({ name: 'oficio.pdf', mimeType: 'application/pdf', buffer: program })
  await expect(page.getByTestId('upload-oficio')).toContainText('no se acepta')
  await page.getByRole('button', { name: 'Quitar oficio.pdf' }).click()
  await expect(page.getByTestId('upload-oficio')).toHaveCount(0)
  await rm(folder, { recursive: true, force: true })
})

/** Each cut lost at most what was under way; nothing was sent from the beginning again. */
function resumed(network: Network): void {
  const patches = network.patches
  expect(patches.filter((p) => p.offset === 0)).toHaveLength(1)
  for (const [i, p] of patches.entries()) expect(p.offset).toBeGreaterThanOrEqual(patches[i - 1]?.offset ?? 0)
  const sent = patches.reduce((sum, p) => sum + p.bytes, 0)
  expect(sent).toBeGreaterThanOrEqual(SIZE)
  expect(sent).toBeLessThan(SIZE + 3 * 0.6 * MB)
}

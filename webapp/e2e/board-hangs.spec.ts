import { expect, test } from './support/fixtures'
import { BoardPage } from './support/board'
import { look } from './support/look'
import { analyst } from './support/people'

const MINUTE = 60_000

test('a board whose server hangs is not green, and asks again by itself', async ({ page, server, network }) => {
  // What the page waits for passes as the test says; its streams and requests are real.
  await page.clock.install()
  const board = new BoardPage(page)
  await board.signIn(analyst)
  await board.live()
  const chip = page.getByTestId('board-connection')
  const asked = () => network.log.filter((line) => /^GET .*\/aos 200/.test(line)).length

  await test.step('the server is frozen: the next poll has no answer', async () => {
    server.freeze()
    await page.clock.fastForward(MINUTE + 1000)
    await page.clock.fastForward(MINUTE)
    await expect(chip).toContainText(/^Sin (conexión|respuesta), datos de las/)
    await look(page, 'board-frozen')
    for (let minutes = 2; minutes < 5; minutes++) {
      await page.clock.fastForward(MINUTE)
      await expect(chip).not.toContainText('Conectado')
    }
  })
  await test.step('it goes on: the board is of now again, untouched', async () => {
    const before = asked()
    server.thaw()
    await expect(async () => {
      await page.clock.fastForward(MINUTE)
      expect(asked()).toBeGreaterThan(before)
      await expect(chip).toContainText('Conectado', { timeout: 1000 })
    }).toPass({ timeout: 60_000 })
  })
  await test.step('one answer is swallowed: another request follows', async () => {
    const swallowed = network.swallowNextAnswer('/api/chaski/v1/exercises/')
    await page.clock.fastForward(MINUTE + 1000)
    await swallowed
    const before = asked()
    await page.clock.fastForward(31_000) // longer than an answer may take
    await expect(async () => {
      await page.clock.fastForward(2000)
      expect(asked()).toBeGreaterThan(before)
    }).toPass({ timeout: 30_000 })
    await board.live()
  })
})

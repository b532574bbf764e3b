import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freshness } from '../domain/fresh'
import { Asker } from './asker'
import { limited, LIMIT_MS } from './limit'
import { listen, POLL_MS } from './listen'
import { renewing } from './renew'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => undefined)
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A board as its screen has it, in front of a server that may hang. */
class Board {
  asked = 0
  fetchedAt = 0
  offline = false
  live = false
  answers: () => Promise<number> = () => Promise.resolve(1)
  readonly #asker = new Asker<number>(
    () => {
      this.asked++
      return limited(() => this.answers())
    },
    {
      answer: () => {
        this.fetchedAt = Date.now()
        this.offline = false
      },
      failure: () => (this.offline = true),
    },
  )
  readonly close: () => void

  constructor(
    readonly hints = { subscribe: () => Promise.resolve(() => Promise.resolve()), connected: () => true },
    look?: number,
  ) {
    this.#asker.go('/exercises/2026/aos')
    const stop = listen(
      hints,
      () => void this.#asker.refresh(),
      (now) => (this.live = now),
      look,
    )
    this.close = () => {
      stop()
      this.#asker.go('')
    }
  }

  get chip() {
    return freshness({ cut: this.offline, live: this.live, fetchedAt: this.fetchedAt }, Date.now())
  }
}

describe('a board whose server hangs', () => {
  test('frozen for four minutes it is not green, and asks again by itself when it is back', async () => {
    const board = new Board()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(board.chip).toBe('live')
    board.answers = never
    for (let s = 0; s < 240; s++) {
      await vi.advanceTimersByTimeAsync(1000)
      if (Date.now() - board.fetchedAt > 2 * POLL_MS) expect(board.chip).not.toBe('live')
    }
    expect(board.chip).toBe('cut')
    const asked = board.asked
    board.answers = () => Promise.resolve(2)
    await vi.advanceTimersByTimeAsync(LIMIT_MS + POLL_MS)
    expect(board.asked).toBeGreaterThan(asked)
    expect(board.chip).toBe('live')
    board.close()
  })

  test('one answer swallowed: the next question follows within the limit and the first pause', async () => {
    const board = new Board()
    await vi.advanceTimersByTimeAsync(5_000)
    const before = board.asked
    board.answers = () => {
      board.answers = () => Promise.resolve(3)
      return never()
    }
    await vi.advanceTimersByTimeAsync(POLL_MS) // the poll whose answer is swallowed
    await vi.advanceTimersByTimeAsync(LIMIT_MS + 2_000)
    expect(board.asked).toBeGreaterThanOrEqual(before + 2)
    expect(board.chip).toBe('live')
    board.close()
  })

  test('a line that was refused at first is joined later', async () => {
    let refused = 3
    const subscribe = vi.fn(() =>
      refused-- > 0 ? Promise.reject(new Error('down')) : Promise.resolve(() => Promise.resolve()),
    )
    const board = new Board({ subscribe, connected: () => refused < 0 })
    await vi.advanceTimersByTimeAsync(4 * POLL_MS + 2_000)
    expect(subscribe).toHaveBeenCalledTimes(4)
    expect(board.chip).toBe('live')
    board.close()
  })

  test('closed, it asks nothing more', async () => {
    const board = new Board()
    board.answers = () => Promise.reject(new Error('down'))
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    board.close()
    const asked = board.asked
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(board.asked).toBe(asked)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a board left open for thirty days', () => {
  test('goes on asking, with a token that is renewed; timers do not pile up', async () => {
    const LIFE = 30 * DAY
    let renewed = Date.now()
    const stop = renewing(() => {
      // The server is away every night from two to four: the hour after it is tried again.
      const hour = new Date().getUTCHours()
      if (Date.now() - renewed > LIFE || (hour >= 2 && hour < 4)) return Promise.resolve(false)
      renewed = Date.now()
      return Promise.resolve(true)
    })
    const board = new Board(undefined, MINUTE) // a look a second would be three million
    board.answers = () => (Date.now() - renewed > LIFE ? Promise.reject(new Error('401')) : Promise.resolve(1))
    for (let day = 0; day < 35; day++) {
      await vi.advanceTimersByTimeAsync(DAY)
      expect(board.chip).toBe('live')
      expect(Date.now() - renewed).toBeLessThan(2 * DAY)
      expect(vi.getTimerCount()).toBeLessThan(6)
    }
    board.close()
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

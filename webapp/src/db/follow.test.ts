import 'fake-indexeddb/auto'
import { Dexie, type Table } from 'dexie'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { follow } from './follow'

class Db extends Dexie {
  rows!: Table<{ id: number }, number>
  constructor(name: string) {
    super(name)
    this.version(1).stores({ rows: 'id' })
  }
}

let db: Db
let n = 0
// The first opening of a database counts as a change.
beforeEach(async () => (db = (await new Db(`follow${++n}`).open()) as Db))
afterEach(() => db.close())

const soon = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

describe('a query that is followed', () => {
  test('answers at once, and after each change of what it reads', async () => {
    const answers: number[] = []
    const end = follow(
      () => db.rows.count(),
      (count) => answers.push(count),
    )
    await vi.waitFor(() => expect(answers).toEqual([0]))
    await db.rows.put({ id: 1 })
    await vi.waitFor(() => expect(answers).toEqual([0, 1]))
    await db.rows.put({ id: 2 })
    await vi.waitFor(() => expect(answers).toEqual([0, 1, 2]))
    end()
    await db.rows.put({ id: 3 })
    await soon(50)
    expect(answers).toEqual([0, 1, 2])
  })

  test('overtaken by one change after the other it answers all the same, rests between, and ends with the last', async () => {
    const answers: number[] = []
    const runs: { begun: number; ended: number }[] = []
    const end = follow(
      async () => {
        const run = { begun: performance.now(), ended: NaN }
        expect(runs.at(-1)?.ended, 'one at a time').not.toBeNaN()
        runs.push(run)
        const count = await db.rows.count()
        await Promise.resolve(soon(20))
        await db.rows.get(1)
        run.ended = performance.now()
        return count
      },
      (count) => answers.push(count),
    )
    let rows = 0
    while (answers.length < 3) {
      await db.rows.put({ id: ++rows })
      await soon(5)
    }
    await vi.waitFor(() => expect(answers.at(-1)).toBe(rows))
    expect(answers).toEqual([...answers].sort((a, b) => a - b))
    for (const [k, { begun }] of runs.slice(1).entries()) {
      const before = runs[k]!
      expect((begun - before.ended) / (before.ended - before.begun), 'rest for its work').toBeGreaterThan(3)
    }
    end()
  })

  test('one that fails is asked again after the next change', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const answers: number[] = []
    const end = follow(
      async () => {
        const count = await db.rows.count()
        if (count === 1) throw new Error('one')
        return count
      },
      (count) => answers.push(count),
    )
    await vi.waitFor(() => expect(answers).toEqual([0]))
    await db.rows.put({ id: 1 })
    await vi.waitFor(() => expect(said).toHaveBeenCalledOnce())
    await db.rows.put({ id: 2 })
    await vi.waitFor(() => expect(answers).toEqual([0, 2]))
    end()
    said.mockRestore()
  })

  test('of a database that was shut is told so, and answers again once it is open', async () => {
    await db.rows.put({ id: 1 })
    db.close()
    const heard: string[] = []
    const end = follow(
      () => db.rows.count(),
      (count) => heard.push(`answer ${count}`),
      (error) => heard.push(error === '' ? 'well again' : (error as Error).name),
    )
    await vi.waitFor(() => expect(heard).toEqual(['DatabaseClosedError']))
    await db.open()
    await vi.waitFor(() => expect(heard).toEqual(['DatabaseClosedError', 'well again', 'answer 1']), { timeout: 5000 })
    end()
  })
})

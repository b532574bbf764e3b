import { describe, expect, it } from 'vitest'
import { Coalesced } from './coalesced'

/** An act whose runs end when they are told to. */
function held() {
  const ends: (() => void)[] = []
  const act = () => new Promise<void>((resolve) => ends.push(resolve))
  return { ends, queue: new Coalesced(act) }
}
const turn = () => new Promise((resolve) => setTimeout(resolve))

describe('one at a time', () => {
  it('who wishes while it runs is answered by a run that began after', async () => {
    const { ends, queue } = held()
    void queue.run()
    let answered = false
    void queue.run().then(() => (answered = true))
    void queue.run()
    expect(ends.length).toBe(1)
    ends[0]?.()
    await turn()
    expect([ends.length, answered]).toEqual([2, false])
    ends[1]?.()
    await turn()
    expect([ends.length, answered]).toEqual([2, true])
  })
  it('one that failed does not stop the next', async () => {
    let runs = 0
    const queue = new Coalesced(() => (runs++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve()))
    await expect(queue.run()).rejects.toThrow('no')
    await queue.run()
    expect(runs).toBe(2)
  })
})

import { expect, test } from 'vitest'
import { emptyDisk, MemoryReplica, MemoryWork } from '../db/memory'
import { Phone } from './testing/phone'
import { FakeServer } from './testing/server'

/** A phone with three pages to come, and all that happens to it in order: pulls leave, pages are written. */
function setUp(): { phone: Phone; happened: string[]; server: FakeServer } {
  const server = new FakeServer()
  server.held = ['catalog', 'aii:x']
  server.pageSize = 1
  for (const id of ['a', 'b', 'c']) server.put('cupos', id, { intervention: 'x' }, 'aii:x')
  const disk = emptyDisk()
  const happened: string[] = []
  const gate = async (label: string): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    happened.push(`writes ${label}`)
  }
  const phone = new Phone(new MemoryReplica(disk, gate), new MemoryWork(disk), server)
  phone.spoil = (path, deliver) => {
    if (path === '/sync/pull') happened.push('asks')
    return deliver()
  }
  return { phone, happened, server }
}

test('the next page is asked for before the one before is written, each once', async () => {
  const { phone, happened, server } = setUp()
  await phone.start()
  const pages = server.calls('/sync/pull')
  const written = happened.filter((h) => h === 'writes replica').length
  expect(phone.status?.in_sync).toBe(true)
  expect(written).toBeGreaterThan(2)
  expect(pages, 'one request a page').toBe(written)
  const second = happened.indexOf('asks', happened.indexOf('asks') + 1)
  expect(second).toBeLessThan(happened.indexOf('writes replica'))
})

test('what happens meanwhile is not in what was asked for: it is asked for again', async () => {
  const { phone, happened, server } = setUp()
  let told = false
  const deliver = phone.spoil
  phone.spoil = (path, answer, body) => {
    const second = path === '/sync/pull' && server.calls(path) === 1
    const page = deliver(path, answer, body)
    if (second && !told) {
      told = true
      phone.driver.tell({ type: 'enqueued' }) // as the second page is on its way, and the first is not written
    }
    return page
  }
  await phone.start()
  const asked = happened.filter((h) => h === 'asks').length
  expect(asked).toBe(happened.filter((h) => h === 'writes replica').length + 1)
  expect(phone.status?.in_sync).toBe(true)
})

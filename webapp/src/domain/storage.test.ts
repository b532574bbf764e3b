import { expect, test } from 'vitest'
import { isStorageError, troubleOf } from './storage'

const dom = (name: string) => new DOMException('', name)
const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more })

test.each([
  ['no space', named('QuotaExceededError'), 'storage_full'],
  ['no space, as Dexie says it', named('AbortError', { inner: dom('QuotaExceededError') }), 'storage_full'],
  ['no space for one row of many', named('BulkError', { failures: [dom('QuotaExceededError')] }), 'storage_full'],
  ['closed under us', named('DatabaseClosedError'), 'storage_shut'],
  ['does not open', named('OpenFailedError', { inner: dom('UnknownError') }), 'storage_shut'],
  ['a disk that cannot be read', named('UnknownError', { inner: dom('UnknownError') }), 'storage_shut'],
  ['forbidden in this window', named('InvalidStateError'), 'storage_shut'],
  ['a newer version of it', named('VersionError'), 'storage_newer'],
  ['a transaction that was aborted', named('AbortError'), 'storage_failed'],
  ['one that took too long', named('TimeoutError'), 'storage_failed'],
])('%s', (_, error, trouble) => {
  expect(troubleOf(error)).toBe(trouble)
  expect(isStorageError(error)).toBe(true)
})

test('a fault of our own code is none of the storage, nor is what else the browser names alike', () => {
  const others = [new TypeError('x'), new Error('no user is signed in'), named('ApiFault'), 'text', undefined]
  for (const error of [...others, dom('AbortError'), dom('NotFoundError'), dom('InvalidStateError')])
    expect(isStorageError(error)).toBe(false)
})

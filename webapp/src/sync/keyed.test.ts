import { expect, it } from 'vitest'
import { keyId } from './keyed'

it('is the id that the server computes', async () => {
  // internal/replication: KeyID("attendance_sheets", "canalzzzzzzzzzz 2026-11-20")
  expect(await keyId('attendance_sheets', ['canalzzzzzzzzzz', '2026-11-20'])).toBe('e2mxzphs5dbxv06')
})

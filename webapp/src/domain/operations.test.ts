import { expect, it } from 'vitest'
import { diskState, hoursSince } from './operations'

it('a disk is short while it still holds, full below the floor of the server', () => {
  const m = { database_bytes: 100, disk_floor_bytes: 50 }
  expect(diskState({ ...m, disk_free_bytes: 300 })).toBe('ok')
  expect(diskState({ ...m, disk_free_bytes: 299 })).toBe('short')
  expect(diskState({ ...m, disk_free_bytes: 50 })).toBe('short')
  expect(diskState({ ...m, disk_free_bytes: 49 })).toBe('full')
  expect(diskState({ ...m, disk_floor_bytes: 500, disk_free_bytes: 499 })).toBe('full')
  expect(diskState(m)).toBe('unknown')
})

it('the age of a backup in whole hours', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')
  expect(hoursSince('2026-11-23T06:30:00Z', now)).toBe(5)
  expect(hoursSince('2026-11-23T12:00:01Z', now)).toBe(0)
  expect(hoursSince(undefined, now)).toBe(0)
})

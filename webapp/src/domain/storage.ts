/**
 * What is wrong with this device's own storage, as far as it concerns people: each
 * asks something else of whoever looks at it. Pure.
 */
export const TROUBLES = [
  'storage_full', // make room
  'storage_shut', // it does not open, or was closed under us: start the app again, erase nothing
  'storage_failed', // this once: it is tried again
  'storage_blocked', // another tab of an older version holds it: close that
  'storage_newer', // another tab has a newer version of it: load this one anew
  'storage_gone', // the browser erased it: what was unsent is lost, and that is said
] as const

export type StorageTrouble = (typeof TROUBLES)[number]

/** Of all that may be wrong, what is wrong with the storage. */
export const isTrouble = (problem: string): problem is StorageTrouble =>
  (TROUBLES as readonly string[]).includes(problem)

/** What a database hears that nobody asked of it. */
export type StorageNews = 'open' | 'created' | 'gone' | 'newer' | 'blocked'

/** What the database does not open with, or lost the connection by. */
const SHUT = new Set([
  'DatabaseClosedError',
  'OpenFailedError',
  'UnknownError',
  'InvalidStateError',
  'MissingAPIError',
  'SecurityError',
  'NotFoundError',
  'NotReadableError',
  'UpgradeError',
  'NoSuchDatabaseError',
])

/** By the names of the browser and of Dexie, which wraps one in the other. */
export function troubleOf(error: unknown): StorageTrouble {
  const names = namesIn(error)
  if (names.includes('QuotaExceededError')) return 'storage_full'
  if (names.includes('VersionError')) return 'storage_newer'
  return names.some((name) => SHUT.has(name)) ? 'storage_shut' : 'storage_failed'
}

/** What else Dexie says of what it was asked to read or write. */
const FAILED = new Set([
  'AbortError',
  'BulkError',
  'ConstraintError',
  'DataError',
  'InternalError',
  'ModifyError',
  'PrematureCommitError',
  'ReadOnlyError',
  'TimeoutError',
  'TransactionInactiveError',
  'VersionError',
])

/**
 * False for what is wrong with our own code, or with anything else of the browser
 * that uses the same names: Dexie makes errors of its own of the storage's.
 */
export function isStorageError(error: unknown): boolean {
  const names = namesIn(error)
  if (names.includes('QuotaExceededError')) return true
  return !(error instanceof DOMException) && names.some((name) => SHUT.has(name) || FAILED.has(name))
}

function namesIn(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return []
  const { name, inner, cause, failures } = error as Record<string, unknown>
  // A bulk write tells of each of its rows.
  const within = [inner, cause, ...(Array.isArray(failures) ? (failures as unknown[]) : [])]
  return [typeof name === 'string' ? name : '', ...within.flatMap((e) => namesIn(e, depth + 1))]
}

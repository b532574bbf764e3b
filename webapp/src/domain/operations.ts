/** What an administrator should know of the server, and what is wrong with it. */

/** A disk is short before it is full: a backup needs the databases' size again, and more than once. */
const DATABASES_FREE = 3

export interface Machine {
  database_bytes: number
  disk_free_bytes?: number
  disk_floor_bytes: number
}

/** How the disk stands; 'unknown' where the system does not tell. */
export function diskState(m: Machine): 'ok' | 'short' | 'full' | 'unknown' {
  if (m.disk_free_bytes === undefined) return 'unknown'
  if (m.disk_free_bytes < m.disk_floor_bytes) return 'full'
  return m.disk_free_bytes < DATABASES_FREE * m.database_bytes ? 'short' : 'ok'
}

/** Whole hours from an instant to another; 0 when there is none, or it is to come. */
export function hoursSince(at: string | undefined, now_ms: number): number {
  const ms = Date.parse(at ?? '')
  return Number.isNaN(ms) ? 0 : Math.max(0, Math.floor((now_ms - ms) / 3_600_000))
}

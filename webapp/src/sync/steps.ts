/** What the core knows, is told and answers. Types only. */
import type { StorageTrouble } from '../domain/storage'
import type { SyncProblem as Problem } from './contract'
import type { Lease, Reading, Standing } from './ports'

export type ChannelName = 'register' | 'push' | 'pull' | 'files' | 'session'

export interface Channel {
  phase: 'idle' | 'busy' | 'waiting'
  /** Work was asked for and has not begun. */
  want: boolean
  failures: number
  /** When `waiting` ends, ms. */
  until: number
  /** The server asked for this wait; a hint does not shorten it. */
  imposed: boolean
}

export interface CoreState {
  registered: boolean
  /** The last answer of GET /session. */
  session: 'live' | 'expired'
  channels: Record<ChannelName, Channel>
  /** Mutations a push may carry; halved by 413. */
  limit: number
  /** When to pull though nothing happened, ms. */
  pollAt: number
  /** The next pull asks for every bucket's checksum. */
  checksums: boolean
  /** Repairs since the total last matched. */
  repairs: number
  standing: Standing
  lease: Lease
  /** The clocks at the step before this one. */
  read: Reading | null
  verified: boolean
  /** The server takes no file of this revoked device: they stay on it when its rows go. */
  filesStay: boolean
  problem: Problem
}

export type Failure =
  | { kind: 'no_answer' }
  | { kind: 'status'; status: number; code: string; retryAfter?: number; sent?: number }
  | { kind: 'storage'; trouble: StorageTrouble }

export interface Timed {
  now: number
  /** The clocks at `now`. */
  read?: Reading
  /** In [0, 1). */
  jitter: number
}

export type CoreEvent = Timed &
  (
    | { type: 'kick'; strong: boolean }
    | { type: 'enqueued' }
    | { type: 'tick' }
    /** The clocks are read, no more. */
    | { type: 'looked' }
    | { type: 'registered' }
    | { type: 'signed_in' }
    | { type: 'session'; live: boolean }
    | { type: 'pushed'; answered: number; more: boolean; unanswered: number; cloned: boolean; rewound: boolean }
    /** One request of an upload, or nothing to send now. `held`: until the person or his Wi-Fi lets it; `pull`: one shows what came of it. */
    | { type: 'sent'; more: boolean; heard: boolean; held: boolean; pull: boolean }
    /** `compare`: how many buckets wait to be compared row by row; `resting`: some differ, and repair is not due again. */
    | { type: 'paged'; complete: boolean; verified: boolean; compare: number; resting?: boolean; rewound: boolean }
    | { type: 'repaired' }
    | { type: 'leased'; days: number }
    /** The replica of a revoked device is empty. */
    | { type: 'evicted' }
    /** Everything is erased and the server knows. */
    | { type: 'erased' }
    /** An erased device has a new name, not registered yet. */
    | { type: 'renewed' }
    | { type: 'failed'; channel: ChannelName; failure: Failure }
  )

export type Effect =
  | { do: 'register' }
  | { do: 'session' }
  | { do: 'push'; limit: number }
  /** One request of an upload. */
  | { do: 'send' }
  | { do: 'pull'; checksums: boolean }
  | { do: 'repair' }
  | { do: 'evict' }
  | { do: 'wipe' }
  | { do: 'renew' }
  | { do: 'wake'; at: number }

export interface Step {
  state: CoreState
  effects: Effect[]
}

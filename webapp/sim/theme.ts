/** What beside the everyday a run has in it: each seed draws some of it. */
import type { Rng } from './rng'

export interface Theme {
  /** An older copy of the server's data takes its place. */
  restore: boolean
  /** Old removals are forgotten. */
  forget: boolean
  /** What an administrator orders for a phone. */
  order: '' | 'revoke' | 'wipe'
  /** A phone's store has no room for a while. */
  full: boolean
  /** A phone has the app open in two tabs. */
  tabs: boolean
  /** A phone is copied with all it holds. */
  clone: boolean
  /** The app is too old for a while, then updated: another replica schema. */
  outdated: boolean
  /** Somebody sets a phone's clock. */
  clocks: boolean
}

export function themeOf(rng: Rng): Theme {
  const restore = rng.chance(0.2)
  const order = rng.weighted({ none: 74, revoke: 17, wipe: 9 })
  return {
    restore,
    forget: rng.chance(0.2),
    // What a wiped phone had sent is on the server alone: an older copy would lose it.
    order: order === 'none' || (restore && order === 'wipe') ? '' : order,
    full: rng.chance(0.2),
    tabs: rng.chance(0.25),
    clone: rng.chance(0.12),
    outdated: rng.chance(0.2),
    clocks: rng.chance(0.25),
  }
}

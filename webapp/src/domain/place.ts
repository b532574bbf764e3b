/**
 * What a sensor says of where the device is, and what that is good for. Pure;
 * the same rule as internal/domain/visit/place.go: both pass testdata/rules/place.json.
 */
import { isDay, limaIso } from './day'

/** What the sensor said of itself besides the place; parts it did not say are left out. */
export interface Fix {
  /** When the sensor took it, by the device's clock. */
  taken_at?: string
  /** How old it was when it was kept, seconds; negative: of the future. */
  age_s?: number
  altitude_m?: number
  altitude_accuracy_m?: number
  heading_deg?: number
  speed_cms?: number
  /** An application made it up, where the platform says so. */
  mocked?: boolean
}

export interface Place {
  lat_e6: number
  lon_e6: number
  /** The radius within which the sensor believes to be, metres; 0 where it does not say. */
  accuracy_m: number
  /** Older drafts have none. */
  fix?: Fix
}

/** `none` and `outside` are never kept; the three before `taken` are, with a reason. */
export type PlaceVerdict = 'none' | 'outside' | 'mocked' | 'stale' | 'coarse' | 'taken'

/** Beyond either, a position is doubtful. */
export const MAX_ACCURACY_M = 100
export const MAX_AGE_S = 60

const within = (n: number, least: number, most: number): boolean => n >= least && n <= most

export const latInPeru = (lat_e6: number): boolean => lat_e6 !== 0 && within(lat_e6, -18_400_000, 100_000)
const lonInPeru = (lon_e6: number): boolean => within(lon_e6, -81_400_000, -68_600_000)

/** The worst that holds. */
export function judgePlace(p: Place): PlaceVerdict {
  if (p.lat_e6 === 0 && p.lon_e6 === 0) return 'none'
  if (!latInPeru(p.lat_e6) || !lonInPeru(p.lon_e6)) return 'outside'
  if (p.fix?.mocked) return 'mocked'
  if (!within(p.fix?.age_s ?? 0, -MAX_AGE_S, MAX_AGE_S)) return 'stale'
  return p.accuracy_m > 0 && p.accuracy_m <= MAX_ACCURACY_M ? 'taken' : 'coarse'
}

/** Kept with a reason: it is the best there was, and says that it is not good. */
export const isDoubtful = (p: Place): boolean => !['none', 'outside', 'taken'].includes(judgePlace(p))

/** What the browser hands over; some platforms say more than the standard has. */
export interface Sensed {
  timestamp: number
  mocked?: unknown
  coords: {
    latitude: number
    longitude: number
    accuracy: number
    altitude: number | null
    altitudeAccuracy: number | null
    heading: number | null
    speed: number | null
    mocked?: unknown
  }
}

const MAX_EXACT = Number.MAX_SAFE_INTEGER
const BOUNDS = {
  age_s: [-MAX_EXACT, MAX_EXACT],
  altitude_m: [-1_000, 10_000],
  altitude_accuracy_m: [0, 1_000_000],
  heading_deg: [0, 360],
  speed_cms: [0, 100_000],
} as const

/** A part of a fix the server takes. */
export function isFixPart(key: string, value: unknown): boolean {
  if (key === 'mocked') return typeof value === 'boolean'
  if (key === 'taken_at') return typeof value === 'string' && isInstant(value)
  if (!Object.hasOwn(BOUNDS, key)) return false
  const [least, most] = BOUNDS[key as keyof typeof BOUNDS]
  return Number.isSafeInteger(value) && within(value as number, least, most)
}

const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d|[01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]([01]\d|2[0-4]):[0-5]\d)$/

/** RFC 3339 with an offset, as Go reads it: one digit of an hour will do, the 30th of February and 24:00 will not. */
export const isInstant = (text: string): boolean => isDay(INSTANT.exec(text)?.[1] ?? '')

const e6 = (degrees: number): number => (Number.isFinite(degrees) ? Math.round(degrees * 1e6) : 0)

/** @param now_ms the device's clock when it was handed over */
export function placeOf(sensed: Sensed, now_ms: number): Place {
  const { coords: c, timestamp } = sensed
  const whole = (n: number | null, scale = 1): number | undefined =>
    typeof n === 'number' && Number.isFinite(n) ? Math.round(n * scale) : undefined
  const mocked = sensed.mocked ?? c.mocked
  const said: Record<keyof Fix, unknown> = {
    taken_at: Number.isFinite(timestamp) && timestamp > 0 ? limaIso(timestamp) : undefined,
    age_s: whole((now_ms - timestamp) / 1000),
    altitude_m: whole(c.altitude),
    altitude_accuracy_m: whole(c.altitudeAccuracy),
    heading_deg: whole(c.heading),
    speed_cms: whole(c.speed, 100),
    mocked,
  }
  // What a sensor says beyond all bounds is no reason to lose the place.
  const fix = Object.fromEntries(Object.entries(said).filter(([key, value]) => isFixPart(key, value))) as Fix
  const accuracy = Number.isFinite(c.accuracy) && c.accuracy > 0 ? Math.ceil(c.accuracy) : 0
  return { lat_e6: e6(c.latitude), lon_e6: e6(c.longitude), accuracy_m: Math.min(accuracy, MAX_EXACT), fix }
}

const WORTH: Record<PlaceVerdict, number> = { none: 0, outside: 0, mocked: 1, stale: 2, coarse: 3, taken: 4 }

/** Whether a new position says more than the one there is. */
export function isBetter(found: Place, than: Place | null): boolean {
  const worth = WORTH[judgePlace(found)]
  if (worth === 0 || !than) return worth > 0
  const old = WORTH[judgePlace(than)]
  if (worth !== old) return worth > old
  return found.accuracy_m > 0 && (than.accuracy_m === 0 || found.accuracy_m < than.accuracy_m)
}

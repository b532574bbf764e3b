import { isBetter, judgePlace, placeOf, type Place, type PlaceVerdict, type Sensed } from '../domain/place'

/** Good enough to stop looking, in metres. */
const GOOD_M = 15
/** How long to look for something better, ms. */
const LOOK_MS = 25_000

/** Looks for where the device is and keeps the most exact answer; what cannot be is never kept. */
export class Fix {
  state = $state<'idle' | 'searching' | 'denied' | 'failed'>('idle')
  best = $state.raw<Place | null>(null)
  /** What the sensor said last and cannot be: `none` or `outside`. */
  impossible = $state<PlaceVerdict | ''>('')
  #watch: number | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  start(): void {
    this.stop()
    this.best = null
    this.impossible = ''
    if (!('geolocation' in navigator)) {
      this.state = 'failed'
      return
    }
    this.state = 'searching'
    this.#timer = setTimeout(() => this.#end(), LOOK_MS)
    this.#watch = navigator.geolocation.watchPosition(
      (position) => this.#found(position),
      (error) => {
        this.stop()
        this.state = error.code === error.PERMISSION_DENIED ? 'denied' : this.best ? 'idle' : 'failed'
      },
      { enableHighAccuracy: true, timeout: LOOK_MS, maximumAge: 0 },
    )
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch)
    this.#watch = null
  }

  #found(position: Sensed): void {
    const place = placeOf(position, Date.now())
    const verdict = judgePlace(place)
    if (verdict === 'none' || verdict === 'outside') {
      this.impossible = verdict
      return
    }
    this.impossible = ''
    if (!isBetter(place, this.best)) return
    this.best = place
    if (verdict === 'taken' && place.accuracy_m <= GOOD_M) this.#end()
  }

  #end(): void {
    // A doubtful place is not what was looked for: the search goes on while the person is here.
    if (this.best && judgePlace(this.best) !== 'taken') return
    this.stop()
    this.state = this.best ? 'idle' : 'failed'
  }
}

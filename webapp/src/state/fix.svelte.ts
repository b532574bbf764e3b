import type { Place } from '../domain/visit'

/** Good enough to stop looking, in metres. */
const GOOD_M = 15
/** How long to look for something better, ms. */
const LOOK_MS = 25_000

/** Looks for where the device is and keeps the most exact answer. */
export class Fix {
  state = $state<'idle' | 'searching' | 'denied' | 'failed'>('idle')
  best = $state.raw<Place | null>(null)
  #watch: number | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  start(): void {
    this.stop()
    this.best = null
    if (!('geolocation' in navigator)) {
      this.state = 'failed'
      return
    }
    this.state = 'searching'
    this.#timer = setTimeout(() => this.#end(), LOOK_MS)
    this.#watch = navigator.geolocation.watchPosition(
      (position) => this.#found(position.coords),
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

  #found(coords: GeolocationCoordinates): void {
    const accuracy_m = Math.ceil(coords.accuracy)
    if (this.best && this.best.accuracy_m <= accuracy_m) return
    this.best = {
      lat_e6: Math.round(coords.latitude * 1e6),
      lon_e6: Math.round(coords.longitude * 1e6),
      accuracy_m,
    }
    if (accuracy_m <= GOOD_M) this.#end()
  }

  #end(): void {
    this.stop()
    this.state = this.best ? 'idle' : 'failed'
  }
}

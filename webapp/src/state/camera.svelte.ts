import { judgePlace, placeOf, type Place } from '../domain/place'

/** The rear camera and, where that is allowed already, where the device is meanwhile. */
export class Camera {
  state = $state<'off' | 'starting' | 'on' | 'denied' | 'none' | 'failed'>('off')
  stream = $state.raw<MediaStream | null>(null)
  /** Its lamp; null where it has none. */
  torch = $state<boolean | null>(null)
  /** The last good position since it was opened. */
  place: Place | null = null
  #watch: number | null = null
  #opened = 0

  static get possible(): boolean {
    return 'mediaDevices' in navigator && 'getUserMedia' in navigator.mediaDevices
  }

  async start(): Promise<void> {
    this.stop()
    const mine = this.#opened
    if (!Camera.possible) {
      this.state = 'none'
      return
    }
    this.state = 'starting'
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        // Somewhat more than is kept, of the shape that a sensor has.
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 1_920 }, height: { ideal: 1_440 } },
      })
      if (mine !== this.#opened) return end(stream)
      this.#take(stream)
    } catch (error) {
      if (mine === this.#opened) this.state = stateAfter(error)
    }
  }

  #take(stream: MediaStream): void {
    const track = stream.getVideoTracks()[0]
    this.stream = stream
    this.state = 'on'
    this.torch = track && 'torch' in track.getCapabilities() ? false : null
    // Another application took it, or the system put it to sleep.
    track?.addEventListener('ended', () => {
      if (this.stream === stream) this.state = 'failed'
    })
    void this.#locate(this.#opened)
  }

  stop(): void {
    this.#opened++
    if (this.stream) end(this.stream)
    this.stream = null
    this.torch = null
    this.state = 'off'
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch)
    this.#watch = null
  }

  async light(): Promise<void> {
    const on = !this.torch
    const advanced = [{ torch: on }] as unknown as MediaTrackConstraintSet[]
    await this.stream?.getVideoTracks()[0]?.applyConstraints({ advanced })
    this.torch = on
  }

  /** What is seen now. */
  shoot(video: HTMLVideoElement): Promise<ImageBitmap> {
    return createImageBitmap(video)
  }

  /** Nobody is asked for his position here: the visit's own step does that. */
  async #locate(mine: number): Promise<void> {
    if (!('geolocation' in navigator) || !('permissions' in navigator)) return
    const { state } = await navigator.permissions.query({ name: 'geolocation' })
    if (state !== 'granted' || mine !== this.#opened) return
    this.#watch = navigator.geolocation.watchPosition(
      (position) => {
        const place = placeOf(position, Date.now())
        if (judgePlace(place) === 'taken') this.place = place
      },
      () => undefined,
      { enableHighAccuracy: true, maximumAge: 0 },
    )
  }
}

const end = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop())

function stateAfter(error: unknown): 'denied' | 'none' | 'failed' {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'failed'
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { preparePicture, PictureTrouble, type Picture, type Said } from './picture'

const picture = { sha256: 'a'.repeat(64), width: 1600, height: 1200 } as Picture

/** A thread that says what it is told to. */
class Thread {
  static last: Thread
  onmessage?: (message: { data: Said }) => void
  onerror?: () => void
  ended = false
  constructor() {
    Thread.last = this
  }
  postMessage(): void {}
  terminate(): void {
    this.ended = true
  }
  says(data: Said): void {
    this.onmessage?.({ data })
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('Worker', Thread)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what holds its reader up, or takes all memory, costs what the picture says of itself and not the picture', async () => {
  const hanging = preparePicture(new Blob())
  Thread.last.says({ picture })
  vi.advanceTimersByTime(5_000)
  expect(await hanging).toEqual({ picture, exif: {} })
  expect(Thread.last.ended).toBe(true)

  const dying = preparePicture(new Blob())
  Thread.last.says({ picture })
  Thread.last.onerror?.()
  expect(await dying).toEqual({ picture, exif: {} })
})

test('a thread that ends without a picture, or never does, says so', async () => {
  const dying = preparePicture(new Blob())
  Thread.last.onerror?.()
  await expect(dying).rejects.toEqual(new PictureTrouble('picture_large'))
  const slow = preparePicture(new Blob())
  vi.advanceTimersByTime(90_000)
  await expect(slow).rejects.toEqual(new PictureTrouble('picture_slow'))
  expect(Thread.last.ended).toBe(true)
})

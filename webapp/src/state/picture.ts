import type { Exif, PictureProblem } from '../domain/picture'
import worker from './picture.worker?worker&url'
import { scriptURL } from './trusted'

/** A picture as it is kept and sent: turned upright, 1,600 px, without what it said of itself. */
export interface Picture {
  bytes: ArrayBuffer
  sha256: string
  thumb: ArrayBuffer
  thumb_sha256: string
  width: number
  height: number
}

export type Said = { picture: Picture } | { exif: Exif } | { problem: PictureProblem }

/** Why a picture was not taken; the rest goes on. */
export class PictureTrouble extends Error {
  constructor(readonly problem: PictureProblem) {
    super(problem)
  }
}

/** A large picture on a slow phone takes some seconds. */
const SLOW_MS = 90_000
/** What a picture says of itself is read in no time, or was made to hold us up. */
const EXIF_MS = 5_000

/**
 * Makes a picture of a camera's or the gallery's ready, away from the screen's
 * thread: one thread a picture, whose memory goes with it.
 *
 * @throws PictureTrouble
 */
export function preparePicture(source: Blob | ImageBitmap): Promise<{ picture: Picture; exif: Exif }> {
  return new Promise((resolve, reject) => {
    const maker = new Worker(scriptURL(worker), { type: 'module' })
    let picture: Picture | undefined
    let timer: ReturnType<typeof setTimeout>
    const end = (exif: Exif, problem: PictureProblem): void => {
      clearTimeout(timer)
      maker.terminate()
      if (picture) resolve({ picture, exif })
      else reject(new PictureTrouble(problem))
    }
    timer = setTimeout(() => end({}, 'picture_slow'), SLOW_MS)
    maker.onmessage = ({ data }: MessageEvent<Said>) => {
      if ('problem' in data) end({}, data.problem)
      else if ('exif' in data) end(data.exif, 'picture_damaged')
      else {
        picture = data.picture
        clearTimeout(timer)
        timer = setTimeout(() => end({}, 'picture_slow'), EXIF_MS)
      }
    }
    // A thread that has no memory left ends without a word.
    maker.onerror = () => end({}, 'picture_large')
    maker.postMessage(source, source instanceof Blob ? [] : [source])
  })
}

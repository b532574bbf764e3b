import { fitted, HEAD_BYTES, kindOf, pictureProblem, type PictureKind, type PictureProblem } from '../domain/picture'
import { readExif } from './exif'
import type { Picture, Said } from './picture'

const LONGEST = 1_600
const QUALITY = 0.82
const THUMB = { longest: 200, quality: 0.7 }

class Refused extends Error {
  constructor(readonly problem: PictureProblem) {
    super(problem)
  }
}

const say = (said: Said, transfer: Transferable[] = []): void => postMessage(said, { transfer })

addEventListener('message', ({ data: source }: MessageEvent<Blob | ImageBitmap>) => {
  void (async () => {
    try {
      const head = source instanceof Blob ? new Uint8Array(await source.slice(0, HEAD_BYTES).arrayBuffer()) : null
      const picture = await made(source instanceof Blob ? await decoded(source, head!) : source)
      say({ picture }, [picture.bytes, picture.thumb])
      say({ exif: head ? await readExif(head) : {} })
    } catch (error) {
      say({ problem: error instanceof Refused ? error.problem : 'picture_large' })
    }
  })()
})

/** @throws Refused */
async function decoded(blob: Blob, head: Uint8Array): Promise<ImageBitmap> {
  const problem = pictureProblem(blob.size, head)
  if (problem) throw new Refused(problem)
  try {
    return await bitmapOf(blob)
  } catch (error) {
    throw new Refused(whyNot(kindOf(head), error))
  }
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' })
  } catch (error) {
    // An older browser turns pictures upright by itself, and does not know the word for it.
    if (error instanceof TypeError) return createImageBitmap(blob)
    throw error
  }
}

function whyNot(kind: PictureKind, error: unknown): PictureProblem {
  if (kind === 'heic') return 'picture_heic'
  return error instanceof RangeError ? 'picture_large' : 'picture_damaged'
}

async function made(bitmap: ImageBitmap): Promise<Picture> {
  const canvas = drawn(bitmap, LONGEST)
  bitmap.close()
  const bytes = await jpeg(canvas, QUALITY)
  const thumb = await jpeg(drawn(canvas, THUMB.longest), THUMB.quality)
  const { width, height } = canvas
  return { bytes, thumb, width, height, sha256: await sha256(bytes), thumb_sha256: await sha256(thumb) }
}

/** Drawn anew, it carries nothing but its pixels. */
function drawn(from: ImageBitmap | OffscreenCanvas, longest: number): OffscreenCanvas {
  const { width, height } = fitted(from, longest)
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Refused('picture_large')
  context.fillStyle = '#ffffff' // under what is transparent
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(from, 0, 0, width, height)
  return canvas
}

const jpeg = async (canvas: OffscreenCanvas, quality: number): Promise<ArrayBuffer> =>
  (await canvas.convertToBlob({ type: 'image/jpeg', quality })).arrayBuffer()

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('')
}

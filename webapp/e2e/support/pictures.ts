/**
 * Pictures as phones make them, made by the tests: a JPEG drawn by the browser,
 * with the EXIF that a camera writes into it.
 */
import type { Page } from '@playwright/test'

/** What a camera writes: how it was held (1 to 8), when and where. */
export interface Exif {
  orientation?: number
  at?: string
  lat?: number
  lon?: number
}

export const jpeg = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer })

/** What the gallery gives. */
export async function choose(
  page: Page,
  ...chosen: { name: string; mimeType: string; buffer: Buffer }[]
): Promise<void> {
  await page.getByLabel('Fotos: Elegir de la galería').setInputFiles(chosen)
}

/** Pictures of which no two are alike and none gets small: two pieces of an upload each. */
export async function heavy(page: Page, count: number): Promise<Buffer[]> {
  const made = await page.evaluate(async (count) => {
    const out: string[] = []
    for (let n = 0; n < count; n++) {
      const [width, height] = [1_120, 840]
      const canvas = new OffscreenCanvas(width, height)
      const context = canvas.getContext('2d')!
      const pixels = context.createImageData(width, height)
      for (let i = 0; i < pixels.data.length; i += 65_536) crypto.getRandomValues(pixels.data.subarray(i, i + 65_536))
      for (let i = 3; i < pixels.data.length; i += 4) pixels.data[i] = 255
      context.putImageData(pixels, 0, 0)
      const bytes = new Uint8Array(
        await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer(),
      )
      let text = ''
      for (const byte of bytes) text += String.fromCharCode(byte)
      out.push(btoa(text))
    }
    return out
  }, count)
  return made.map((base64) => Buffer.from(base64, 'base64'))
}

/**
 * A picture of these pixels whose four corners are red, green, blue and yellow,
 * from the top left clockwise; otherwise grey.
 */
export async function drawing(
  page: Page,
  { width, height, type = 'image/jpeg' }: { width: number; height: number; type?: string },
): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([width, height, type]) => {
      const canvas = new OffscreenCanvas(width, height)
      const context = canvas.getContext('2d')!
      const [w, h] = [width / 4, height / 4]
      const fill = (colour: string, x: number, y: number, wide: number, high: number): void => {
        context.fillStyle = colour
        context.fillRect(x, y, wide, high)
      }
      fill('#888888', 0, 0, width, height)
      fill('#ff0000', 0, 0, w, h)
      fill('#00ff00', width - w, 0, w, h)
      fill('#0000ff', width - w, height - h, w, h)
      fill('#ffff00', 0, height - h, w, h)
      const blob = await canvas.convertToBlob({ type, quality: 0.9 })
      return new Promise<string>((done) => {
        const reader = new FileReader()
        reader.onload = () => done((reader.result as string).replace(/^.*,/, ''))
        reader.readAsDataURL(blob)
      })
    },
    [width, height, type] as const,
  )
  return Buffer.from(base64, 'base64')
}

/** As the sensor saw an upright picture when the camera was held so: what undoes the orientation, drawn by the browser. */
export async function held(page: Page, upright: Buffer, orientation: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([base64, orientation]) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes]))
      const { width, height } = bitmap
      const turned = orientation >= 5
      const canvas = new OffscreenCanvas(turned ? height : width, turned ? width : height)
      const context = canvas.getContext('2d')!
      // The inverse of what a viewer does with each value of EXIF's Orientation.
      const inverse: Record<number, [number, number, number, number, number, number]> = {
        1: [1, 0, 0, 1, 0, 0],
        2: [-1, 0, 0, 1, width, 0],
        3: [-1, 0, 0, -1, width, height],
        4: [1, 0, 0, -1, 0, height],
        5: [0, 1, 1, 0, 0, 0],
        6: [0, -1, 1, 0, 0, width],
        7: [0, -1, -1, 0, height, width],
        8: [0, 1, -1, 0, height, 0],
      }
      context.setTransform(...inverse[orientation]!)
      context.drawImage(bitmap, 0, 0)
      const out = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer())
      let text = ''
      for (const byte of out) text += String.fromCharCode(byte)
      return btoa(text)
    },
    [upright.toString('base64'), orientation] as const,
  )
  return Buffer.from(base64, 'base64')
}

type Entry = { tag: number; type: number; count: number; value: Buffer }

const short = (tag: number, value: number): Entry => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return { tag, type: 3, count: 1, value: bytes }
}
const long = (tag: number, value: number): Entry => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return { tag, type: 4, count: 1, value: bytes }
}
const text = (tag: number, value: string): Entry => {
  const bytes = Buffer.from(`${value}\0`, 'latin1')
  return { tag, type: 2, count: bytes.length, value: bytes }
}
const degrees = (tag: number, value: number): Entry => {
  const seconds = Math.round(Math.abs(value) * 3600 * 1000)
  const parts: [number, number][] = [
    [Math.floor(seconds / 3_600_000), 1],
    [Math.floor(seconds / 60_000) % 60, 1],
    [seconds % 60_000, 1000],
  ]
  const bytes = Buffer.alloc(24)
  parts.flat().forEach((n, i) => bytes.writeUInt32BE(n, i * 4))
  return { tag, type: 5, count: 3, value: bytes }
}

/** A directory of entries that begins at `at`, with what does not fit into it behind. */
function directory(entries: Entry[], at: number): Buffer {
  const head = Buffer.alloc(2 + entries.length * 12 + 4)
  head.writeUInt16BE(entries.length, 0)
  const behind: Buffer[] = []
  let next = at + head.length
  entries.forEach(({ tag, type, count, value }, i) => {
    const to = 2 + i * 12
    head.writeUInt16BE(tag, to)
    head.writeUInt16BE(type, to + 2)
    head.writeUInt32BE(count, to + 4)
    if (value.length <= 4) value.copy(head, to + 8)
    else {
      head.writeUInt32BE(next, to + 8)
      behind.push(value)
      next += value.length
    }
  })
  return Buffer.concat([head, ...behind])
}

/** The JPEG with this EXIF behind its first mark. */
export function withExif(jpeg: Buffer, { orientation = 1, at, lat, lon }: Exif): Buffer {
  const sizeOf = (entries: Entry[]): number => directory(entries, 0).length
  const camera = at ? [text(0x9003, at)] : []
  const where =
    lat !== undefined && lon !== undefined
      ? [text(1, lat < 0 ? 'S' : 'N'), degrees(2, lat), text(3, lon < 0 ? 'W' : 'E'), degrees(4, lon)]
      : []
  const first = (cameraAt: number, whereAt: number): Entry[] => [
    short(0x0112, orientation),
    ...(camera.length > 0 ? [long(0x8769, cameraAt)] : []),
    ...(where.length > 0 ? [long(0x8825, whereAt)] : []),
  ]
  const cameraAt = 8 + sizeOf(first(0, 0))
  const whereAt = cameraAt + sizeOf(camera)
  return withApp1(
    jpeg,
    Buffer.concat([
      tiffHead(8),
      directory(first(cameraAt, whereAt), 8),
      directory(camera, cameraAt),
      directory(where, whereAt),
    ]),
  )
}

const tiffHead = (first: number): Buffer => Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, first >> 8, first & 255])

function withApp1(jpeg: Buffer, tiff: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const mark = Buffer.alloc(4)
  mark.writeUInt16BE(0xffe1, 0)
  mark.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), mark, body, jpeg.subarray(2)])
}

/** EXIF made to hold its reader up: directories that name themselves, and texts of four gigabytes. */
export function exifBomb(jpeg: Buffer): Buffer {
  const many: Entry[] = Array.from({ length: 5_000 }, (_, i) => ({
    tag: i % 3 === 0 ? 0x8769 : i % 3 === 1 ? 0x8825 : 0x9003,
    type: i % 3 === 2 ? 2 : 4,
    count: i % 3 === 2 ? 0xffffffff : 1,
    value: Buffer.from([0, 0, 0, 8]),
  }))
  return withApp1(jpeg, Buffer.concat([tiffHead(8), directory(many, 8)]))
}

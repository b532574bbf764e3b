import { exifOf, type Exif } from '../domain/picture'

/** What a picture says of itself, by its first bytes. Nothing it says is worth losing the picture. */
export async function readExif(head: Uint8Array): Promise<Exif> {
  try {
    const { default: reader } = await import('exifreader')
    const { exif, gps } = reader.load(head.buffer as ArrayBuffer, {
      expanded: true,
      includeTags: {
        exif: ['DateTimeOriginal', 'GPSLatitude', 'GPSLongitude', 'GPSLatitudeRef', 'GPSLongitudeRef'],
        gps: true,
      },
    })
    return exifOf({ at: exif?.DateTimeOriginal?.description, lat: gps?.Latitude, lon: gps?.Longitude })
  } catch {
    return {}
  }
}

/** A camera's quality; a document is read, not printed large. */
const QUALITY = 0.9

/**
 * A HEIC photo as JPEG, by the browser's own decoder: Safari has one. Null where there is none. No decoder is shipped:
 * those there are take megabytes, and a looser content security policy.
 */
export async function asJpeg(file: File): Promise<File | null> {
  try {
    const picture = await createImageBitmap(file)
    const canvas = document.createElement('canvas')
    canvas.width = picture.width
    canvas.height = picture.height
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    picture.close()
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    const name = file.name.replace(/\.[^.]*$/, '') + '.jpg'
    return blob && blob.type === 'image/jpeg' ? new File([blob], name, { type: blob.type }) : null
  } catch {
    return null
  }
}

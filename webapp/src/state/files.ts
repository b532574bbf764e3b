import { pb } from './pb'
import { sync } from './sync.svelte'

/**
 * Where a browser can save a document's bytes by itself, for two minutes: here, while they have not come to the server.
 * @throws when the server cannot be reached or refuses
 */
export async function fileAddress(intervention: string, document: string, stored: boolean): Promise<string> {
  const bytes = stored ? undefined : await sync.read.bytes(document, 'file')
  if (bytes) {
    const here = URL.createObjectURL(new Blob([bytes]))
    setTimeout(() => URL.revokeObjectURL(here), 120_000)
    return here
  }
  const token = await pb.files.getToken()
  return `/api/chaski/v1/rendiciones/${intervention}/documents/${document}/file?token=${encodeURIComponent(token)}`
}

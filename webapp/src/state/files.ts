import { pb } from './pb'

/**
 * Where a browser can save a document's bytes by itself, for two minutes.
 * @throws when the server cannot be reached or refuses
 */
export async function fileAddress(intervention: string, document: string): Promise<string> {
  const token = await pb.files.getToken()
  return `/api/chaski/v1/rendiciones/${intervention}/documents/${document}/file?token=${encodeURIComponent(token)}`
}

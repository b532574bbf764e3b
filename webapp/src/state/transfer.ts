import { DetailedError, Upload } from 'tus-js-client'
import type { FileOnItsWay } from './uploads.svelte'
import type { Schemas } from './api'
import { pb } from './pb'

const ENDPOINT = '/api/chaski/v1/uploads'
/** What is lost at most behind a proxy that keeps requests whole. */
const PIECE = 2 << 20
/** Quick at first, patient later; beyond it the caller starts anew. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]

export interface TransferEvents {
  /** The upload has its address. */
  begun: (upload: string) => void
  /** The server holds so many bytes. */
  held: (bytes: number) => void
  whole: () => void
  /** The server refuses this file; the message says what to do. */
  refused: (message: string) => void
  /** It does not let us in for now: that says nothing of the file. */
  shut: () => void
  /** No answer, again and again; or the server is in trouble itself, and says so. */
  lost: (message: string) => void
}

/** Sends one file, going on from what the server holds. */
export function transfer(file: File, facts: FileOnItsWay, on: TransferEvents): Upload {
  const upload: Upload = new Upload(file, {
    endpoint: ENDPOINT,
    uploadUrl: facts.upload === '' ? null : `${ENDPOINT}/${facts.upload}`,
    chunkSize: PIECE,
    retryDelays: RETRY_MS,
    // Our own record maps hash to address; the library's guesses by name and date.
    storeFingerprintForResuming: false,
    fingerprint: () => Promise.resolve(facts.key),
    metadata: {
      intervention: facts.intervention,
      kind: facts.kind,
      filename: facts.name,
      sha256: facts.sha256,
      ...(facts.replaces === '' ? {} : { replaces: facts.replaces }),
    },
    onBeforeRequest: (request) => request.setHeader('Authorization', pb.authStore.token),
    // What the system says of the network may be wrong both ways: only answers count.
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0
      return problemOf(error) === null && (status === 0 || status >= 500 || [409, 423, 429].includes(status))
    },
    onUploadUrlAvailable: () => on.begun((upload.url ?? '').split('/').pop() ?? ''),
    onChunkComplete: (_, accepted) => on.held(accepted),
    onSuccess: on.whole,
    onError: (error) => {
      const problem = error instanceof DetailedError ? problemOf(error) : null
      const status = error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0
      if (shutsOut(status, problem?.code)) on.shut()
      else if (problem && status < 500) on.refused(problem.message)
      else on.lost(problem?.message ?? '')
    },
  })
  return upload
}

/** Whoever signs in again, or whose device is put back in use, goes on with the file where it was. */
export const shutsOut = (status: number, code?: string): boolean =>
  status === 401 || code === 'device_revoked' || code === 'device_wiped'

/** The fault in an answer of ours, null if there is none. */
function problemOf(error: DetailedError): Schemas['Problem'] | null {
  try {
    const body = JSON.parse(error.originalResponse?.getBody() ?? '') as Partial<Schemas['FaultBody']>
    return body.error?.message ? body.error : null
  } catch {
    return null
  }
}

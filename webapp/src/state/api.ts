import type { components } from '../sync/wire.gen'
import { limited } from './limit'
import { net } from './net.svelte'
import { pb } from './pb'

export type Schemas = components['schemas']

/** A refusal of the server; `problem.message` is Spanish and says what to do. */
export class ApiFault extends Error {
  constructor(
    readonly status: number,
    readonly problem: Schemas['Problem'],
  ) {
    super(problem.message)
  }
}

/** No answer: no network, the door shut, or an answer that is not ours. */
export class NoAnswer extends Error {}

/**
 * GET under `/api/chaski/v1`. What takes too long has no answer.
 * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached
 */
export async function get<T>(path: string): Promise<T> {
  const [response, body] = await limited(async (signal) => {
    const got = await net.gate.fetch(`/api/chaski/v1${path}`, {
      headers: { Authorization: pb.authStore.token },
      signal,
    })
    return [got, (await got.json().catch(() => null)) as unknown] as const
  }).catch(() => {
    throw new NoAnswer()
  })
  if (response.ok && body !== null) return body as T
  const fault = body as Partial<Schemas['FaultBody']> | null
  if (fault?.error?.message) throw new ApiFault(response.status, fault.error)
  throw new NoAnswer()
}

/**
 * The bytes under `/api/chaski/v1`.
 * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached
 */
export async function getBlob(path: string): Promise<Blob> {
  let response: Response
  try {
    response = await net.gate.fetch(`/api/chaski/v1${path}`, { headers: { Authorization: pb.authStore.token } })
  } catch {
    throw new NoAnswer()
  }
  if (!response.ok) {
    const fault = (await response.json().catch(() => null)) as Partial<Schemas['FaultBody']> | null
    throw fault?.error?.message ? new ApiFault(response.status, fault.error) : new NoAnswer()
  }
  return response.blob().catch(() => {
    throw new NoAnswer()
  })
}

/**
 * Saves what is under `/api/chaski/v1` as a file of the person's own.
 * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached
 */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await getBlob(path))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

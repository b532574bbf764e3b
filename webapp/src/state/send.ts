import { ApiFault, NoAnswer, type Schemas } from './api'
import { net } from './net.svelte'
import { pb } from './pb'

interface Sent {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON; a Blob is sent as it is. */
  body?: unknown
  signal?: AbortSignal
}

/**
 * Asks for a change under `/api/chaski/v1`. Answers undefined where the server has nothing to say.
 * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached or the signal is raised
 */
export async function send<T>(path: string, { method, body, signal }: Sent): Promise<T> {
  const raw = body instanceof Blob
  let response: Response
  try {
    response = await net.gate.fetch(`/api/chaski/v1${path}`, {
      method,
      headers: {
        Authorization: pb.authStore.token,
        'Content-Type': raw ? 'application/octet-stream' : 'application/json',
      },
      body: body === undefined ? null : raw ? body : JSON.stringify(body),
      signal: signal ?? null,
    })
  } catch {
    throw new NoAnswer()
  }
  if (response.status === 204) return undefined as T
  const answer = (await response.json().catch(() => null)) as unknown
  if (response.ok && answer !== null) return answer as T
  const fault = answer as Partial<Schemas['FaultBody']> | null
  if (fault?.error?.message) throw new ApiFault(response.status, fault.error)
  throw new NoAnswer()
}

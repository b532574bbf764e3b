import { ClientResponseError } from 'pocketbase'
import { replicates } from '../domain/roles'
import type { Session } from '../sync/contract'
import { ApiFault, get, type Schemas } from './api'
import { net } from './net.svelte'
import { pb } from './pb'
import { send } from './send'

const KEY = 'chaski-session'

function remembered(): Session | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Session | null
  } catch {
    return null
  }
}

export type SignInProblem = 'wrong' | 'no_answer' | 'refused'

/** Who works on this device. Remembered, so that a cold start without signal asks nothing. */
class SessionState {
  current = $state.raw<Session | null>(remembered())
  /** The server no longer takes the token. Work goes on; nothing was cleared. */
  expired = $state(false)
  /** What the server said when it refused a sign-in. */
  refusal = $state('')

  /** Signs in; '' when well. */
  async signIn(email: string, password: string): Promise<SignInProblem | ''> {
    const { token, record } = pb.authStore
    try {
      await pb.collection('users').authWithPassword(email, password)
      const session = await get<Session>('/session')
      this.#remember(session)
      this.expired = false
      return ''
    } catch (error) {
      // Half signed in is not signed in: the token of who worked here stays.
      if (pb.authStore.token !== token) pb.authStore.save(token, record)
      return this.#problemOf(error)
    }
  }

  /** Asks the server who we are: whether it said so. Only its 401 ends the session, and only by a flag. */
  async refresh(): Promise<boolean> {
    if (!this.current) return false
    try {
      this.#remember(await get<Session>('/session'))
      this.expired = false
      // The engine renews the token of those who have one.
      if (!replicates(this.current.role) && pb.authStore.isValid) await pb.collection('users').authRefresh()
      return true
    } catch (error) {
      if (error instanceof ApiFault && error.status === 401) this.expired = true
      return false
    }
  }

  /**
   * Ends this person's sessions everywhere else. This one goes on with a new token.
   * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached
   */
  async closeOthers(): Promise<void> {
    const { token } = await send<Schemas['NewToken']>('/session/close-others', { method: 'POST' })
    pb.authStore.save(token, pb.authStore.record)
  }

  /** Forgets who works here. The replica and the unsent work stay on the device. */
  signOut(): void {
    pb.authStore.clear()
    localStorage.removeItem(KEY)
    this.current = null
    this.expired = false
    // The demo's cut has no switch before somebody signs in: it would lock the phone.
    net.setCut(false)
  }

  /** Another tab signed somebody else in or out: this one starts anew. */
  watch(): void {
    addEventListener('storage', (e) => {
      if (e.key === KEY && remembered()?.user !== this.current?.user) location.reload()
    })
  }

  #remember(session: Session): void {
    localStorage.setItem(KEY, JSON.stringify(session))
    this.current = session
  }

  #problemOf(error: unknown): SignInProblem {
    if (error instanceof ApiFault) {
      this.refusal = error.message
      return 'refused'
    }
    if (error instanceof ClientResponseError && error.status > 0) {
      const body = error.response as { error?: { message?: string } }
      if (body.error?.message) {
        this.refusal = body.error.message
        return 'refused'
      }
      return error.status < 500 ? 'wrong' : 'no_answer'
    }
    return 'no_answer'
  }
}

export const session = new SessionState()

/** Leaves nothing of who works here in the browser's own store; what is on the screen stays until he leaves it. */
export function forgetUser(): void {
  pb.authStore.clear()
  localStorage.removeItem(KEY)
  if (!('caches' in globalThis)) return
  void caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))
}

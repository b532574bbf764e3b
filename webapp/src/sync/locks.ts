/**
 * One tab syncs for each user; the others share the databases and learn the
 * state over a channel. When the leading tab ends, however it ends, the browser
 * gives the lock to the next.
 */
import type { SyncStatus } from './contract'

/** Calls `lead` once this tab holds the lock; the lock is held until its promise ends. */
export async function whenLeader(name: string, signal: AbortSignal, lead: () => Promise<void>): Promise<void> {
  try {
    await navigator.locks.request(name, { signal }, lead)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

export type TabMessage =
  | { kind: 'status'; status: SyncStatus }
  | { kind: 'enqueued' }
  | { kind: 'hello' }
  | { kind: 'sync'; ask: string }
  | { kind: 'synced'; ask: string }
  /** This user's device was ordered to hold nothing any more. */
  | { kind: 'erase' }

export class Tabs {
  private readonly channel: BroadcastChannel

  constructor(name: string, onMessage: (message: TabMessage) => void) {
    this.channel = new BroadcastChannel(name)
    this.channel.onmessage = (e: MessageEvent<TabMessage>) => onMessage(e.data)
  }

  post(message: TabMessage): void {
    this.channel.postMessage(message)
  }

  close(): void {
    this.channel.close()
  }
}

import { openDevice, type Device } from '../db/device'
import type { FilesStatus, SyncEngine, SyncStatus } from '../sync/contract'
import { createEngine } from '../sync/engine'
import type { Reader } from '../sync/reader'
import worker from '../sync/sync.worker?worker&url'
import { net } from './net.svelte'
import { pb } from './pb'
import { forgetUser } from './session.svelte'
import { storage } from './storage.svelte'
import { scriptURL } from './trusted'

export const APP_VERSION = __APP_VERSION__

const NO_FILES: FilesStatus = {
  waiting: 0,
  bytes: 0,
  refused: 0,
  current: '',
  sent: 0,
  held: '',
  wifiOnly: false,
}

const NOTHING_YET: SyncStatus = {
  phase: 'idle',
  done: 0,
  total: 0,
  pending: 0,
  work: {},
  rejected: 0,
  parked: 0,
  resending: 0,
  files: NO_FILES,
  synced_at: '',
  in_sync: false,
  business_date: '',
  server_time: '',
  clock_offset_ms: 0,
  problem: '',
  standing: 'active',
  locked: false,
  retry_at: '',
}

interface Open {
  user: string
  syncs: boolean
  device: Device
  engine: SyncEngine
  unsubscribe: () => void
}

/** The databases and the engine of the person who works here, and the engine's word on how things stand. */
class Sync {
  status = $state.raw<SyncStatus>(NOTHING_YET)
  /** Whose databases are open; '' if nobody's. */
  user = $state('')
  #open: Open | null = null
  /** What an older app kept elsewhere is in the work database, as far as it could be read. */
  takenOver: Promise<void> = Promise.resolve()

  /**
   * Opens a user's databases and, where he has a replica, starts syncing; again with the same user does nothing.
   * Who works online has his drafts here.
   */
  start(user: string, syncs: boolean): void {
    if (this.#open?.user === user && this.#open.syncs === syncs) return
    void this.stop()
    const device = openDevice(user, (news) => storage.hear(news, user))
    const engine = createEngine({
      user,
      work: device.work,
      pb,
      gate: net.gate,
      appVersion: APP_VERSION,
      spawn: () => new Worker(scriptURL(worker), { type: 'module' }),
      erase: () => {
        storage.forget(user)
        forgetUser()
      },
      heard: (news) => storage.hear(news, user),
    })
    const unsubscribe = engine.subscribe((status) => {
      // A leading tab of an older app does not say what kinds of work wait, nor of files.
      this.status = { ...status, work: status.work ?? { '': status.pending }, files: status.files ?? NO_FILES }
      if (status.synced_at !== '' && !storage.holds(user)) storage.holding(user)
    })
    this.#open = { user, syncs, device, engine, unsubscribe }
    this.user = user
    this.takenOver = import('../db/rendicion').then((old) => old.takeOver(user, device)).catch(storage.reading)
    if (syncs) void engine.start()
  }

  /** Stops syncing. Everything stays on the device. */
  async stop(): Promise<void> {
    const open = this.#open
    this.#open = null
    this.user = ''
    this.status = NOTHING_YET
    storage.reading('')
    if (!open) return
    open.unsubscribe()
    await open.engine.stop()
    open.device.close()
  }

  get read(): Reader {
    return this.#need().device.read
  }

  get engine(): SyncEngine {
    return this.#need().engine
  }

  #need(): Open {
    if (!this.#open) throw new Error('no user is signed in')
    return this.#open
  }
}

export const sync = new Sync()

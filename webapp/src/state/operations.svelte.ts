import type { Schemas } from './api'
import { Ask } from './ask.svelte'
import { Remote } from './remote.svelte'
import { send } from './send'

const ASK_EVERY = 5000

/** How the server is, asked again while a backup is being made. */
export class ServerState {
  readonly remote = new Remote<Schemas['Operations']>(() => '/operations')
  readonly ask = new Ask()
  readonly making = $derived(this.remote.data?.backup.running_since !== undefined)

  constructor() {
    $effect(() => {
      if (!this.making) return
      const asking = setInterval(() => void this.remote.refresh(), ASK_EVERY)
      return () => clearInterval(asking)
    })
  }

  async backUp(): Promise<void> {
    await this.ask.run(() => send<Schemas['Operations']>('/operations/backup', { method: 'POST' }))
    await this.remote.refresh()
  }
}

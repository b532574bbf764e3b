import { ApiFault } from './api'
import { session } from './session.svelte'

/** One thing the person asked of the server: whether it is under way, and what came of it. */
export class Ask {
  busy = $state(false)
  /** What the server said when it refused. */
  refusal = $state('')
  /** The field the refusal belongs to, or ''. */
  field = $state('')
  /** No answer came. */
  offline = $state(false)

  /** Runs it, once at a time; undefined when it did not go well. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined
    this.clear()
    this.busy = true
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ApiFault)) {
        this.offline = true
        return undefined
      }
      this.refusal = error.message
      this.field = error.problem.field ?? ''
      if (error.status === 401) void session.refresh()
      return undefined
    } finally {
      this.busy = false
    }
  }

  clear(): void {
    this.refusal = ''
    this.field = ''
    this.offline = false
  }

  /** What to say at a field; the rest is said above the form. */
  at(...fields: string[]): string {
    return fields.includes(this.field) ? this.refusal : ''
  }
}

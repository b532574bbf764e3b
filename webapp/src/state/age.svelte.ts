import { onMount } from 'svelte'
import { clock } from './clock.svelte'

const WAIT_MS = 1000

/**
 * Whether it is known how old the data on the phone are, or was waited for long enough:
 * what is ordered or listed by it would change places under the thumb. For a screen,
 * while it is set up.
 */
export function ageKnown(): () => boolean {
  let waited = $state(false)
  onMount(() => {
    const timer = setTimeout(() => (waited = true), WAIT_MS)
    return () => clearTimeout(timer)
  })
  return () => clock.syncedAt > 0 || waited
}

/** What the screens are told, derived from the core's state. Pure. */
import type { FilesStatus, SyncStatus } from './contract'
import type { CoreState } from './core'
import { isLocked } from './lease'
import type { OutboxCounts, ReplicaMeta } from './ports'
import { isUncured } from './reconcile'

/** How it stands with the file being sent. */
export type Sending = Pick<FilesStatus, 'current' | 'sent' | 'held'>

export const NOT_SENDING: Sending = { current: '', sent: 0, held: '' }

export function statusOf(
  s: CoreState,
  meta: ReplicaMeta,
  counts: OutboxCounts,
  progress: { done: number; total: number },
  sending: Sending = NOT_SENDING,
): SyncStatus {
  const { push, pull } = s.channels
  const waiting = Object.values(s.channels).filter((ch) => ch.phase === 'waiting')
  const phase =
    push.phase === 'busy' && counts.pending > 0
      ? 'pushing'
      : pull.phase === 'busy'
        ? 'pulling'
        : waiting.length > 0
          ? 'waiting'
          : 'idle'
  return {
    phase,
    ...(phase === 'pushing' || phase === 'pulling' ? progress : { done: 0, total: 0 }),
    pending: counts.pending,
    work: counts.work,
    rejected: counts.rejected,
    parked: counts.parked,
    resending: counts.resending,
    files: { ...counts.files, ...sending },
    synced_at: meta.synced_at,
    in_sync: s.verified && counts.pending === 0 && counts.files.waiting === 0,
    business_date: meta.business_date,
    server_time: meta.server_time,
    clock_offset_ms: meta.clock_offset_ms,
    problem: s.problem || (isUncured(meta) ? 'differs' : ''),
    standing: s.standing,
    locked: isLocked(s.lease),
    retry_at: phase === 'waiting' ? new Date(Math.min(...waiting.map((ch) => ch.until))).toISOString() : '',
  }
}

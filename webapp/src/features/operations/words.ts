import { m } from '../../i18n'
import type { Schemas } from '../../state/api'
import type { IconName } from '../../ui/icons'

type Tone = 'ok' | 'bad' | 'warn' | 'plain'
type Check = keyof Schemas['Readiness']['checks']
type State = Schemas['Operations']['backup']['state']

/** How the newest backup stands, and what to do about it. */
export const backups: Record<State, { tone: Tone; icon: IconName; text: () => string; todo?: () => string }> = {
  ok: { tone: 'ok', icon: 'check', text: m.ops_backup_ok },
  none: { tone: 'warn', icon: 'alert', text: m.ops_backup_none, todo: m.ops_backup_none_todo },
  old: { tone: 'bad', icon: 'clock', text: m.ops_backup_old, todo: m.ops_backup_old_todo },
  flawed: { tone: 'warn', icon: 'alert', text: m.ops_backup_flawed, todo: m.ops_backup_flawed_todo },
  failed: { tone: 'bad', icon: 'alert', text: m.ops_backup_failed, todo: m.ops_backup_failed_todo },
}

/** The checks of readiness, in the order in which to look at them. */
export const checks: { key: Check; text: () => string; todo: () => string }[] = [
  { key: 'database', text: m.ops_check_database, todo: m.ops_check_database_todo },
  { key: 'disk', text: m.ops_check_disk, todo: m.ops_check_disk_todo },
  { key: 'migrations', text: m.ops_check_migrations, todo: m.ops_check_migrations_todo },
  { key: 'backlog', text: m.ops_check_backlog, todo: m.ops_check_backlog_todo },
]

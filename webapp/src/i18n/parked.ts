/** Words of work that waits for review. */
import { m } from './index'

const WHY: Record<string, () => string> = {
  assignment_ended: m.parked_assignment_ended,
  never_assigned: m.parked_never_assigned,
  device_revoked: m.parked_device_revoked,
  parent_parked: m.parked_parent,
}
const WHY_LONG: Record<string, () => string> = {
  assignment_ended: m.parked_assignment_ended_text,
  never_assigned: m.parked_never_assigned_text,
  device_revoked: m.parked_device_revoked_text,
  parent_parked: m.parked_parent_text,
}

/** Why it waits: short, and in full with what to look at. */
export const parkedWhy = (why: string): string => WHY[why]?.() ?? m.parked_other_why()
export const parkedWhyText = (why: string): string => WHY_LONG[why]?.() ?? ''

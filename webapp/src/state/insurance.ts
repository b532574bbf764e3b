import type { Day } from '../domain/day'
import { coverageReader, isInForce, type Cover } from '../domain/insurance'
import { rosterOn, type Worker } from '../domain/roster'
import { whyUncovered, type Uncovered } from '../domain/uncovered'
import { clock } from './clock.svelte'
import { ofWork, type Row } from './replica'

export type PolicyRow = Row<'insurance_policies'>
export interface CertificateEntry {
  row: Row<'insurance_certificates'>
  photos: number
}

/** The insurance of a work as this device knows it. */
export interface WorkInsurance {
  /** Those in force first, then the newest; each with its certificates. */
  policies: { row: PolicyRow; inForce: boolean; certificates: CertificateEntry[] }[]
  uncovered: (Worker & Uncovered)[]
  /** Covered today, but not known so on their first day. */
  late: (Worker & { cover: Cover })[]
  roster: number
}

export async function insuranceOf(work: string, day: Day, fresh: boolean): Promise<WorkInsurance> {
  const [participants, cupos, policies, insured, certificates, photos] = await Promise.all([
    ofWork('participants', work),
    ofWork('cupos', work),
    ofWork('insurance_policies', work),
    ofWork('insured_persons', work),
    ofWork('insurance_certificates', work),
    ofWork('certificate_photos', work),
  ])
  const onDay = (on: Day) => coverageReader(on, clock.today, policies, insured, fresh, certificates)
  const today = onDay(day)
  const roster = rosterOn(participants, cupos, day)
  const firstDays = new Map([...new Set(roster.map((w) => w.alta_on))].map((on) => [on, onDay(on)]))
  return {
    policies: policies
      .map((row) => ({
        row,
        inForce: isInForce(row, day),
        certificates: certificates
          .filter((c) => c.insurance_policy === row.id)
          .sort((a, b) => b.issued_on.localeCompare(a.issued_on))
          .map((c) => ({ row: c, photos: photos.filter((p) => p.insurance_certificate === c.id).length })),
      }))
      .sort((a, b) => Number(b.inForce) - Number(a.inForce) || b.row.valid_from.localeCompare(a.row.valid_from)),
    uncovered: roster
      .filter((w) => today(w.dni).status === 'sin_cobertura')
      .map((w) => ({ ...w, ...whyUncovered(w, day, { policies, insured, certificates }) })),
    late: roster.flatMap((w) => {
      const cover = firstDays.get(w.alta_on)?.(w.dni)
      return cover?.status === 'acreditada_despues' && today(w.dni).status === 'cubierto' ? { ...w, cover } : []
    }),
    roster: roster.length,
  }
}

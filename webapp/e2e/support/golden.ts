import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import type { Schemas } from './api'

interface Golden {
  aei: { meta: number; ejecutado: number; pct_exacto: string }
  cuadro1: {
    numero_ao: number
    ao_ge_100: number
    ejecucion_financiera: string
    promedio_ajustado_2dec: string
  }
  actividades_operativas: {
    codigo_ao: string | null
    unidad_medida: string
    categoria_presupuestal: string
    marco_financiamiento: string
    fisico: { programado: number; ejecutado: number; pct_exacto: string }
    financiero: { programado: string; ejecutado: string; pct_exacto: string }
  }[]
  empleos: { por_origen: { anio_recurso: number; marco: string; empleos: number }[] }
}

const golden = JSON.parse(
  readFileSync(new URL('../../../internal/demo/golden-2023.json', import.meta.url), 'utf8'),
) as Golden

const units: Record<string, string> = {
  Informe: 'management_report',
  'Asistencia Técnica': 'technical_assistance',
  'Empleo Temporal': 'job',
  Transferencia: 'transfer',
}
const frames: Record<string, string> = { ORDINARIO: 'ordinary', LEY_31728: 'ley_31728' }

/** The board of the closed exercise 2023 is the published report, cell by cell. */
export function expectGolden2023(board: Schemas['Board']): void {
  expect(board.exercise).toMatchObject({ year: 2023, kind: 'real', closed: true })
  const got = board.items.map((row) => ({
    code: row.code,
    unit: row.unit_measure,
    frame: row.funding_frame,
    category: row.budget_category,
    physical: cells(row.physical),
    financial: cells(row.financial),
  }))
  const want = golden.actividades_operativas.map((ao) => ({
    code: ao.codigo_ao ?? '',
    unit: units[ao.unidad_medida],
    frame: frames[ao.marco_financiamiento],
    category: ao.categoria_presupuestal,
    physical: [String(ao.fisico.programado), String(ao.fisico.ejecutado), half(ao.fisico.pct_exacto)],
    financial: [ao.financiero.programado, ao.financiero.ejecutado, half(ao.financiero.pct_exacto)],
  }))
  expect(sorted(got)).toEqual(sorted(want))
  expect(board.summary).toMatchObject({
    aos: golden.cuadro1.numero_ao,
    aos_at_least_100: golden.cuadro1.ao_ge_100,
    average_adjusted: golden.cuadro1.promedio_ajustado_2dec,
  })
  expect(board.summary.financial.executed).toBe(golden.cuadro1.ejecucion_financiera)
  expect(cells(board.aei)).toEqual([String(golden.aei.meta), String(golden.aei.ejecutado), golden.aei.pct_exacto])
  expect(sorted(board.aei.lines.map((l) => [l.funding_year, l.funding_frame, l.executed]))).toEqual(
    sorted(golden.empleos.por_origen.map((o) => [o.anio_recurso, frames[o.marco], String(o.empleos)])),
  )
}

function cells(gauge: { target: string; executed: string; percent: string }): string[] {
  return [gauge.target, gauge.executed, gauge.percent]
}

/** "109.5930232558" -> "109.5930": half-up at four decimals, without binary fractions. */
function half(percent: string): string {
  const [whole = '0', fraction = ''] = percent.split('.')
  const scaled = BigInt(whole + fraction.slice(0, 4).padEnd(4, '0')) + (Number(fraction[4] ?? 0) >= 5 ? 1n : 0n)
  const digits = scaled.toString().padStart(5, '0')
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`
}

function sorted<T>(rows: T[]): T[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

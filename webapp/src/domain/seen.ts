/** What of a rendición its author saw, as it is sent. Apart from its account: the rules of forms ask it, which every start loads. */
export const EXPENSES = ['monc', 'insumos', 'herramientas', 'epp', 'seguros', 'personal_tecnico', 'otros'] as const
export const LINES = ['cofinanciamiento_oe', ...EXPENSES, 'devuelto', 'saldo'] as const
export type Line = (typeof LINES)[number]

/** Céntimos: what no amount reaches. */
export const LARGEST = 10n ** 13n

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Whether the server reads it as what somebody saw (internal/domain/rendicion/seen.go). */
export function isSeen(v: Record<string, unknown>): boolean {
  const { lines, documents, answers } = v
  return (
    Object.keys(v).length === 3 &&
    isObject(lines) &&
    Object.entries(lines).every(
      ([line, n]) =>
        LINES.includes(line as Line) &&
        Number.isSafeInteger(n) &&
        (n as number) >= 0 &&
        (n as number) <= Number(LARGEST),
    ) &&
    Array.isArray(documents) &&
    documents.every((id) => typeof id === 'string') &&
    isObject(answers) &&
    Object.values(answers).every((text) => typeof text === 'string')
  )
}

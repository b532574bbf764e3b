/** Numbers on insurance papers, as internal/domain/identity and naturalkey read them; both sides pass testdata/rules. Pure. */

const WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]

/** Eleven digits, the last of which completes the others (SUNAT). */
export function isRuc(text: string): boolean {
  if (!/^(10|15|16|17|20)\d{9}$/.test(text)) return false
  const sum = WEIGHTS.reduce((all, weight, i) => all + weight * Number(text[i]), 0)
  return (11 - (sum % 11)) % 10 === Number(text[10])
}

const WORD = /^POLIZA[ .:]*(?:N(?:RO|UM|UMERO|O)?[ .:]+)?/

/** What two spellings of one policy's number have in common: its letters and digits; '' for none. */
export function policyNumber(text: string): string {
  const plain = text
    .normalize('NFD')
    .replace(/[\p{Mn}\p{Cf}º°ª˚]/gu, '')
    .toUpperCase()
    .replace(/\s+/gu, ' ')
    .trim()
  return plain.replace(WORD, '').replace(/[^A-Z0-9]/g, '')
}

export const isPolicyNumber = (text: string): boolean => policyNumber(text) !== ''

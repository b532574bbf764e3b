/** A DNI is eight digits kept as text; the check character is not part of it. */
export function isDni(text: string): boolean {
  return /^\d{8}$/.test(text)
}

const SHOWN_DIGITS = 3

/**
 * `•••••678`: what a screen shows where the whole number is not needed; the server has the same rule
 * (internal/domain/identity).
 */
export function maskDni(dni: string): string {
  const digits = [...dni]
  const hidden = digits.length <= SHOWN_DIGITS ? digits.length : digits.length - SHOWN_DIGITS
  return '•'.repeat(hidden) + digits.slice(hidden).join('')
}

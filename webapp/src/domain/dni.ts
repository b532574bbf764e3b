/** A DNI is eight digits kept as text; the check character is not part of it. */
export function isDni(text: string): boolean {
  return /^\d{8}$/.test(text)
}

/** `••••1234`: what a screen shows where the whole number is not needed. */
export function maskDni(dni: string): string {
  return `••••${dni.slice(-4)}`
}

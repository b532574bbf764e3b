/** The bounds of a password: characters at least, bytes at most. */
export const PASSWORD_MIN = 10
const PASSWORD_MAX = 71

/** What guessing begins with; internal/domain/account has the same list. */
const GUESSED = new Set(
  (
    'password contrasena contraseña clave qwerty qwertyuiop asdfghjkl admin administrador administrator usuario ' +
    'supervisor coordinador ejecutor bienvenido welcome letmein iloveyou teamo peru perú lima llamkasun llamkasunperu ' +
    'chaski trabaja trabajaperu municipalidad sistema prueba test temporal secreto secret master abc abcd abcdef'
  ).split(' '),
)

export type PasswordProblem = '' | 'short' | 'long' | 'guessable'

/** Why a password is refused; '' when it is good. The server has the last word by the same rule. */
export function passwordProblem(password: string, email: string, name: string): PasswordProblem {
  if ([...password].length < PASSWORD_MIN) return 'short'
  if (new TextEncoder().encode(password).length > PASSWORD_MAX) return 'long'
  const lower = password.toLowerCase()
  const stem = lower.replace(/^[0-9 .,;:\-_!¡?¿@#$%&*+/()=]+|[0-9 .,;:\-_!¡?¿@#$%&*+/()=]+$/g, '')
  const guessable =
    new Set(lower).size < 5 || stem === '' || GUESSED.has(stem) || isRun(lower) || holdsOwn(lower, email, name)
  return guessable ? 'guessable' : ''
}

function isRun(lower: string): boolean {
  const points = [...lower].map((c) => c.codePointAt(0) ?? 0)
  const steps = points.slice(1).map((p, i) => p - (points[i] ?? 0))
  const up = steps.filter((s) => s === 1).length
  const down = steps.filter((s) => s === -1).length
  return Math.max(up, down) >= points.length - 2
}

function holdsOwn(lower: string, email: string, name: string): boolean {
  const parts = [...name.toLowerCase().split(/\s+/), email.toLowerCase().split('@')[0] ?? '']
  return parts.some((p) => [...p].length >= 4 && [...lower].length - [...p].length < 6 && lower.includes(p))
}

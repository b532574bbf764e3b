import { open } from 'node:fs/promises'

/** What a national roster takes: works to be imported first, then a row a person. */
export interface National {
  rows: number
  works: number
  /** RUC and district of the demo that every work names. */
  ruc: string
  ubigeo: string
  /** Civil days, dd/mm/yyyy. */
  from: string
  to: string
}

const code = (n: number) => `97-${String(n + 1).padStart(4, '0')}-AII-26`

export async function writeWorks(path: string, n: National): Promise<void> {
  const lines = [
    'Código de convenio;Nombre de la intervención;Ubigeo;Inicio;Término;RUC del proponente;Año del recurso;Marco de financiamiento;Monto del convenio (S/);Estado',
  ]
  for (let w = 0; w < n.works; w++) {
    lines.push(
      `${code(w)};Mantenimiento de camino de ejemplo ${w + 1};${n.ubigeo};${n.from};${n.to};${n.ruc};2026;Ordinario;150000.00;En ejecución`,
    )
  }
  const file = await open(path, 'w')
  await file.write(lines.join('\n') + '\n')
  await file.close()
}

const given = ['Juana', 'Rosa Elvira', 'Julio', 'Máximo', 'Luz Marina', 'Ñusta', 'Américo', 'Nilda']
const family = ['Quispe', 'Mamani', 'Condori', 'Ñahui', 'Huamán', 'Ccori', 'Apaza', 'Sulca', 'Yupanqui']
const pick = (list: readonly string[], n: number) => list[n % list.length] ?? ''

/** One row in turn for each work, as a national table sorted by person comes. */
export async function writeRoster(path: string, n: National): Promise<void> {
  const file = await open(path, 'w')
  await file.write(
    'Código de convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Fecha de nacimiento;Fecha de alta;Póliza;RUC de la aseguradora;Aseguradora;Póliza desde;Póliza hasta\n',
  )
  let part: string[] = []
  for (let i = 0; i < n.rows; i++) {
    const work = i % n.works
    const name = `${pick(given, i)};${pick(family, i)} ${pick(family, Math.floor(i / 7))}`
    part.push(
      `${code(work)};${Math.floor(i / n.works) + 1};${99000000 + ((i * 4 + 1) % 1000000)};${name};${i % 3 ? 'F' : 'M'};` +
        `1${i % 10}/0${(i % 9) + 1}/19${70 + (i % 30)};${n.from};POL-${work + 1};20100070970;Aseguradora de ejemplo;${n.from};${n.to}`,
    )
    if (part.length === 5000 || i === n.rows - 1) {
      await file.write(part.join('\n') + '\n')
      part = []
    }
  }
  await file.close()
}

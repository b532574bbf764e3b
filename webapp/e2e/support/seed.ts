import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, loadDemo } from './chaski'

/** Loads the demo once; each test starts from a copy of it. */
export default async function seed(): Promise<() => Promise<void>> {
  if (!existsSync(binary)) throw new Error('bin/chaski is not built: run make build')
  const folder = await mkdtemp(join(tmpdir(), 'chaski-e2e-'))
  process.env['CHASKI_E2E'] = folder
  await loadDemo(join(folder, 'seed'))
  return () => rm(folder, { recursive: true, force: true })
}

/** One process at a time on a folder. A killed one leaves its name behind; it is seen to be gone. */
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether the holder still runs; a number may have been given to another program since. */
async function alive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'node-client')
  return command.includes('node-client')
}

/** @returns a function that lets the folder go */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'lock')
  for (let tries = 0; tries < 5; tries++) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' })
      return () => unlink(path)
    } catch {
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (holder && (await alive(holder))) throw new Error(`another process works on ${folder}: ${holder}`)
      await unlink(path).catch(() => undefined)
    }
  }
  throw new Error(`cannot lock ${folder}`)
}

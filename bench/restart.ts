/** The start of `npm start`, timed. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** The seconds from the start of the process until it says that it is ready, with this `DATA_DIR`. */
export async function secondsToStart(dataDir: string): Promise<number> {
  mkdirSync(dataDir, { recursive: true })
  const from = performance.now()
  const payfriend = spawn(process.execPath, ['local/start.ts'], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => payfriend.once('exit', () => resolve()))
  for await (const line of createInterface(payfriend.stdout)) {
    if (line.startsWith('Payfriend is ready')) {
      const seconds = (performance.now() - from) / 1000
      payfriend.kill()
      payfriend.stdout.resume()
      await ended
      return seconds
    }
  }
  throw new Error('npm start ended before it was ready')
}

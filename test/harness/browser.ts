/** The browser that the journeys run in: found or unpacked, never skipped in silence. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

type Launch = { executablePath?: string; channel?: string; env?: Record<string, string> }

/**
 * Start a headless Chromium. The caller closes it.
 *
 * Chosen in this order: `CHROMIUM_PATH`, the one npm brought (Linux x64), Debian's, the user's own
 * Chrome. Without any of them it throws, so that a machine without a browser cannot look green.
 */
export async function launchBrowser(): Promise<Browser> {
  const { env, ...launch } = await findBrowser()
  const inherited = Object.entries(process.env).filter((entry) => entry[1] !== undefined)
  return chromium.launch({
    ...launch,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    env: { ...(Object.fromEntries(inherited) as Record<string, string>), ...env },
  })
}

async function findBrowser(): Promise<Launch> {
  const named = process.env.CHROMIUM_PATH
  if (named) return { executablePath: named }
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked()
  if (existsSync('/usr/bin/chromium')) return { executablePath: '/usr/bin/chromium' }
  return { channel: 'chrome' }
}

/** npm's Chromium with the libraries and fonts it needs, unpacked once for each version. */
async function unpacked(): Promise<Launch> {
  const home = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))))
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const cache = resolve(import.meta.dirname, '../node_modules/.cache/chromium')
  const folder = join(cache, version)
  if (!existsSync(folder)) await unpack(join(home, 'bin'), cache, folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: { FONTCONFIG_PATH: join(folder, 'conf'), LD_LIBRARY_PATH: join(folder, 'al2023/lib') },
  }
}

async function unpack(bin: string, cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  // Under another name until whole: test files start at once, and none may run half a browser.
  const partial = await mkdtemp(join(cache, 'unpacking-'))
  await inflateTo(partial, ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'], bin)
  await mkdir(join(partial, 'conf'))
  // Without it every text is invisible: the package's own configuration names another folder.
  await writeFile(
    join(partial, 'conf', 'fonts.conf'),
    `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fontcache')}</cachedir>
</fontconfig>
`,
  )
  await rename(partial, folder).catch(() => rm(partial, { recursive: true }))
  if (!existsSync(folder)) throw new Error(`Chromium could not be unpacked into ${folder}`)
}

/** `inflate` asks for the temporary folder as it is called, so it is another one for a moment only. */
async function inflateTo(folder: string, archives: string[], bin: string): Promise<void> {
  const usual = process.env.TMPDIR
  process.env.TMPDIR = folder
  const all = Promise.all(archives.map((archive) => inflate(join(bin, archive))))
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  await all
}

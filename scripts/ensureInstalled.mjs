// Runs before `npm start`, `npm test` and others, on the machine's own Node, which may be old, so it is plain
// JavaScript. It installs the lock file's packages if they are not installed yet, then checks that Node 24 is there
// (it comes with the packages; see README, "What you need").
//
//     node scripts/ensureInstalled.mjs start    what starting needs, without the tools for building, tests and deploying
//     node scripts/ensureInstalled.mjs          everything
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const isStart = process.argv[2] === 'start'
const isWindows = process.platform === 'win32'
const NOTE = 'node_modules/.installed-lock.json'
/** What npm itself notes at the end of each installation. */
const NPMS_NOTE = 'node_modules/.package-lock.json'

const lock = readFileSync('package-lock.json', 'utf8')
const note = existsSync(NOTE) ? readFileSync(NOTE, 'utf8') : ''
/** Whether the lock file is installed, whole or as far as starting needs. */
const isInstalled = note === lock || (isStart && note === `start\n${lock}`) || isThere()

if (!isInstalled) {
  console.log(
    isStart
      ? 'Installing what starting needs: 310 MB, once, in about half a minute.'
      : 'Installing all packages: 860 MB, once, in about a minute.',
  )
  await install()
  writeFileSync(NOTE, isStart ? `start\n${lock}` : lock)
}

if (Number((await versionOfNode()).slice(1).split('.')[0]) < 24) {
  console.error(
    `Payfriend runs on Node 24. There is no Node 24 package for this machine, so please install Node 24 or newer yourself (found ${await versionOfNode()}).`,
  )
  process.exit(1)
}

/**
 * Whether somebody ran `npm ci`, with options of their own perhaps, such as `--ignore-scripts`, which a second installation
 * here would undo. Packages for other machines are never installed.
 */
function isThere() {
  if (!existsSync(NPMS_NOTE)) return false
  const { packages } = JSON.parse(readFileSync(NPMS_NOTE, 'utf8'))
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, { version, integrity, dev, optional, devOptional }]) =>
      path === '' ||
      optional ||
      devOptional ||
      (isStart && dev) ||
      (packages[path]?.version === version && packages[path].integrity === integrity),
  )
}

async function install() {
  const began = Date.now()
  // Without output for a minute the command would seem to hang.
  const telling = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000)
    console.log(`  … still installing, ${seconds} s so far`)
  }, 5_000)
  const npm = ['ci', '--loglevel=error', '--no-audit', '--no-fund']
  try {
    // `--loglevel=error`, because an older npm warns of packages that Node 24 will run.
    await run('npm', isStart ? [...npm, '--omit=dev'] : npm, { stdio: 'inherit', shell: isWindows })
  } finally {
    clearInterval(telling)
  }
}

function versionOfNode() {
  const PATH = `node_modules/.bin${isWindows ? ';' : ':'}${process.env.PATH}`
  return run('node', ['--version'], { env: { ...process.env, PATH }, shell: isWindows })
}

/** The output of a command; if the command fails, this process ends too. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    let written = ''
    child.stdout?.on('data', (data) => {
      written += data
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve(written.trim())
      console.error(`${command} ${args.join(' ')} ended with ${code}.`)
      process.exit(1)
    })
  })
}

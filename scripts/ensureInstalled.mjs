// Runs before `npm start` and `npm test`, on whatever Node the machine has, so it is plain old JavaScript:
// installs what the lock file names when that has not been done yet, then checks that Node 24 is there
// (it comes with the packages; see README, "What you need").
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'

const lock = 'package-lock.json'
const installed = 'node_modules/.installed-lock.json'
const same = (a, b) => existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b))

if (!same(lock, installed)) {
  console.log('Installing the packages that package-lock.json names (once, about half a minute) …')
  // With an older Node under npm, engine warnings speak of packages that Node 24 will run: noise.
  execFileSync('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  copyFileSync(lock, installed)
}

const version = execFileSync('node', ['--version'], {
  env: {
    ...process.env,
    PATH: `node_modules/.bin${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  },
  shell: process.platform === 'win32',
})
  .toString()
  .trim()
if (Number(version.slice(1).split('.')[0]) < 24) {
  console.error(
    `Payfriend runs on Node 24. There is no Node 24 package for this machine, so please install Node 24 or newer yourself (found ${version}).`,
  )
  process.exit(1)
}

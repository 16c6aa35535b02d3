// cdk.json starts this file on the machine's own Node, which may be old, so it is plain JavaScript. It runs the app
// on Node 24, which comes with the packages, or says in one sentence what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE = 24
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const packages = join(root, 'node_modules')

function refuse(sentence) {
  console.error(sentence)
  process.exit(1)
}

if (!existsSync(join(packages, 'aws-cdk-lib'))) {
  refuse('The packages of Payfriend are not installed: run `npm ci` first.')
}

// The app writes its output in a format that a cdk command older than the library cannot read.
const schema = join(packages, '@aws-cdk', 'cloud-assembly-schema', 'schema', 'version.json')
const needed = JSON.parse(readFileSync(schema, 'utf8')).revision
const known = process.env.CDK_CLI_ASM_VERSION
if (known !== undefined && Number(known.split('.')[0]) < needed) {
  refuse(
    `This cdk command (${process.env.CDK_CLI_VERSION || 'of unknown version'}) is too old for Payfriend: ` +
      'use the one that it brings, with `npx cdk` or `npm run deploy`.',
  )
}

let node = process.execPath
if (Number(process.versions.node.split('.')[0]) < NODE) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  node = join(packages, `node-${system}-${process.arch}`, 'bin', file)
  if (!existsSync(node)) {
    refuse(
      `Payfriend needs Node ${NODE} to deploy and this is ${process.version}: ` +
        `run \`npm ci\` once more, or install Node ${NODE} or newer yourself.`,
    )
  }
}

const { status, error } = spawnSync(node, [join(root, 'bin', 'payfriend.ts')], { stdio: 'inherit' })
if (error) refuse(`Payfriend could not start ${node}: ${error.message}`)
process.exit(status === null ? 1 : status)

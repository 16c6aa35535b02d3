import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import cdkJson from '../../cdk.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '../..')
const SCHEMA = '@aws-cdk/cloud-assembly-schema/schema'

/** A checkout with an app that only tells what it runs on. Each test breaks one thing about it. */
let checkout: string
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
  mkdirSync(join(checkout, 'bin'))
  cpSync(join(ROOT, 'bin/app.mjs'), join(checkout, 'bin/app.mjs'))
  writeFileSync(join(checkout, 'bin/payfriend.ts'), "console.log('on', process.version as string)")
  mkdirSync(join(checkout, 'node_modules', SCHEMA), { recursive: true })
  mkdirSync(join(checkout, 'node_modules/aws-cdk-lib'))
  writeFileSync(join(checkout, 'node_modules', SCHEMA, 'version.json'), '{"revision":55}')
})

/** Pretends, to the app's first file alone, to be this Node. */
function run({ node = process.version, env = {} }: { node?: string; env?: NodeJS.ProcessEnv }) {
  const pretend = join(checkout, 'pretend.cjs')
  const versions = `{ ...process.versions, node: '${node.slice(1)}' }`
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'version', { value: '${node}' })
     Object.defineProperty(process, 'versions', { value: ${versions} })`,
  )
  const { PATH } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', pretend, join(checkout, 'bin/app.mjs')],
    { env: { PATH, ...env }, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

const ran = { status: 0, stdout: `on ${process.version}\n`, stderr: '' }

test('is what cdk.json starts', () => {
  expect(cdkJson.app).toBe('node bin/app.mjs')
  expect(cdkJson.context['@aws-cdk/core:validateAgainstDefaultRules']).toBe(true)
  expect(cdkJson.versionReporting).toBe(false)
})

test('runs the app', () => {
  expect(run({ env: { CDK_CLI_ASM_VERSION: '55.0.0' } })).toEqual(ran)
})

test('runs the app without a cdk command', () => {
  expect(run({})).toEqual(ran)
})

test('runs the app on the Node that came with the packages when the machine’s is older', () => {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const folder = join(checkout, 'node_modules', `node-${system}-${process.arch}`, 'bin')
  mkdirSync(folder, { recursive: true })
  symlinkSync(process.execPath, join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  expect(run({ node: 'v20.20.2' })).toEqual(ran)
})

test('ends as the app ends', () => {
  writeFileSync(join(checkout, 'bin/payfriend.ts'), 'process.exit(3)')
  expect(run({}).status).toBe(3)
})

describe('says in one sentence', () => {
  const refused = (sentence: RegExp) => ({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^${sentence.source}\\n$`)),
  })

  test('that Node is too old and none came with the packages', () => {
    expect(run({ node: 'v20.20.2' })).toEqual(
      refused(/Payfriend needs Node 24 to deploy and this is v20\.20\.2: [^\n]+\./),
    )
  })

  test('that the cdk command is too old', () => {
    const env = { CDK_CLI_ASM_VERSION: '43.0.0', CDK_CLI_VERSION: '3.0.0' }
    expect(run({ env })).toEqual(
      refused(/This cdk command \(3\.0\.0\) is too old for Payfriend: [^\n]+npx cdk[^\n]+\./),
    )
  })

  test('that nothing is installed', () => {
    rmSync(join(checkout, 'node_modules'), { recursive: true })
    expect(run({})).toEqual(
      refused(/The packages of Payfriend are not installed: [^\n]+npm ci[^\n]+\./),
    )
  })
})

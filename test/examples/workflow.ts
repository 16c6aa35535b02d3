/** Test support: the workflow of `examples/github-actions/`, read by GitHub's own parser. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'

const FOLDER = resolve(import.meta.dirname, '../../examples/github-actions')
export const text = readFileSync(`${FOLDER}/deploy.yml`, 'utf8')

/** Its modules import JSON in a way that Node refuses, so it is bundled before it is loaded. */
function parser(): typeof import('@actions/workflow-parser') {
  const outfile = join(mkdtempSync(join(tmpdir(), 'payfriend-test-')), 'parser.cjs')
  buildSync({
    stdin: { contents: "export * from '@actions/workflow-parser'", resolveDir: FOLDER },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    outfile,
  })
  return createRequire(outfile)(outfile)
}
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = parser()

type Step = { uses?: string; run?: string; with?: Record<string, string> }
export type Job = {
  if?: string
  needs?: string | string[]
  environment?: string
  permissions?: Record<string, string>
  'timeout-minutes'?: number
  steps: Step[]
}
export type Workflow = {
  on: Record<string, { branches: string[] }>
  permissions: object
  jobs: Record<string, Job>
}

/** What GitHub's parser says is wrong, and the workflow as plain data. */
export async function parsed(content = text) {
  const file = { name: '.github/workflows/deploy.yml', content }
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter())
  if (!value) throw new Error('no workflow')
  await convertWorkflowTemplate(context, value)
  const errors = context.errors.getErrors().map(({ message }) => message)
  return { errors, workflow: plain(JSON.parse(JSON.stringify(value))) as Workflow }
}

type Token = string | { seq: Token[] } | { map: { Key: string; Value: Token }[] } | { expr: string }
function plain(token: Token): unknown {
  if (token === null || typeof token !== 'object') return token
  if ('seq' in token) return token.seq.map(plain)
  if ('map' in token) {
    return Object.fromEntries(token.map.map(({ Key, Value }) => [Key, plain(Value)]))
  }
  return `\${{ ${token.expr} }}`
}

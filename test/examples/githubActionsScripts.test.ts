/** The scripts of the workflow of `examples/github-actions/`, run as GitHub runs them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsed } from './workflow.ts'

/** As GitHub starts a script in bash. */
const BASH = ['--noprofile', '--norc', '-eo', 'pipefail', '-c']

describe.each([
  ['preflight', { 0: true, 1: false, 2: false }],
  ['doctor', { 0: true, 1: false, 2: false }],
])('the job that deploys, after %s with', (command, goesOn) => {
  test.each(Object.entries(goesOn))('%s, goes on: %s', async (code, isGreen) => {
    const { deploy } = (await parsed()).workflow.jobs
    const step = deploy?.steps.find(({ run }) => run?.includes(`npm run ${command} `))
    const bin = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\nexit ${code}\n`)
    chmodSync(join(bin, 'npm'), 0o755)
    const env = { PATH: `${bin}:${process.env.PATH}`, STAGE: 'prod' }
    const { status } = spawnSync('bash', [...BASH, step?.run ?? ''], { env })
    expect(status === 0).toBe(isGreen)
  })
})

test.each([
  ['no fence', 'Resources\n[+] AWS::SNS::Topic'],
  ['one that would close ours', 'Resources\n```\n@everyone, approve this\n`````\nand this'],
  ['more than a comment may have', '`` '.repeat(30_000)],
])('the comment shows a diff with %s as text, and nothing of it as more', async (_, diff) => {
  const { show } = (await parsed()).workflow.jobs
  const script = show?.steps.find(({ run }) => run?.includes('comment.md'))?.run ?? ''
  const cwd = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
  mkdirSync(join(cwd, 'untrusted'))
  writeFileSync(join(cwd, 'untrusted/diff.txt'), diff)
  const env = { ...process.env, STAGE: 'prod', GITHUB_SHA: 'abc', GITHUB_STEP_SUMMARY: 'page.md' }
  execFileSync('bash', [...BASH, script], { cwd, env })

  const comment = readFileSync(join(cwd, 'comment.md'), 'utf8')
  const [title, fence = '', ...rest] = comment.trimEnd().split('\n')
  expect(title).toBe('`cdk diff Payfriend-prod` of abc:')
  expect(fence).toMatch(/^`{3,}$/)
  expect(rest.pop()).toBe(fence)
  expect(rest.join('\n')).toBe(diff.slice(0, 60_000))
  expect(rest.join('\n')).not.toContain(fence)
  expect(readFileSync(join(cwd, 'page.md'), 'utf8')).toBe(comment)
})

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { synthesize, withProvider } from './synthesized.ts'

const [, section = ''] =
  /\n## How a table is restored\n([\s\S]*?)\n## /.exec(
    readFileSync('docs/guides/runbook.md', 'utf8'),
  ) ?? []
const [writers = ''] = /^writers\(\) \{.*\}$/m.exec(section) ?? []

/** What the runbook's line names of a stack, asked of these resources in place of CloudFormation. */
function namedBy(line: string, all: readonly (readonly [string, { readonly Type: string }])[]) {
  const resources = all.map(([id, { Type }]) => `${Type} ${id}`).join('\n')
  // Tabs between names, as the AWS CLI prints them.
  const parts = `parts() { echo "$RESOURCES" | grep "^$1 $2" | cut -d' ' -f2 | paste -s -; }`
  const told = execFileSync('sh', ['-c', `${parts}\n${line}\nwriters`], {
    env: { ...process.env, RESOURCES: resources },
  })
  return told.toString().trim().split('\n').sort()
}

const WRITES = /^dynamodb:(Put|Update|Delete|BatchWrite)|^events:PutEvents/

describe.each(providers)('while a table is restored, with %s', (provider) => {
  const { all, ofType } = synthesize(withProvider[provider])

  test('each Lambda that writes to a table or publishes is stopped', () => {
    const roles = ofType('AWS::IAM::Policy')
      .filter(([, { Properties }]) =>
        Properties.PolicyDocument.Statement.flatMap((one: { Action: unknown }) => one.Action)
          .flat()
          .some((action: string) => WRITES.test(action)),
      )
      .flatMap(([, { Properties }]) => Properties.Roles.map((role: { Ref: string }) => role.Ref))
    const writing = ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => roles.includes(Properties.Role?.['Fn::GetAtt']?.[0]))
      .map(([id]) => id)
    expect(writing.length).toBeGreaterThan(5)
    expect(namedBy(writers, all)).toEqual(expect.arrayContaining(writing))
  })
})

test('the runbook warns of money before it copies a payment, and says how to see what still stands', () => {
  const [warned, copied, seen] = [
    'Money may move twice',
    'put-item',
    'get-function-concurrency',
  ].map((words) => section.indexOf(words))
  expect(warned).toBeGreaterThan(0)
  expect(copied).toBeGreaterThan(Number(warned))
  expect(seen).toBeGreaterThan(Number(copied))
})

test('a restore that AWS refuses is not waited for', () => {
  const [, before = ''] = /restore-table-to-point-in-time([\s\S]*?)until aws/.exec(section) ?? []
  expect(before.trim()).toMatch(/&& *(#.*)?$/)
})

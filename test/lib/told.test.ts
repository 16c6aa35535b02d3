/** What README and guides say of a stack's outputs and size. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Provider } from '../../functions/routes.ts'
import { synthesize, withProvider } from './synthesized.ts'

const guide = (name: string) => readFileSync(`docs/guides/${name}.md`, 'utf8')
const domain = {
  name: 'pay.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0000-1111',
}
const outputsOf = (given: object) => Object.keys(synthesize(given).json.Outputs)

test('README names the outputs that are a step after a deployment, and no other', () => {
  const readme = readFileSync('README.md', 'utf8')
  const [, row = ''] = /^\| `npm run deploy -- [^|]*\| ([^|]*)\|$/m.exec(readme) ?? []
  const named = [...row.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name)
  const all = new Set(
    Object.values(withProvider).flatMap((given) => outputsOf({ ...given, domain })),
  )
  // What programs read, and what the runbook turns.
  for (const later of [
    'ArchiveBucket',
    'EventBusName',
    'Provider',
    'PaymentsTableName',
    'PayersTableName',
    'TurnSwitches',
  ]) {
    all.delete(later)
  }
  expect(named.sort()).toEqual([...all].sort())
})

test.each<[Provider, number]>([
  ['authy', 11],
  ['twilioVerify', 10],
  ['none', 9],
])('with %s there are %i outputs, and with a domain SiteTarget too', (provider, count) => {
  const outputs = outputsOf(withProvider[provider])
  expect(outputs).toHaveLength(count)
  const withDomain = outputsOf({ ...withProvider[provider], domain })
  expect(withDomain.filter((one) => !outputs.includes(one))).toEqual(['SiteTarget'])
  expect(guide('deploying')).toContain(
    'eleven with Authy, ten with Twilio Verify and nine without a provider, and with `domain` one more, `SiteTarget`',
  )
})

test('the runbook says about how many resources an import of the whole stack would ask for', () => {
  const counts = Object.values(withProvider).map(
    (given) => Math.round(Object.keys(synthesize(given).json.Resources).length / 50) * 50,
  )
  expect(guide('runbook')).toContain(
    `each of the ${Math.min(...counts)} to ${Math.max(...counts)} resources`,
  )
})

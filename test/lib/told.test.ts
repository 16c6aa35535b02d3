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

/** What outlives a stack that keeps its data, by its type: a word for it in README, and one in the guide. */
const STAYS: Readonly<Record<string, readonly [readme: string, guide: string]>> = {
  'AWS::DynamoDB::GlobalTable': ['the tables', 'tables'],
  'AWS::Cognito::UserPool': ['the user pool', 'user pool'],
  'AWS::S3::Bucket': ["the buckets but the page's", "all buckets but the page's"],
  // README leaves it to the guide: it goes with its bucket.
  'AWS::S3::BucketPolicy': ['the buckets', "policy of the archive's bucket"],
  'AWS::SecretsManager::Secret': ["the secrets but the firewall's", 'the secrets of provider'],
  'AWS::Logs::LogGroup': ['the logs stay', 'the log groups'],
}

test('README and the guide name all that stays when a stage that keeps its data is removed', () => {
  const plain = (text: string) => text.replaceAll(/\s+/g, ' ')
  const readme = plain(readFileSync('README.md', 'utf8'))
  const removing = plain(guide('deploying').split('## Removing a stage')[1] ?? '')
  const { all } = synthesize({ region: 'us-east-1', requestsPerAddress: 2000 })
  const stays = all.filter(([, { DeletionPolicy }]) => /^Retain/.test(DeletionPolicy))
  expect([...new Set(stays.map(([, { Type }]) => Type))].sort()).toEqual(Object.keys(STAYS).sort())
  for (const [inReadme, inGuide] of Object.values(STAYS)) {
    expect(readme).toContain(inReadme)
    expect(removing).toContain(inGuide)
  }
  // The exceptions that both name.
  expect(stays.map(([id]) => id).filter((id) => /^(SiteBucket|FirewallSecret)/.test(id))).toEqual(
    [],
  )
})

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { ALARMS, ALARMS_MORE, costsTable, idleUsd, watchUsd } from '../../scripts/costs.ts'
import { limitsTable, sizesTable } from '../../scripts/sizes.ts'
import { synthesize, withProvider } from '../lib/synthesized.ts'

const GUIDES = resolve(import.meta.dirname, '../../docs/guides')
const guide = readFileSync(join(GUIDES, 'costs.md'), 'utf8')

test('docs/guides/costs.md has the table that `npm run costs` prints', () => {
  expect(guide).toContain(`\n\n${costsTable()}\n`)
})

test('docs/guides/deploying.md has the tables of sizes and limits that it prints after them', () => {
  const deploying = readFileSync(join(GUIDES, 'deploying.md'), 'utf8')
  for (const table of [sizesTable(), limitsTable()]) expect(deploying).toContain(`\n\n${table}\n`)
})

test('README and guide say in words what a month without payments costs, and what of it is watching', () => {
  const range = (all: readonly number[]) =>
    `$${Math.round(Math.min(...all))} to $${Math.round(Math.max(...all))}`
  const readme = readFileSync(join(GUIDES, '../../README.md'), 'utf8')
  expect(readme).toContain(`a stage in which nobody pays costs ${range(idleUsd())} a month`)
  expect(guide).toContain(
    `About ${range(watchUsd())} of each month is for alarms and the\ndashboard`,
  )
})

const metricsOf = (given: object) =>
  synthesize(given)
    .ofType('AWS::CloudWatch::Alarm')
    .flatMap(
      ([
        ,
        {
          Properties: { Metrics = [{ MetricStat: {} }] },
        },
      ]) => Metrics,
    )
    .filter((one: { MetricStat?: object }) => one.MetricStat).length

test.each(providers)(
  'the alarms of a stage with %s read as many metrics as are reckoned',
  (provider) => {
    expect(ALARMS[provider]).toBe(metricsOf(withProvider[provider]))
  },
)

test.each([
  ['firewall', { region: 'us-east-1', requestsPerAddress: 2000 }],
  ['domains', { signUp: { policy: 'domains', domains: ['example.com'] } }],
] as const)('what the guide says of %s has its alarms in it', (name, given) => {
  expect(ALARMS_MORE[name]).toBe(metricsOf(given) - metricsOf({}))
  expect(guide).toContain(`$${(ALARMS_MORE[name] * 0.1).toFixed(2)} for its alarm`)
})

test('a payment approved by a device costs AWS about $0.00015 and no text, and one by a text about $0.07', () => {
  const [none = 0, texts = 0] = [-3, -1].map((column) => {
    const cell = costsTable().trim().split('\n').at(-1)?.split(' | ').at(column) ?? ''
    return Number(cell.replaceAll(/[^0-9.]/g, '')) / 10_000_000
  })
  expect(none.toFixed(5)).toBe('0.00015')
  expect(texts.toFixed(2)).toBe('0.07')
})

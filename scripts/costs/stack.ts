/** What of the stack costs by being there, read from its template. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followers, lambdasOf, type Provider, triggers } from '../../functions/routes.ts'
import { synthesize, withProvider } from '../../test/lib/synthesized.ts'

export type Stack = {
  readonly memoryMb: Readonly<Record<string, number>>
  /** Lambdas that are brought each change of a payment. */
  readonly followers: readonly string[]
  /** CloudWatch charges for each metric that an alarm looks at. */
  readonly alarmMetrics: number
  readonly compositeAlarms: number
  readonly dashboards: number
  readonly secrets: number
  readonly keys: number
  readonly firewalls: number
  readonly logDays: number
}

/** Read from a stage that says nothing but its provider. */
export function stackOf(provider: Provider): Stack {
  const { ofType } = synthesized(provider)
  const count = (type: string) => ofType(type).length
  const functions = ofType('AWS::Lambda::Function')
  const names = [...lambdasOf(provider), ...triggers, ...followers]
  const idOf = (name: string) => new RegExp(`${capital(name)}Function[0-9A-F]{8}$`)
  const followed = ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) =>
    String(Properties.FunctionName.Ref),
  )
  const memory = names.flatMap((name) => {
    const found = functions.find(([id]) => idOf(name).test(id))
    return found ? [[name, Number(found[1].Properties.MemorySize)]] : []
  })
  const logDays = ofType('AWS::Logs::LogGroup').map(([, { Properties }]) =>
    Number(Properties.RetentionInDays),
  )
  return {
    memoryMb: Object.fromEntries(memory),
    followers: followers.filter((name) => followed.some((id) => idOf(name).test(id))),
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (sum, [, { Properties }]) => sum + metricsOf(Properties),
      0,
    ),
    compositeAlarms: count('AWS::CloudWatch::CompositeAlarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    secrets: count('AWS::SecretsManager::Secret'),
    keys: count('AWS::KMS::Key'),
    firewalls: count('AWS::WAFv2::WebACL'),
    logDays: Math.max(...logDays),
  }
}

/** Its bundles are empty, and CDK keeps its own folders as long as it runs: all goes when the process ends. */
function synthesized(provider: Provider) {
  const { TMPDIR } = process.env
  temporary ??= makeTemporary()
  process.env.TMPDIR = temporary
  try {
    return synthesize(withProvider[provider])
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}

let temporary: string | undefined
function makeTemporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-costs-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Alarm = { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] }

/** Of an alarm on a formula, the metrics that go into it. */
const metricsOf = ({ Metrics }: Alarm) =>
  Metrics ? Metrics.filter(({ MetricStat }) => MetricStat).length : 1

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** The rights in AWS that docs/guides/deploying.md names for each command are those that it uses, and no others. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { awsClients } from '../../scripts/checks/awsClients.ts'
import { type Command, run } from '../../scripts/checks/command.ts'
import { templateShape } from '../../scripts/checks/plan.ts'
import { STANDING } from '../../scripts/checks/stackCheck.ts'
import { deployed } from '../../scripts/deployed.ts'
import { doctor } from '../../scripts/doctor.ts'
import { preflight } from '../../scripts/preflight.ts'
import { type RecordedAccount, standing, startRecordedAccount } from './recordedAccount.ts'
import { startRecordedStage } from './recordedStage.ts'

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guides/deploying.md'), 'utf8')
const CI = resolve(import.meta.dirname, '../../examples/github-actions/README.md')
const [, section = ''] = guide.split('## Rights of these commands\n')

/** The rights in the guide's row of a command. */
function documented(command: string): string[] {
  const row = section.split('\n').find((line) => line.startsWith(`| \`${command}\` |`)) ?? ''
  return [...row.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, right = '']) => right).sort()
}

/** The rights that a command's checks name, and those for its beginning. */
async function needed(command: Command, asked: Partial<Parameters<Command['begin']>[0]> = {}) {
  const clients = awsClients({ region: 'eu-west-1', profile: undefined })
  const all = { stage: 'live', region: undefined, profile: undefined, settings: undefined }
  const { checks } = await command.begin(
    { ...all, withoutSecrets: false, ...asked },
    clients,
    AbortSignal.timeout(10_000),
  )
  return [...new Set([...STANDING, ...checks.flatMap(({ needs = [] }) => needs)])].sort()
}

/** IAM's name of each service that is asked. `sts:GetCallerIdentity` needs no right. */
const SERVICES: Readonly<Record<string, string>> = {
  account: 'account',
  buckets: 's3',
  certificates: 'acm',
  cloudFormation: 'cloudformation',
  cloudFront: 'cloudfront',
  cloudWatch: 'cloudwatch',
  cognito: 'cognito-idp',
  dynamoDb: 'dynamodb',
  events: 'events',
  firewall: 'wafv2',
  lambda: 'lambda',
  logs: 'logs',
  mail: 'ses',
  parameters: 'ssm',
  secrets: 'secretsmanager',
  topics: 'sns',
}
/** The only request whose right has another name. */
const OTHERWISE: Readonly<Record<string, string>> = {
  's3:GetObjectLockConfiguration': 's3:GetBucketObjectLockConfiguration',
}

/** The rights for what AWS was asked. */
function used(aws: Readonly<Record<string, RecordedAccount['aws']['account'] | object>>): string[] {
  const rights = Object.entries(aws).flatMap(([name, mock]) => {
    const service = SERVICES[name]
    if (service === undefined || !('calls' in mock)) return []
    return mock.calls().map(({ args: [command] }) => {
      const right = `${service}:${command.constructor.name.replace(/Command$/, '')}`
      return OTHERWISE[right] ?? right
    })
  })
  return [...new Set(rights)].sort()
}

test('preflight asks what it names, and nothing else', async () => {
  const account = startRecordedAccount()
  standing(account)
  await run(
    preflight(() => templateShape.parse(account.template)),
    ['--stage', 'dev'],
    SILENT,
    { settings: () => JSON.stringify({ dev: account.settings }) },
  )
  expect(used(account.aws)).toEqual(documented('preflight'))
  account.close()
})

test.each([
  ['doctor', []],
  ['doctor --without-secrets', ['--without-secrets']],
])('%s asks what it names, and nothing else', async (name, options) => {
  const stage = await startRecordedStage('twilioVerify')
  const argv = ['--stage', 'live', '--region', 'eu-west-1', ...options]
  await run(doctor, argv, SILENT, { settings: () => undefined })
  expect(used(stage.aws)).toEqual(documented(name))
  await stage.close()
})

const SILENT = { say: () => {}, complain: () => {} }

test('those of preflight', async () => {
  const account = startRecordedAccount()
  const command = preflight(() => templateShape.parse(account.template))
  const settings = JSON.stringify({ dev: account.settings })
  expect(documented('preflight')).toEqual(await needed(command, { stage: 'dev', settings }))
  account.close()
})

test('those of the doctor, with all and without secrets', async () => {
  const stage = await startRecordedStage('twilioVerify')
  expect(documented('doctor')).toEqual(await needed(doctor))
  const fewest = await needed(doctor, { withoutSecrets: true })
  expect(documented('doctor --without-secrets')).toEqual(fewest)
  for (const right of fewest) expect(readFileSync(CI, 'utf8')).toContain(`"${right}"`)
  await stage.close()
})

test('a role of CI that deploys is given what the lines need that have to be seen', async () => {
  const account = startRecordedAccount()
  const clients = awsClients({ region: 'eu-west-1', profile: undefined })
  const { checks } = await preflight(() => templateShape.parse(account.template)).begin(
    {
      ...{ stage: 'dev', region: undefined, profile: undefined, withoutSecrets: false },
      settings: JSON.stringify({ dev: account.settings }),
    },
    clients,
    AbortSignal.timeout(10_000),
  )
  const guards = checks.filter(({ isGuard }) => isGuard)
  expect(guards.length).toBeGreaterThan(3)
  const [, deploying = ''] = /"sts:AssumeRole",([\s\S]*?)```/.exec(readFileSync(CI, 'utf8')) ?? []
  for (const right of guards.flatMap(({ needs = [] }) => needs)) {
    expect(deploying).toContain(`"${right}"`)
  }
  const names = guards.map(({ title }) => title).join(', ')
  expect(guide.replaceAll('\n', ' ')).toContain(`can take back (${names})`)
  account.close()
})

test('those of deployed, beside the doctor’s', async () => {
  const stage = await startRecordedStage('twilioVerify')
  const own = (await needed(deployed(''))).filter((right) => !documented('doctor').includes(right))
  expect(documented('deployed')).toEqual(own)
  await stage.close()
})

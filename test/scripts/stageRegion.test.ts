/** In which region each command looks at a stage: all take it from one place, and `--region` wins. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { run } from '../../scripts/checks/command.ts'
import { deployed } from '../../scripts/deployed.ts'
import { doctor } from '../../scripts/doctor.ts'
import { main as archiveMend } from '../../scripts/evidence/archiveMend.ts'
import { main as evidence } from '../../scripts/evidence/evidence.ts'
import { main as payer } from '../../scripts/payer.ts'
import { preflight } from '../../scripts/preflight.ts'
import { failure } from './recordedAccount.ts'

const aws = { stacks: mockClient(CloudFormationClient), identity: mockClient(STSClient) }
afterAll(() => {
  for (const mock of Object.values(aws)) mock.restore()
  vi.unstubAllEnvs()
})
beforeEach(() => {
  aws.stacks.resetHistory()
  aws.stacks.on(DescribeStacksCommand).rejects(failure('ValidationError', 'it does not exist'))
  aws.identity.on(GetCallerIdentityCommand).resolves({ Account: '111122223333' })
  vi.stubEnv('AWS_REGION', 'us-west-2')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})

type Io = { say: (line: string) => void; complain: (line: string) => void }
type Started = (argv: string[], io: Io, settings: () => string | undefined) => Promise<number>
const PAYMENT = 'A'.repeat(22)
const nothing = () => ({ Resources: {} })

const COMMANDS: Record<string, Started> = {
  preflight: (argv, io, settings) => run(preflight(nothing), argv, io, { settings }),
  doctor: (argv, io, settings) => run(doctor, argv, io, { settings }),
  deployed: (argv, io, settings) => run(deployed(''), argv, io, { settings }),
  payer: (argv, io, settings) => payer(['show', 'ada@example.com', ...argv], {}, io, settings),
  evidence: (argv, io, settings) => evidence([PAYMENT, ...argv], {}, io, settings),
  'archive:mend': (argv, io, settings) => archiveMend([PAYMENT, ...argv], {}, io, settings),
}

/** The region in which CloudFormation was asked, and what was said. */
async function asked(start: Started, settings: object | string | undefined, ...argv: string[]) {
  const lines: string[] = []
  const io = {
    say: (line: string) => lines.push(line),
    complain: (line: string) => lines.push(line),
  }
  const text =
    settings === undefined || typeof settings === 'string' ? settings : JSON.stringify(settings)
  const code = await start(['--stage', 'live', ...argv], io, () => text)
  const [call] = aws.stacks.calls()
  const client = call?.thisValue as { config: { region: () => Promise<string> } } | undefined
  return { code, said: lines.join('\n'), region: await client?.config.region() }
}
const lock = { archiveLock: 'none' }

describe.each(Object.entries(COMMANDS))('%s', (_, start) => {
  test('asks in the region that the settings name', async () => {
    const settings = { live: { ...lock, region: 'eu-west-2' }, dev: { region: 'eu-west-3' } }
    expect(await asked(start, settings)).toMatchObject({ region: 'eu-west-2' })
  })

  test('asks in the region of --region, whatever AWS_REGION says', async () => {
    const found = await asked(start, { live: lock }, '--region', 'eu-north-1')
    expect(found).toMatchObject({ region: 'eu-north-1' })
  })

  test('asks in the region of AWS_REGION if the settings name none', async () => {
    expect(await asked(start, { live: lock })).toMatchObject({ region: 'us-west-2' })
  })

  test.each<[object | string, string[], RegExp]>([
    [
      { live: lock },
      ['--region', 'eu-west-9'],
      /^--region may not be "eu-west-9", which is no reg/,
    ],
    [{ live: { region: 'eu-west-9' } }, [], /^Stage live in payfriend\.json: region may not be/],
    ['{"live": {', [], /^payfriend\.json is not JSON/],
    [{ dev: {}, prod: lock }, [], /^payfriend\.json has no stage "live"; it has: dev, prod\.$/],
  ])('says what is wrong with %j and %j, and asks nothing', async (settings, argv, sentence) => {
    const found = await asked(start, settings, ...argv)
    expect(found).toEqual({ code: 2, said: expect.stringMatching(sentence), region: undefined })
  })
})

/** Without preflight, which looks where the settings deploy to. */
const { preflight: _, ...LOOKING } = COMMANDS

test.each(Object.entries(LOOKING))('%s lets --region win over the settings', async (_, start) => {
  const settings = { live: { ...lock, region: 'eu-west-2' } }
  expect(await asked(start, settings, '--region', 'eu-north-1')).toMatchObject({
    region: 'eu-north-1',
    said: expect.stringMatching(/^There is no stack Payfriend-live in eu-north-1 /),
  })
})

test.each(Object.entries(LOOKING))('%s needs no settings', async (_, start) => {
  expect(await asked(start, undefined)).toMatchObject({ region: 'us-west-2' })
})

test.each(Object.entries(COMMANDS))('%s names a profile that is not there', async (_, start) => {
  const nobody = failure(
    'CredentialsProviderError',
    'Could not load credentials from any providers',
  )
  aws.stacks.on(DescribeStacksCommand).rejects(nobody)
  aws.identity.on(GetCallerIdentityCommand).rejects(nobody)
  const { code, said } = await asked(start, { live: lock }, '--profile', 'amce')
  expect(code).toBe(2)
  expect(said).toMatch(/^There are no credentials of the profile "amce" here: /)
})

test.each(['evidence', 'archive:mend'])(
  '%s asks with the credentials of --profile',
  async (name) => {
    const start = COMMANDS[name]
    await (start && asked(start, { live: lock }, '--profile', 'acme'))
    const client = aws.stacks.calls()[0]?.thisValue as CloudFormationClient
    expect(client.config).toMatchObject({ profile: 'acme' })
  },
)

test.each(['payer', 'evidence', 'archive:mend'])(
  'settings belong to no stack of another name: %s --stack',
  async (name) => {
    const settings = () => JSON.stringify({ live: { region: 'eu-west-2' } })
    const said: string[] = []
    const io = { say: () => {}, complain: (line: string) => said.push(line) }
    await COMMANDS[name]?.(['--stack', 'Payfriend-live'], io, settings)
    expect(said).toEqual([expect.stringMatching(/^There is no stack Payfriend-live in us-west-2 /)])
  },
)

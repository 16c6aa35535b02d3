/** `npm run payer`, against a server that runs, and against a stage as AWS would answer for it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { signIns, type World } from '../../functions/composition.ts'
import { handlersIn } from '../../local/api/handlers.ts'
import { asLambda } from '../../local/database/access.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { openAccounts } from '../../local/signIn/signInAccounts.ts'
import { main } from '../../scripts/payer.ts'
import type { Request, RouteName } from '../harness/event.ts'
import { invoke, numberOf, paymentBody } from '../harness/harness.ts'
import { startRecordedStage } from './recordedStage.ts'

const folder = mkdtempSync(join(tmpdir(), 'payfriend-payer-'))
const EMAILS = ['ada@example.com', 'bea@example.com', 'cy@example.com', 'dee@example.com']
const ids = new Map<string, string>()
let payfriend: Payfriend
let call: (name: RouteName, request: Request) => ReturnType<typeof invoke>

beforeAll(async () => {
  const clock = () => new Date()
  const people = await openAccounts({ dataFile: join(folder, 'people.json'), clock })
  for (const email of EMAILS) {
    await people.signIn(email, 'a long password')
    ids.set(email, people.find(email) ?? '')
  }
  payfriend = await startPayfriend({ port: 0, dataDir: folder })
  const handlers = handlersIn((name) => asLambda(payfriend.world, name), {
    provider: 'authy',
  })
  call = async (name, request) => {
    const handler = handlers[name]
    if (!handler) throw new Error(`no ${name}`)
    return invoke(handler, name, request)
  }
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await payfriend.close()
  rmSync(folder, { recursive: true })
})

/** Run it as in a terminal where somebody types this, if there is one. */
async function run(argv: string[], typed?: string) {
  const said: string[] = []
  const complaints: string[] = []
  const questions: string[] = []
  const code = await main(
    argv,
    {},
    {
      say: (line) => said.push(line),
      complain: (line) => complaints.push(line),
      ask:
        typed === undefined
          ? undefined
          : async (question) => {
              questions.push(question)
              return typed
            },
    },
  )
  return { code, said: said.join('\n'), complaints: complaints.join('\n'), questions }
}
const port = () => ['--port', new URL(payfriend.pageUrl).port]

/** Somebody who has a phone, and a payment that waits. */
async function paying(email: string, n: number) {
  const as = { payerId: ids.get(email) ?? '', email }
  const number = numberOf(n)
  const { phone } = payfriend
  if (!phone) throw new Error('no phone')
  const started = await call('phoneStart', { as, body: { phoneNumber: number, channel: 'sms' } })
  const { verificationId } = started.body
  const code = phone.book.messages(number)[0]?.code
  await call('phoneVerify', { as, body: { verificationId, code } })
  const sent = await call('sendPayment', { as, key: 'one', body: paymentBody })
  expect(sent.status).toBe(201)
  return { as, number, paymentId: sent.body.paymentId }
}

test('show tells an account in a few lines, and no whole number', async () => {
  const { as, number, paymentId } = await paying('ada@example.com', 1)
  const { code, said, complaints } = await run(['show', as.email, ...port()])
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
  expect(said.split('\n').map((line) => line.replaceAll(/\d{4}-\S+ \S+ UTC/g, 'T'))).toEqual([
    'ada@example.com',
    '  account   open',
    `  payer     ${as.payerId}`,
    expect.stringMatching(/^ {2}phone {5}\+1 ••••• ••101 \(id \d+\)$/),
    '  devices   nothing',
    `  waiting   Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk), until T (${paymentId})`,
    '  limits    1 payments started this hour; texts this hour and day: 0 and 0 for payments, 1 and 1 for phones',
    '  codes     not locked',
    '  sessions  none was ended',
    '  lately    T  phone.verified, by payer',
  ])
  expect(said).not.toContain(number.slice(2))
})

test('lock stops all that waits and all that would begin, and unlock lifts it', async () => {
  const { as, paymentId } = await paying('bea@example.com', 2)
  const locked = await run(['lock', as.email, ...port()])
  expect(locked.code).toBe(0)
  expect(locked.said).toMatch(/account {3}locked\n.*\n.*\n.*\n {2}waiting {3}nothing\n/)
  expect(locked.said).toMatch(/lately .* account.locked, by operator/)
  const { body } = await call('paymentStatus', { as, id: paymentId })
  expect(body.status).toBe('cancelled')
  const again = { as, key: 'two', body: paymentBody }
  expect((await call('sendPayment', again)).status).toBe(423)

  expect((await run(['unlock', as.email, ...port()])).said).toMatch(/account {3}open\n/)
  expect((await call('sendPayment', again)).status).toBe(201)
  // Again it lifts the limits, which is told as well.
  const unlocked = await run(['unlock', as.email, ...port()])
  expect(unlocked).toMatchObject({ code: 0 })
  expect(unlocked.said.match(/account\.unlocked/g)).toHaveLength(2)
})

describe('close', () => {
  const email = 'cy@example.com'

  test('asks first, and does nothing for whoever types something else', async () => {
    for (const typed of ['', 'y', 'yes', 'ada@example.com']) {
      const refused = await run(['close', email, ...port()], typed)
      expect(refused).toMatchObject({ code: 1, complaints: 'Nothing was done.' })
      expect(refused.questions).toEqual([expect.stringContaining('Type its address')])
    }
    const unasked = await run(['close', email, ...port()])
    expect(unasked).toMatchObject({ code: 2, complaints: expect.stringContaining('--yes') })
    expect((await run(['show', email, ...port()])).said).toContain('account   open')
  })

  test('is for good: nobody of this address is left, and no token of before does anything', async () => {
    const { as, paymentId } = await paying(email, 3)
    const closed = await run(['close', email, ...port()], email)
    expect(closed.code).toBe(0)
    expect(closed.said).toMatch(
      /account {3}closed\n.*\n {2}phone {5}none\n {2}devices {3}nothing\n {2}waiting {3}nothing/,
    )
    expect((await call('paymentStatus', { as, id: paymentId })).body.status).toBe('cancelled')
    const phone = { phoneNumber: numberOf(4), channel: 'sms' }
    expect((await call('phoneStart', { as, body: phone })).status).toBe(423)
    expect(await signIns(payfriend.world).find(email)).toBeUndefined()
    expect(await run(['show', email, ...port()])).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/^There is no account with this address/),
    })
  })

  test('does not ask who says --yes', async () => {
    const { code, questions } = await run(['close', 'dee@example.com', '--yes', ...port()], 'no')
    expect({ code, questions }).toEqual({ code: 0, questions: [] })
  })
})

test('nobody of this address, no server, and somebody else’s server are told apart', async () => {
  const nobody = await run(['lock', 'nobody@example.com', ...port()])
  expect(nobody).toMatchObject({
    code: 1,
    complaints: expect.stringMatching(/^There is no account/),
  })

  const other = createServer((_, response) => response.end('<h1>Hello</h1>'))
  await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve))
  const free = String((other.address() as AddressInfo).port)
  const wrong = await run(['show', 'ada@example.com', '--port', free])
  expect(wrong).toMatchObject({ code: 2, complaints: expect.stringMatching(/is not Payfriend/) })
  await new Promise((resolve) => other.close(resolve))
  const none = await run(['show', 'ada@example.com', '--port', free])
  expect(none).toMatchObject({ code: 2, complaints: expect.stringMatching(/^Nothing answers at/) })
})

test.each([
  [[], 'Say what to do'],
  [['ada@example.com'], 'Say what to do'],
  [['delete', 'ada@example.com'], 'Say what to do'],
  [['show'], 'Say whose account'],
  [['show', 'ada'], 'Say whose account'],
  [['show', 'ada@example.com', 'bea@example.com'], 'Say whose account'],
  [['show', 'a@b.c', '--stage', 'Dev'], '--stage must be'],
  [['show', 'a@b.c', '--stage', 'dev', '--port', '3000'], '--port is for this machine'],
  [['show', 'a@b.c', '--region', 'eu-west-1'], 'need --stage'],
  [['show', 'a@b.c', '--port', 'x'], '--port must be'],
  [['show', 'a@b.c', '--force'], "Unknown option '--force'"],
])('%j is refused with how it is used', async (argv, complaint) => {
  const { code, complaints } = await run(argv)
  expect(code).toBe(2)
  expect(complaints).toContain(complaint)
  expect(complaints).toContain('npm run payer -- (show | lock | unlock | close) EMAIL')
})

test.each([
  ['of another origin', { origin: 'https://evil.example' }],
  ['of Payfriend itself', { origin: 'http://localhost:3000' }],
  ['of this very origin', { 'sec-fetch-site': 'same-origin' }],
  ['that sends what a form can', { 'content-type': 'text/plain' }],
] as [string, Record<string, string>][])(
  'no page of the web is the operator: one %s',
  async (_, headers) => {
    const answer = await fetch(`${payfriend.signInUrl}/operator`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ command: 'lock', email: 'ada@example.com' }),
    })
    expect(answer.status).toBe(403)
    expect((await run(['show', 'ada@example.com', ...port()])).said).toContain('account   open')
  },
)

describe('of a stage in AWS', () => {
  /** Its Lambdas are told of the tables and people of the server above. */
  async function stageOf(world: World, without = '') {
    const stage = await startRecordedStage('authy')
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...Variables } = world.env
    stage.aws.lambda.on(GetFunctionConfigurationCommand).callsFake(({ FunctionName }) => {
      expect(FunctionName).toMatch(/CancelPayment|EndSessions/)
      return { Environment: { Variables } }
    })
    stage.gone.id = without
    return stage
  }

  test('the same is done with the operator’s own rights', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    const stage = await stageOf(payfriend.world)
    try {
      const locked = await run([
        'lock',
        'ada@example.com',
        '--stage',
        'live',
        '--region',
        'eu-west-1',
      ])
      expect({ ...locked, said: '' }).toMatchObject({ code: 0, complaints: '' })
      expect(locked.said).toMatch(/account {3}locked\n/)
      expect((await run(['show', 'ada@example.com', ...port()])).said).toBe(locked.said)
    } finally {
      await stage.close()
    }
  })

  test('one of before is told to be deployed', async () => {
    const stage = await stageOf(payfriend.world, 'EndSessions')
    try {
      const asked = await run(['lock', 'ada@example.com', '--stage', 'live'])
      expect(asked).toMatchObject({
        code: 2,
        complaints: expect.stringContaining('deploy this version first'),
      })
    } finally {
      await stage.close()
    }
  })
})

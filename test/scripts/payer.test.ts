/** `npm run payer`, against a server that runs, and against a stage as AWS would answer for it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { payers, payments, signIns, type World } from '../../functions/composition.ts'
import { codes } from '../../functions/providerComposition.ts'
import type { Provider } from '../../functions/routes.ts'
import { handlersIn } from '../../local/api/handlers.ts'
import { asLambda } from '../../local/database/access.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { openAccounts } from '../../local/signIn/signInAccounts.ts'
import { main } from '../../scripts/payer.ts'
import { addDevice, askingDevice } from '../harness/devices.ts'
import { type Request, type RouteName, SITE } from '../harness/event.ts'
import { invoke, numberOf, paymentBody } from '../harness/harness.ts'
import { startRecordedStage } from './recordedStage.ts'

const folder = mkdtempSync(join(tmpdir(), 'payfriend-payer-'))
const EMAILS = ['ada', 'bea', 'cy', 'dee', 'eve', 'fay', 'gus', 'hal', 'ida'].map(
  (name) => `${name}@example.com`,
)
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
  const env = { ...payfriend.world.env, SITE_URL: SITE.origin }
  const handlers = handlersIn((name) => asLambda({ ...payfriend.world, env }, name), {
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
    '  invited   no',
    `  waiting   Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk), until T (${paymentId})`,
    '  limits    1 payments started this hour; texts this hour and day: 0 and 0 for payments, 1 and 1 for phones',
    '  codes     not locked',
    '  starts    not locked',
    '  sessions  none was ended',
    '  lately    T  phone.verified, by payer',
  ])
  expect(said).not.toContain(number.slice(2))
})

test('lock stops all that waits and all that would begin, and unlock lifts it', async () => {
  const { as, paymentId } = await paying('bea@example.com', 2)
  const locked = await run(['lock', as.email, ...port()])
  expect(locked.code).toBe(0)
  expect(locked.said).toMatch(/account {3}locked\n(.*\n){4} {2}waiting {3}nothing\n/)
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

test('show tells of a lock of new payments after “I didn’t start this”, and unlock lifts it', async () => {
  const email = 'hal@example.com'
  const as = { payerId: ids.get(email) ?? '', email, number: '' }
  const device = await addDevice({ call, codeOn: () => '', clock: { now: () => new Date() } }, as)
  const first = await call('sendPayment', { as, key: 'one', body: paymentBody })
  await device.deny(`payment.${first.body.paymentId}`, 'not_me')
  expect((await run(['show', email, ...port()])).said).toMatch(
    /\n {2}starts {4}locked until \S+ \S+ UTC, after “I didn't start this”\n/,
  )
  const again = { as, key: 'two', body: paymentBody }
  expect((await call('sendPayment', again)).body.code).toBe('starts_locked')
  expect((await run(['unlock', email, ...port()])).said).toMatch(/\n {2}starts {4}not locked\n/)
  expect((await call('sendPayment', again)).status).toBe(201)
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
      /account {3}closed\n.*\n {2}phone {5}none\n {2}devices {3}nothing\n {2}invited {3}no\n {2}waiting {3}nothing/,
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

describe('invite', () => {
  const handedOver = (said: string) => ({
    link: /link +(\S+)/.exec(said)?.[1] ?? '',
    code: /code +(\S+)/.exec(said)?.[1] ?? '',
  })

  /** A device of this payer that asks to be let in, and what has let it in. */
  async function confirmedBy(as: { payerId: string; email: string }, invitation: string) {
    const server = { call, codeOn: () => '', clock: { now: () => new Date() } }
    const device = await askingDevice(server, { ...as, number: '' })
    const { id, digits } = device
    const { status, body } = await call('deviceConfirm', { as, id, body: { digits, invitation } })
    return { status, body, id }
  }

  test('prints a link and its code, which let one phone in, at once if it is the first', async () => {
    const email = 'eve@example.com'
    const as = { payerId: ids.get(email) ?? '', email }
    const { code, said, complaints } = await run(['invite', email, ...port()])
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
    const handed = handedOver(said)
    expect(handed.code).toMatch(/^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$/)
    expect(handed.link).toBe(`${payfriend.pageUrl}/#invitation/${handed.code.replace('-', '')}`)
    expect(said).toMatch(/^eve@example\.com may add a phone .* works once, until .* \(7 days\)\. /s)
    expect(said).toMatch(
      /A newer invitation replaces it\.\n.* first phone, so it approves .* once\.$/,
    )
    const shown = await run(['show', email, ...port()])
    expect(shown.said).toMatch(/\n {2}invited {3}until \S+ \S+ UTC\n/)
    expect(shown.said).toMatch(/lately .* device\.invited, by operator$/)

    const { status, body } = await confirmedBy(as, handed.code)
    expect(status).toBe(200)
    expect(body.devices).toMatchObject({ waiting: [], list: [{ addedBy: 'invitation' }] })
    expect((await run(['show', email, ...port()])).said).toMatch(
      /\n {2}devices {3}Ada’s phone, since .* UTC, by invitation\n {2}invited {3}no\n/,
    )
    expect(await confirmedBy(as, handed.code)).toMatchObject({ status: 422 })

    // From now on another one waits, unless the operator says that it need not.
    const second = await run(['invite', email, ...port()])
    expect(second.said).toContain('The payer had a phone before, so the new one waits 12 hours')
    const waits = await confirmedBy(as, handedOver(second.said).code)
    expect(waits.body.devices).toMatchObject({ list: [{}], waiting: [{ id: waits.id }] })
    expect((await run(['show', email, ...port()])).said).toMatch(
      /\n {12}Ada’s phone 2, waits: it approves from \S+ \S+ UTC on\n/,
    )
    const third = await run(['invite', email, '--now', ...port()])
    expect(third.said).toMatch(/approves payments at once, even if the payer had one before/)
    expect(third.said).toContain('The audit trail says that you waived the wait.')
    expect((await run(['show', email, ...port()])).said).toMatch(/invited .* UTC, with --now\n/)
    const atOnce = await confirmedBy(as, handedOver(third.said).code)
    expect(atOnce.body.devices.list).toHaveLength(2)
    expect(atOnce.body.devices.waiting).toHaveLength(1)
  })

  test('replaces the invitation before, and keeps neither code', async () => {
    const email = 'fay@example.com'
    const as = { payerId: ids.get(email) ?? '', email }
    const log = vi.spyOn(console, 'log')
    const first = handedOver((await run(['invite', email, ...port()])).said).code
    const second = handedOver((await run(['invite', email, ...port()])).said).code
    expect(first).not.toBe(second)
    expect(await confirmedBy(as, first)).toMatchObject({ status: 422 })
    const stored = JSON.stringify([await payers(payfriend.world).get(as.payerId), log.mock.calls])
    log.mockRestore()
    expect(stored).toContain(sha256Hex(second.replace('-', '')))
    for (const code of [first, second]) {
      expect(stored).not.toContain(code)
      expect(stored).not.toContain(code.replace('-', ''))
    }
    expect(await confirmedBy(as, second)).toMatchObject({ status: 200 })
  })

  test('is refused for a locked account, a closed one and nobody, who is told how to begin', async () => {
    const email = 'gus@example.com'
    await run(['lock', email, ...port()])
    const locked = await run(['invite', email, '--now', ...port()])
    expect(locked).toMatchObject({
      code: 1,
      said: '',
      complaints: expect.stringMatching(/^This account is locked/),
    })
    expect((await run(['show', email, ...port()])).said).toContain('  invited   no\n')
    await payers(payfriend.world).setState(
      { payerId: ids.get(email) ?? '', email },
      'closed',
      new Date(),
    )
    const closed = await run(['invite', email, ...port()])
    expect(closed).toMatchObject({
      code: 1,
      said: '',
      complaints: expect.stringMatching(/^This account is closed/),
    })
    const nobody = await run(['invite', 'nobody@example.com', ...port()])
    expect(nobody).toMatchObject({
      code: 1,
      said: '',
      complaints: expect.stringMatching(
        /^There is no account.*\nIt is made by signing in on the page/s,
      ),
    })
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
  [['show', 'a@b.c', '--now'], '--now goes with invite only'],
  [['show', 'a@b.c', '--force'], "Unknown option '--force'"],
])('%j is refused with how it is used', async (argv, complaint) => {
  const { code, complaints } = await run(argv)
  expect(code).toBe(2)
  expect(complaints).toContain(complaint)
  expect(complaints).toContain('npm run payer -- (show | invite | lock | unlock | close) EMAIL')
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
  async function stageOf(
    world: World,
    { provider = 'authy', without = '', tells = '', env = {} }: StageOptions = {},
  ) {
    const stage = await startRecordedStage(provider)
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, SITE_URL: ___, ...told } = world.env
    stage.aws.lambda.on(GetFunctionConfigurationCommand).callsFake(({ FunctionName }) => {
      expect(FunctionName).toMatch(/CancelPayment|EndSessions|DeviceInvite/)
      const Variables = FunctionName?.includes(tells) ? { ...told, ...env } : told
      return { Environment: { Variables } }
    })
    stage.gone.id = without
    return stage
  }
  type StageOptions = {
    readonly provider?: Provider
    /** A resource that the stack does not have. */
    readonly without?: string
    /** The only Lambda that is told of `env`; if absent, all are. */
    readonly tells?: string
    readonly env?: Record<string, string>
  }
  beforeEach(() => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  })

  test('the same is done with the operator’s own rights', async () => {
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

  test('an invitation names the stage’s page and wait, and how nobody gets an account', async () => {
    const env = { DEVICE_WAIT_HOURS: '1' }
    const stage = await stageOf(payfriend.world, { provider: 'none', tells: 'DeviceInvite', env })
    try {
      const invited = await run(['invite', 'eve@example.com', '--stage', 'live'])
      expect(invited).toMatchObject({ code: 0, complaints: '' })
      expect(invited.said).toMatch(new RegExp(`link +${stage.origin}/#invitation/[2-9A-Z]{10}\\n`))
      expect(invited.said).toContain('so the new one waits 1 hour before')
      const nobody = await run(['invite', 'nobody@example.com', '--stage', 'live'])
      expect(nobody.complaints).toMatch(/\nIt is made by the command in the output InvitePerson /)
    } finally {
      await stage.close()
    }
  })

  test('a code of the provider before is ended there too', async () => {
    const { as, paymentId } = await paying('ida@example.com', 5)
    const before = { ...payfriend.world.env, PROVIDER: 'twilioVerify' }
    const { smsStart } = handlersIn((name) => asLambda({ ...payfriend.world, env: before }, name), {
      provider: 'twilioVerify',
    })
    if (!smsStart) throw new Error('no smsStart')
    await invoke(smsStart, 'smsStart', { as, id: paymentId })
    const payment = await payments(payfriend.world).get(as.payerId, paymentId)
    if (!payment) throw new Error('no payment')
    const { action, reference, channels, providerPhoneId = '' } = payment
    const sent = { providerPhoneId, textId: channels.sms.textId }
    const check = () =>
      codes({ ...payfriend.world, env: before }).check(
        sent,
        { action, actionId: paymentId, reference },
        '000000',
      )
    expect(await check()).toBe('wrong')
    const stage = await stageOf(payfriend.world, { provider: 'none' })
    Object.assign(stage.outputs, { FormerProvider: 'twilioVerify' })
    try {
      const locked = await run(['lock', as.email, '--stage', 'live'])
      expect(locked).toMatchObject({ code: 0, complaints: '' })
      expect(await check()).toBe('over')
    } finally {
      await stage.close()
    }
  })

  test('one of before is told to be deployed', async () => {
    const stage = await stageOf(payfriend.world, { without: 'EndSessions' })
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

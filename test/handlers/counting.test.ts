/** What is counted of payments and of the provider, as it is written for CloudWatch. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

// Read once, when what counts is loaded: before the imports.
vi.hoisted(() => {
  process.env.METRICS_DISABLED = 'false'
})

import { ORIGIN_HEADER } from '../../functions/http/originHeader.ts'
import { metrics } from '../../functions/metrics.ts'
import { count, flush } from '../../functions/observe.ts'
import { textProviders } from '../../functions/routes.ts'
import { addDevice, type TestDevice } from '../harness/devices.ts'
import { callbackOf } from '../harness/faultInjection.ts'
import {
  type Call,
  type Harness,
  otherThan,
  type Person,
  paymentBody,
  startHarness,
} from '../harness/harness.ts'

type Line = {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
    }[]
  }
  readonly [name: string]: unknown
}

/** All that was written since the last look, each metric with its values. */
const lines: Line[] = []
/** What else was logged. */
const told: string[] = []
const { write } = process.stdout
const log = console.log
function take(text: unknown) {
  const line = String(text)
  if (line.startsWith('{"_aws"')) lines.push(JSON.parse(line))
  else told.push(line)
}
beforeAll(() => {
  console.log = take
  process.stdout.write = ((text: unknown) => {
    take(text)
    return true
  }) as typeof write
})
afterAll(() => {
  console.log = log
  process.stdout.write = write
})

function counted(): Record<string, number[]> {
  const found: Record<string, number[]> = {}
  for (const line of lines.splice(0)) {
    for (const { Metrics } of line._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) {
        found[Name] = [...(found[Name] ?? []), ...([line[Name]].flat() as number[])]
      }
    }
  }
  return found
}
/** Without what takes its own time. */
function sums() {
  const { ProviderMs, ...rest } = counted()
  return Object.fromEntries(
    Object.entries(rest).map(([name, values]) => [name, values.reduce((a, b) => a + b)]),
  )
}

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
  lines.splice(0)
})
afterEach(() => harness.close())

/** A payment that waits, of which nothing is counted any more. */
async function waiting(app = true): Promise<{ as: Person; id: string }> {
  const as = await harness.person({ app })
  const { paymentId: id } = await harness.pending(as)
  counted()
  return { as, id }
}
const text = (as: Person, id: string) => harness.call('smsStart', { as, id })
const enter = (as: Person, id: string, code: string) =>
  harness.call('smsVerify', { as, id, body: { code } })

test('every line is of the namespace, has the service for its one dimension, and the units of the list', async () => {
  const { as, id } = await waiting()
  await harness.answers(as, 'approved')
  await text(as, id)
  expect(lines.length).toBeGreaterThan(0)
  for (const { _aws } of lines) {
    for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
      expect({ Namespace, Dimensions }).toEqual({
        Namespace: 'Payfriend',
        Dimensions: [['service']],
      })
      for (const { Name, Unit } of Metrics) expect({ [Name]: Unit }).toEqual(unitOf(Name))
    }
  }
})
const unitOf = (name: string) => ({ [name]: (metrics as Record<string, string>)[name] })

test('a start is counted once, however often it is asked for', async () => {
  const as = await harness.person()
  counted()
  for (let n = 0; n < 3; n += 1)
    await harness.call('sendPayment', { as, key: 'key', body: paymentBody })
  expect(sums()).toEqual({ PaymentStarted: 1 })
})

describe('the end of a payment is counted once, by the write that ended it:', () => {
  test.each([
    ['approved', 'PaymentApprovedByPush'],
    ['denied', 'PaymentDenied'],
  ] as const)('%s by push, though the callback comes twice', async (answer, metric) => {
    const { as } = await waiting()
    const { call } = harness
    harness.call = async (name, request) => {
      await call(name, request)
      return call(name, request)
    }
    harness.clock.advance(12.5)
    await harness.answers(as, answer)
    expect(sums()).toEqual({ [metric]: 1, DecisionSeconds: 12.5 })
  })

  test('approved by a lost callback’s push, which the sweep learns', async () => {
    const { as } = await waiting()
    const push = harness.phone.book.latestPush(as.number)
    harness.phone.book.faults.loseNextCallback = true
    harness.phone.book.answer(push?.uuid ?? '', 'approved')
    await harness.phone.settled()
    harness.clock.advance(20)
    await harness.sweep()
    await harness.sweep()
    expect(sums()).toEqual({ PaymentApprovedByPush: 1, DecisionSeconds: 20 })
  })

  test('approved by a code, though it is entered twice', async () => {
    const { as, id } = await waiting()
    await text(as, id)
    counted()
    harness.clock.advance(30)
    const code = harness.codeOn(as.number)
    await Promise.all([enter(as, id, code), enter(as, id, code)])
    const { CodeWrong, ...found } = sums()
    expect(found).toEqual({ PaymentApprovedBySms: 1, DecisionSeconds: 30 })
  })

  test('failed by five wrong codes, though more come', async () => {
    const { as, id } = await waiting()
    await text(as, id)
    counted()
    const wrong = otherThan(harness.codeOn(as.number))
    for (let n = 0; n < 7; n += 1) await enter(as, id, wrong)
    expect(sums()).toEqual({ CodeWrong: 5, PaymentFailed: 1 })
  })

  test('cancelled, though that is said twice', async () => {
    const { as, id } = await waiting()
    for (let n = 0; n < 2; n += 1) await harness.call('cancelPayment', { as, id })
    expect(sums()).toEqual({ PaymentCancelled: 1 })
  })

  test('expired, though it is swept twice', async () => {
    await waiting()
    harness.clock.advance(300)
    await harness.sweep()
    await harness.sweep()
    expect(sums()).toEqual({ PaymentExpired: 1 })
  })
})

test('each text and call that the provider is asked for is counted, to both phones of a change', async () => {
  const { as, id } = await waiting()
  await text(as, id)
  expect(sums()).toEqual({ TextAsked: 1 })
  harness.clock.advance(20)
  const body = { phoneNumber: harness.stranger().number, channel: 'call' }
  await harness.call('phoneStart', { as, body })
  expect(sums()).toEqual({ TextAsked: 2 })
  await harness.call('phoneStart', { as, body })
  expect(sums()).toEqual({})
})

test.each(textProviders)(
  'each call of %s is timed, with an answer or without',
  async (PROVIDER) => {
    await harness.close()
    harness = await startHarness({ PROVIDER })
    const { as, id } = await waiting()
    await text(as, id)
    expect(counted().ProviderMs).toHaveLength(1)
    harness.provider.instead = ({ path }: Call) =>
      /\/verify\/|\/VerificationCheck/.test(path) ? 'hang up' : undefined
    await enter(as, id, '123456')
    const { ProviderMs, ProviderFault } = counted()
    expect({ calls: ProviderMs?.length, ProviderFault }).toEqual({ calls: 1, ProviderFault: [1] })
    for (const ms of ProviderMs ?? []) expect(Number.isInteger(ms)).toBe(true)
  },
)

test('whom a switch turns away is counted', async () => {
  const { as, id } = await waiting()
  const stopped = harness.with({ SMS_OFF: 'true', PAYMENTS_OFF: 'true' }).call
  await stopped('smsStart', { as, id })
  await stopped('sendPayment', { as, key: 'other', body: paymentBody })
  expect(sums()).toEqual({ SmsOff: 1, PaymentsOff: 1 })
})

const naming = (payment_id: string) =>
  JSON.stringify({ approval_request: { transaction: { hidden_details: { payment_id } } } })
const nonsense = { 'x-authy-signature': 'nonsense' }
test.each([
  ['a stray without a signature', {}, async () => '{}', 'CallbackUnsigned'],
  ['one that is signed, but not as it should be', nonsense, async () => '{}', 'CallbackForged'],
  [
    'a forged one for a payment that is not there',
    nonsense,
    async () => naming('A'.repeat(22)),
    'CallbackForged',
  ],
  [
    'a forged one for a payment that is there',
    nonsense,
    async () => naming((await waiting()).id),
    'CallbackForgedForPayment',
  ],
  [
    'an unsigned one for a payment that is there',
    {},
    async () => naming((await waiting()).id),
    'CallbackForgedForPayment',
  ],
])('of refused callbacks %s is told apart', async (_, headers, textOf, metric) => {
  const text = await textOf()
  counted()
  expect(await harness.call('authyCallback', { text, headers })).toMatchObject({ status: 403 })
  expect(sums()).toEqual({ [metric]: 1 })
})

test('what came past the firewall is counted apart from a payer’s secret that is not known, and a stranger’s as neither', async () => {
  const [known, other] = ['a'.repeat(32), 'b'.repeat(32)]
  const walled = harness.with({ ORIGIN_SECRETS: known })
  const as = await harness.person()
  counted()
  for (const secret of [undefined, '', other, other, other, known]) {
    const headers = secret === undefined ? {} : { [ORIGIN_HEADER]: secret }
    await walled.call('profile', { as, headers })
    await walled.call('listApprovals', { headers })
  }
  expect(sums()).toEqual({
    OriginSecretMissing: 2,
    OriginSecretUnknown: 3,
    StrangerPastFirewall: 5,
  })
})

test('a forged callback whose payment cannot be looked for is a fault of ours, and told as no payment’s', async () => {
  const { id } = await waiting()
  counted()
  harness.store.instead = () => ({ status: 400, body: { __type: 'ValidationException' } })
  const forged = { text: naming(id), headers: nonsense }
  expect(await harness.call('authyCallback', forged)).toMatchObject({ status: 403 })
  expect(sums()).toEqual({ Fault: 1, CallbackForged: 1 })
})

test('a callback that is signed and not understood is counted, and as a mismatch once if it names a payment', async () => {
  const { as } = await waiting()
  const push = harness.phone.book.latestPush(as.number)
  if (!push) throw new Error('no push')
  const unclear = () =>
    harness.call('authyCallback', callbackOf(harness, push, 'expired' as 'denied'))
  await unclear()
  expect(sums()).toEqual({ CallbackNotUnderstood: 1, CallbackMismatched: 1 })
  await unclear()
  expect(sums()).toEqual({ CallbackNotUnderstood: 1 })
  const nameless = { ...push, uuid: 'unknown', hiddenDetails: null }
  const strange = callbackOf(harness, nameless, 'expired' as 'denied')
  await harness.call('authyCallback', strange)
  expect(sums()).toEqual({ CallbackNotUnderstood: 1 })
})

describe('of devices is counted', () => {
  let as: Person
  let device: TestDevice
  beforeEach(async () => {
    as = harness.stranger()
    device = await addDevice(harness, as)
  })
  const waitingId = async () => `payment.${(await harness.pending(as)).paymentId}`

  test('that one was added, and removed', async () => {
    expect(sums()).toMatchObject({ DeviceAdded: 1 })
    await harness.call('deviceRemove', { as, id: device.id })
    expect(sums()).toMatchObject({ DeviceRemoved: 1 })
  })

  test.each([
    [5, 6, 0],
    [5, 5, 1],
    [5, 4, 1],
    [5, 0, 1],
    [0, 0, 0],
  ])('a passkey’s counter that was %i and is %i, which refuses nothing', async (was, is, falls) => {
    const counts: unknown[] = []
    for (const signCount of [was, is]) {
      const id = await waitingId()
      counted()
      const yes = await device.yesTo(id, { signCount })
      expect(await device.request('decideApproval', id, yes)).toMatchObject({ status: 200 })
      counts.push(sums().CounterFallen ?? 0)
    }
    expect(counts).toEqual([0, falls])
  })

  test('a signature over something else', async () => {
    const id = await waitingId()
    counted()
    const elsewhere = await device.yesTo(id, { clientData: { origin: 'https://pay.example.evil' } })
    await device.request('decideApproval', id, elsewhere)
    expect(sums()).toEqual({ ApprovalStale: 1 })
  })

  test('a payment that its payer did not start', async () => {
    const [mine, another] = [await waitingId(), await waitingId()]
    counted()
    await device.deny(mine, 'not_me')
    expect(sums()).toMatchObject({ NotMe: 1, PaymentDenied: 1 })
    await device.deny(another, 'changed_mind')
    expect(sums()).not.toHaveProperty('NotMe')
  })
})

test('no line has more than a hundred values of a metric, which CloudWatch would refuse', () => {
  lines.splice(0)
  for (let n = 0; n < 150; n += 1) count('PaymentExpired')
  count('Fault')
  flush()
  expect(lines.map(({ PaymentExpired }) => [PaymentExpired].flat().length)).toEqual([100, 50])
  expect(lines[1]).toMatchObject({ Fault: 1 })
})

test('an environment without its code cache is counted once, and a line says which Lambda it is of, and why', async () => {
  told.splice(0)
  vi.stubEnv('CODE_CACHE_REFUSED', 'V8 refused it')
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'Payfriend-prod-Profile')
  vi.resetModules()
  const { flush } = await import('../../functions/observe.ts')
  flush()
  flush()
  vi.unstubAllEnvs()
  expect(counted()).toEqual({ CodeCacheRefused: [1] })
  expect(told.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 'WARN',
      message: 'CodeCacheRefused',
      lambda: 'Payfriend-prod-Profile',
      reason: 'V8 refused it',
    }),
  ])
})

/**
 * Whatever can be asked at once is asked at once: each request, in a Lambda of its own as in AWS, is held
 * at one of its calls until all the others are there, and then all of them go on.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../functions/composition.ts'
import { type LambdaName, textProviders } from '../functions/routes.ts'
import type { Push } from '../local/phone/phonePush.ts'
import { all, atOnce, ordersOf, type Start } from './harness/atOnce.ts'
import {
  type Asked,
  callbackOf,
  type FaultyLambda,
  type Step,
  startLambda,
} from './harness/faultInjection.ts'
import {
  type Call,
  type Harness,
  otherThan,
  type Person,
  paymentBody,
  type Reply,
  type Request,
  startHarness,
} from './harness/harness.ts'

let harness: Harness
const SETTINGS = {
  TEXTS_PER_HOUR: '1000000',
  TEXTS_PER_DAY: '1000000',
  PROVING_TEXTS_PER_HOUR: '1000000',
  PROVING_TEXTS_PER_DAY: '1000000',
  TEXTS_PER_DAY_FOR_STAGE: '1000000',
  OPEN_PAYMENTS: '6',
  PAYMENTS_PER_HOUR: '14',
}

const PUSH_PAUSE_SECONDS = 900

/** Where requests are held: at their very first call, or as late as their outcome is still open. */
const FIRST = () => true
const TRIES = ({ what }: Step) => what === 'UpdateItem payments code_tried'
const COUNTS_ATTEMPT = ({ text }: Step) => text.includes('failed_attempts = :attempts')
const COUNTS = ({ what }: Step) => what.startsWith('UpdateItem users limit#starts started')
const PUTS = ({ operation }: Step) => operation === 'PutItem'
const SAVES = ({ what }: Step) => what === 'UpdateItem payments push_sent'
const DECIDES = ({ text }: Step) => text.includes('REMOVE open_shard')

describe.each(textProviders)('with %s', (provider) => {
  beforeAll(async () => {
    harness = await startHarness({ PROVIDER: provider, ...SETTINGS }, { inThread: true })
  })
  afterAll(() => harness.close())

  // What differs between the providers comes after the starts, and after the count to the person.
  const isAuthy = provider === 'authy'
  const tries = [
    ['begin', FIRST],
    ['spend their attempt', TRIES],
    ['are counted to their person', COUNTS_ATTEMPT],
  ] as const
  describe.each(isAuthy ? tries : tries.slice(1, 2))('codes that %s at once', (_, where) => {
    test('and are wrong, fifty of them, are checked five times; then the right one is refused', async () => {
      const { as, id, code } = await texted()
      const before = checks()
      const asked = all(50, () => enter(as, id, otherThan(code)))
      const replies = await burst('smsVerify', asked, where)
      expect(checks() - before).toBe(5)
      const spent = /^422 wrong_code$|^409 no_attempts_left$|^409 already_decided failed$/
      expect(replies.map(said).filter((one) => !spent.test(one))).toEqual([])
      const failed = { status: 'failed', code_attempts: 5, wrong_codes: 5 }
      expect(await harness.item(id)).toMatchObject(failed)
      expect((await harness.call('smsVerify', enter(as, id, code))).status).toBe(409)
      expect(checks() - before).toBe(5)
    })

    test('and are right, twenty of them, approve once, never fail, and all are told so', async () => {
      const { as, id, code } = await texted()
      const before = checks()
      const asked = all(20, () => enter(as, id, code))
      const replies = await burst('smsVerify', asked, where)
      expect(checks() - before).toBeLessThanOrEqual(5)
      const true_ = /^200 approved$|^409 already_decided approved$|^409 no_attempts_left$/
      expect(replies.map(said).filter((one) => !true_.test(one))).toEqual([])
      expect(replies.map(said)).toContain('200 approved')
      expect(endsOf(await harness.item(id))).toEqual(['approved'])
    })

    test('and are wrong, for five payments of one person, are checked five times, then locked', async () => {
      const as = await harness.person()
      for (const minutes of [5, 15]) {
        const open: SentCode[] = []
        while (open.length < 6) open.push(await texted(as))
        const before = checks()
        const asked = open
          .slice(0, 5)
          .flatMap(({ id, code }) => all(5, () => enter(as, id, otherThan(code))))
        const replies = await burst('smsVerify', asked, where)
        expect(checks() - before).toBe(5)
        const stopped =
          /^422 wrong_code$|^423 locked$|^409 (no_attempts_left|already_decided failed)$/
        expect(replies.map(said).filter((one) => !stopped.test(one))).toEqual([])
        const { id = '', code = '' } = open[5] ?? {}
        const right = await harness.call('smsVerify', enter(as, id, code))
        expect([said(right), right.headers['retry-after']]).toEqual([
          '423 locked',
          String(minutes * 60),
        ])
        expect(checks() - before).toBe(5)
        harness.clock.advance(minutes * 60)
        await harness.sweep()
      }
    })
  })

  const starts = [
    ['begin', 100, FIRST],
    ['are counted', 20, COUNTS],
    ['are stored', 20, PUTS],
  ] as const
  describe.each(isAuthy ? starts : starts.slice(2))('starts that %s at once', (_, many, where) => {
    test(`${many} of them with one key, are one payment with one push`, async () => {
      const as = await harness.person()
      const replies = await burst(
        'sendPayment',
        all(many, () => start(as, 'once')),
        where,
      )
      expect(replies.map(said).sort()).toEqual([
        ...all(many - 1, () => '200 pending'),
        '201 pending',
      ])
      expect(new Set(replies.map(({ body }) => body.paymentId)).size).toBe(1)
      const listed = await harness.call('listPayments', { as })
      expect(listed.body.payments).toHaveLength(1)
      expect(harness.phone.book.pushes(as.number)).toHaveLength(isAuthy ? 1 : 0)
    })

    test('are as many as may be open, however many more there are', async () => {
      const as = await harness.person()
      const replies = await burst(
        'sendPayment',
        all(9, (i) => start(as, `${i}`)),
        where,
      )
      const refused = all(3, () => '429 too_many_open_payments')
      expect(replies.map(said).sort()).toEqual([...all(6, () => '201 pending'), ...refused])
      const listed = await harness.call('listPayments', { as })
      expect(listed.body.payments).toHaveLength(6)
      // One place becomes free, and is taken once.
      await harness.call('cancelPayment', { as, id: listed.body.payments[0].paymentId })
      const last = await burst(
        'sendPayment',
        all(2, (i) => start(as, `last-${i}`)),
        where,
      )
      expect(last.map(said).sort()).toEqual(['201 pending', '429 too_many_open_payments'])
    })

    test('are as many as an hour has', async () => {
      const as = await harness.person()
      for (const i of all(13, String)) {
        const { body } = await harness.call('sendPayment', start(as, i))
        await harness.call('cancelPayment', { as, id: body.paymentId })
      }
      const last = await burst(
        'sendPayment',
        all(2, (i) => start(as, `last-${i}`)),
        where,
      )
      expect(last.map(said).sort()).toEqual(['201 pending', '429 too_many_payments'])
    })
  })
})

describe('a push', () => {
  beforeAll(async () => {
    harness = await startHarness(SETTINGS)
  })
  afterAll(() => harness.close())
  const ASKS = ({ what }: Step) => what === 'UpdateItem payments push_asked'

  test('that a crash lost is asked for once more by twenty that ask at once', async () => {
    const as = await harness.person()
    const lost = await startLambda(harness, 'sendPayment', (step, next, die) =>
      SAVES(step) ? die() : next(),
    )
    await lost.ask(start(as, 'lost'))
    harness.clock.advance(15)
    const replies = await burst(
      'sendPayment',
      all(20, () => start(as, 'lost')),
      ASKS,
    )
    expect(new Set(replies.map(said))).toEqual(new Set(['200 pending']))
    expect(harness.phone.book.pushes(as.number)).toHaveLength(2)
  })

  test('that is under way is not asked for again by who asks meanwhile', async () => {
    const as = await harness.person()
    const slow = await startLambda(harness, 'sendPayment', async (step, next) => {
      if (step.server === 'provider') {
        for (const seconds of [0, 14.999]) {
          harness.clock.advance(seconds)
          const again = await harness.call('sendPayment', start(as, 'slow'))
          expect([said(again), again.body.push]).toEqual(['200 pending', 'sending'])
        }
      }
      return next()
    })
    const reply = await slow.ask(start(as, 'slow'))
    slow.close()
    expect([reply?.status, reply?.body.push]).toEqual([201, 'sent'])
    expect(harness.phone.book.pushes(as.number)).toHaveLength(1)
  })

  // It can be: the person’s thumb against one write of ours.
  test('that is answered before it is known to have been sent is answered for good', async () => {
    const as = await harness.person()
    const slow = await startLambda(harness, 'sendPayment', async (step, next) => {
      const push = harness.phone.book.latestPush(as.number)
      if (SAVES(step) && push) {
        const told = await harness.call('authyCallback', callbackOf(harness, push, 'denied'))
        expect(told.status).toBe(200)
      }
      return next()
    })
    const reply = await slow.ask(start(as, 'slow'))
    slow.close()
    expect(reply && said(reply)).toBe('201 denied')
    const item = await harness.item(reply?.body.paymentId)
    expect([item?.status, endsOf(item), item?.push]).toEqual(['denied', ['denied'], 'sent'])
    expect(item).not.toHaveProperty('open_shard')
  })
})

describe('an answer that is refused, and the sweep that asks what was answered,', () => {
  beforeAll(async () => {
    harness = await startHarness({
      ...SETTINGS,
      OPEN_PAYMENTS: '1000000',
      PAYMENTS_PER_HOUR: '1000000',
    })
  })
  afterAll(() => harness.close())
  const REFUSES = ({ text }: Step) => text.includes('answer_refused_at = :now')

  test('at once: what is written first stands, and after a refusal the sweep approves nothing', async () => {
    const as = await harness.person()
    const lambdas = await Promise.all([
      startLambda(harness, 'authyCallback'),
      startLambda(harness, 'sweepPayments'),
    ])
    const seen = new Set<string>()
    const places = [FIRST, (step: Step) => REFUSES(step) || DECIDES(step)]
    const rounds = ordersOf(2).flatMap((order) => places.map((where) => ({ order, where })))
    for (const { order, where } of rounds) {
      const { paymentId: id } = await harness.pending(as)
      const push = harness.phone.book.latestPush(as.number)
      if (!push) throw new Error('no push')
      harness.phone.book.faults.loseNextCallback = true
      harness.phone.book.answer(push.uuid, 'approved')
      harness.clock.advance(20)
      const other = { ...push, message: 'Pay €1.00 to Neville' }
      await atOnce(lambdas, [callbackOf(harness, other, 'approved'), {}], { where, order })
      const item = (await harness.item(id)) ?? {}
      const [, , ...what] = (item.history as { event: string }[]).map(({ event }) => event)
      expect([['approved'], ['answer_mismatched']]).toContainEqual(what)
      expect(item.status).toBe(what[0] === 'approved' ? 'approved' : 'pending')
      seen.add(String(what[0]))
      await harness.call('cancelPayment', { as, id })
    }
    // It was a race, which each of them won at times.
    expect([...seen].sort()).toEqual(['answer_mismatched', 'approved'])
    for (const lambda of lambdas) lambda.close()
  })
})

/** How a payment can end, each by one request, and at most one more that must not matter. */
type Case = SentCode & { readonly push: Push | undefined }

const KINDS = [
  'from the beginning',
  'at the decision',
  'in the last moment',
  'when it is over',
] as const
type Kind = (typeof KINDS)[number]

describe.each(textProviders)('whatever could end a payment, with %s', (provider) => {
  const isAuthy = provider === 'authy'
  // The sweep is the last.
  const names: LambdaName[] = isAuthy
    ? ['authyCallback', 'authyCallback', 'cancelPayment', 'smsVerify', 'sweepPayments']
    : ['cancelPayment', 'smsVerify', 'sweepPayments']
  let lambdas: FaultyLambda[]
  beforeAll(async () => {
    const unlimited = { OPEN_PAYMENTS: '1000000', PAYMENTS_PER_HOUR: '1000000' }
    harness = await startHarness({ PROVIDER: provider, ...SETTINGS, ...unlimited })
    lambdas = await Promise.all(names.map((name) => startLambda(harness, name)))
  })
  afterAll(async () => {
    for (const lambda of lambdas) lambda.close()
    await harness.close()
  })

  /** What each is asked; on the phone the push was approved, though nobody has heard so yet. */
  function requestsOf({ as, id, code, push }: Case): Request[] {
    const entered = enter(as, id, code)
    if (!push) return [{ as, id }, entered, {}]
    const [yes, no] = [callbackOf(harness, push, 'approved'), callbackOf(harness, push, 'denied')]
    return [yes, no, { as, id }, entered, {}]
  }

  const decided = isAuthy
    ? ['approved push-callback', 'denied push-callback', 'approved sms-code', 'cancelled']
    : ['approved verify-code', 'cancelled']
  const learned = isAuthy ? ['approved provider-read'] : []
  /** Who wins at times; of those that are held at their very beginning it is not told. */
  const winners: Record<Kind, readonly string[] | undefined> = {
    'from the beginning': undefined,
    'at the decision': [...decided, ...learned],
    'in the last moment': [...decided, 'expired'],
    'when it is over': ['expired'],
  }

  test.each(KINDS)(
    'is asked at once %s, in every order: once it ends, and every loser is told how',
    async (kind) => {
      const as = await harness.person()
      const won = new Set<string>()
      const ended: [id: string, item: unknown][] = []
      for (const [n, order] of ordersOf(names.length).entries()) {
        // Rounds that end in a denial must not pause the next one's push.
        harness.clock.advance(PUSH_PAUSE_SECONDS)
        const one = await texted(as)
        const push = harness.phone.book.latestPush(as.number)
        harness.clock.advance(20)
        if (push) {
          harness.phone.book.faults.loseNextCallback = true
          harness.phone.book.answer(push.uuid, 'approved')
        }
        const expiresAt = new Date((await harness.item(one.id))?.expires_at)
        const setClock = (ms: number) => harness.clock.set(new Date(expiresAt.getTime() + ms))
        if (kind === 'in the last moment') setClock(-1)
        // At its very moment, and just after it.
        if (kind === 'when it is over') setClock(n % 2)
        const replies = await atOnce(lambdas, requestsOf({ ...one, push }), {
          where: kind === 'from the beginning' ? FIRST : DECIDES,
          order,
          ...(kind === 'in the last moment' && { beforeLast: () => setClock(0) }),
        })
        const item = (await harness.item(one.id)) ?? {}
        const what = item.evidence ? `${item.status} ${item.evidence.kind}` : item.status
        won.add(what)
        expect([order, endsOf(item)]).toEqual([order, [item.status]])
        expect([order, what, untrue(replies, item)]).toEqual([order, what, []])
        ended.push([one.id, item])
      }
      const ways = winners[kind]
      if (ways) expect([...won].sort()).toEqual([...ways].sort())
      for (const [id, item] of ended) expect(await harness.item(id)).toEqual(item)
    },
  )
})

// Defect W11 of 2019, put to the same test, which would be worth nothing if this passed it.
test('reading, checking and then writing, as in 2019, lets several end one payment', async () => {
  harness = await startHarness(SETTINGS)
  const as = await harness.person()
  const lambdas = await Promise.all(all(3, () => startLambda(harness, readCheckWrite)))
  for (const order of ordersOf(3)) {
    const { id } = await texted(as)
    const wants = ['approved', 'denied', 'cancelled']
    const requests = wants.map((status) => ({ id, body: { status } }))
    const replies = await atOnce(lambdas, requests, { where: PUTS, order })
    const item = (await harness.item(id)) ?? {}
    expect(replies.map(said).sort()).toEqual(wants.map((status) => `200 ${status}`).sort())
    expect(untrue(replies, item)).toHaveLength(2)
  }
  for (const lambda of lambdas) lambda.close()
  await harness.close()
})

/** A payment's end as the sample of 2019 wrote it. */
function readCheckWrite({ env }: World): Asked {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const endpoint = env.DYNAMODB_ENDPOINT ?? ''
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials })
  const documents = DynamoDBDocumentClient.from(client)
  return async ({ id, body }) => {
    const { status } = body as { status: string }
    const Key = { payment_id: id }
    const read = { TableName: 'payments', Key, ConsistentRead: true }
    const { Item } = await documents.send(new GetCommand(read))
    if (Item?.status !== 'pending') {
      const paymentStatus = Item?.status
      return { status: 409, body: { code: 'already_decided', paymentStatus }, headers: {} }
    }
    const history = [...Item.history, { event: status }]
    const written = { ...Item, status, history }
    await documents.send(new PutCommand({ TableName: 'payments', Item: written }))
    return { status: 200, body: { status }, headers: {} }
  }
}

// Counted by two remainders of one number, eighty of two hundred rounds were copies of others.
test.each([
  [2, 2],
  [3, 6],
  [5, 120],
])('of %i there are %i orders, and none comes twice', (size, count) => {
  const orders = ordersOf(size)
  expect(orders).toHaveLength(count)
  expect(new Set(orders.map(String)).size).toBe(count)
  for (const order of orders) expect([...order].sort()).toEqual(all(size, Number))
})

/** Answers that say something else than what is so. */
function untrue(replies: readonly Reply[], item: Record<string, unknown>): string[] {
  const { status } = item
  const so = [
    // To a callback nothing is said, and to the sweep what it did itself.
    '200',
    `200 ${status}`,
    status === 'expired' ? '410 expired' : `409 already_decided ${status}`,
  ]
  return replies.map(said).filter((one) => !so.includes(one))
}

type SentCode = { readonly as: Person; readonly id: string; readonly code: string }

/** A payment that waits, with a code on its payer's phone. */
async function texted(payer?: Person): Promise<SentCode> {
  const as = payer ?? (await harness.person())
  const { paymentId: id } = await harness.pending(as)
  expect((await harness.call('smsStart', { as, id })).status).toBe(202)
  return { as, id, code: harness.codeOn(as.number) }
}
const start = (as: Person, key: string): Request => ({ as, key, body: paymentBody })
const enter = (as: Person, id: string, code: string): Request => ({ as, id, body: { code } })

const isCheck = ({ path }: Call) => path.includes('/verify/') || path.endsWith('/VerificationCheck')
const checks = () => harness.provider.calls.filter(isCheck).length

/** Status and code, and what the payment is said to be. */
function said({ status, body }: Reply): string {
  const is = body.paymentStatus ?? (body.code ? undefined : body.status)
  return [status, body.code, is].filter(Boolean).join(' ')
}

const ENDS = new Set(['approved', 'denied', 'expired', 'failed', 'cancelled'])
const endsOf = (item: Record<string, unknown> | undefined): string[] =>
  ((item?.history ?? []) as { event: string }[])
    .map(({ event }) => event)
    .filter((event) => ENDS.has(event))

/** Ask all of these at once, each of a new Lambda. */
async function burst(
  name: LambdaName,
  requests: readonly Request[],
  where: Start['where'],
): Promise<Reply[]> {
  const lambdas = await Promise.all(requests.map(() => startLambda(harness, name)))
  const replies = await atOnce(lambdas, requests, { where })
  for (const lambda of lambdas) lambda.close()
  return replies
}

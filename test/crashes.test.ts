/**
 * A Lambda can end between any two of its calls: its process dies, and what came to the servers until then
 * is all that is left of it. Here each of them does, before and after every call of the database and of
 * the provider; and then the client asks again, or the provider tells what the person answered, or the
 * sweep asks for it, or nobody does anything more. The same calls are also refused for want of capacity,
 * and carried out without an answer.
 */
import { createHash } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OPEN_SHARDS } from '../functions/adapters/dynamodb/paymentItem.ts'
import { ownPhoneIds } from '../functions/adapters/twilioVerify/phoneIds.ts'
import { paymentIdOf } from '../functions/composition.ts'
import { type TextProvider, textProviders } from '../functions/routes.ts'
import type { Push } from '../local/phone/phonePush.ts'
import {
  type Answer as Answered,
  answerWith,
  type Between,
  callbackOf,
  crashing,
  HANG_UP,
  losing,
  type Step,
  startLambda,
  stumbling,
  throttling,
} from './harness/faultInjection.ts'
import {
  type Harness,
  numberOf,
  type Person,
  paymentBody,
  type Reply,
  type Request,
  type RouteName,
  startHarness,
  otherThan as wrongFor,
} from './harness/harness.ts'

let harness: Harness
/** The same tables and phones with nothing between, which most calls have no need of. */
let sound: Pick<Harness, 'call'>
let documents: DynamoDBDocumentClient
let provider: TextProvider
let verified: Record<string, unknown>
let people = 0

/** What a Lambda is asked in the middle of a life, and whom it is about. */
type Case = {
  readonly payer: Person
  /** The payment that it is about, if it is about one. */
  readonly id: string
  /** The number that is to be trusted. */
  readonly number: string
  readonly request: Request
}
type Story = {
  readonly lambda: RouteName
  /** With the other provider there is no such thing, or nothing else in it. */
  readonly only?: TextProvider
  /** What it says if nothing goes wrong. */
  readonly says: string
  /** All that came before, soundly; each time to somebody new. */
  readonly given: () => Promise<Case>
  /** How long after that the Lambda is asked. */
  readonly seconds?: number
  /** Pushes that were lost before. */
  readonly lost?: number
  /** Only for what happens when a call is sent again; for the rest it is like another. */
  readonly isForRepeats?: boolean
  /** What it makes of the payment. */
  readonly ends?: string
  /** What can be used once only: if this was done and no more, the payment may wait on. */
  readonly spends?: (step: Step) => boolean
  /** What it goes on without, and is done all the same. */
  readonly survives?: (step: Step) => boolean
  /** What a client that asks again may be told, besides what it would have been told. */
  readonly again?: readonly string[]
  /** The person goes on, and comes to what they wanted; or what was in their way. */
  readonly goesOn?: (one: Case) => Promise<Reply[]>
}

const stories: Record<string, Story> = {
  'a payment starts': {
    lambda: 'sendPayment',
    says: '201',
    given: started,
    ends: 'pending',
    survives: looksForDenials,
    goesOn: async (one) => (pushesFor(one).length > 0 ? [await approve(one)] : textAndEnter(one)),
  },
  'a payment starts, of somebody whom the provider does not know yet': {
    only: 'authy',
    lambda: 'sendPayment',
    says: '201',
    given: () => started({ provider_phone_id: undefined }),
    ends: 'pending',
    survives: looksForDenials,
  },
  'a payment starts as the last that may be open, in the place of one that is over': {
    only: 'authy',
    lambda: 'sendPayment',
    says: '201',
    async given() {
      const one = await started()
      const others = ['a', 'b', 'c'].map((key) => start(one.payer, key))
      for (const { request } of others) await sound.call('sendPayment', request)
      for (const { id } of others.slice(2)) await call('cancelPayment', { ...one, id })
      return one
    },
    ends: 'pending',
    survives: looksForDenials,
  },
  'a push that a crash lost is asked for again': {
    only: 'authy',
    lambda: 'sendPayment',
    says: '200',
    async given() {
      const one = await started()
      const lambda = await startLambda(harness, 'sendPayment', (step, next, die) =>
        savesPush(step) ? die() : next(),
      )
      await lambda.ask(one.request)
      return one
    },
    seconds: 15,
    lost: 1,
    ends: 'pending',
    goesOn: async (one) => [await approve(one)],
  },
  'payments are listed': {
    lambda: 'listPayments',
    only: 'authy',
    says: '200',
    given: waiting,
    ends: 'pending',
  },
  'a payment is looked at': {
    lambda: 'paymentStatus',
    only: 'authy',
    says: '200',
    given: waiting,
    ends: 'pending',
  },
  'a profile is looked at': {
    lambda: 'profile',
    only: 'authy',
    says: '200',
    given: waiting,
    ends: 'pending',
  },
  'a payment is cancelled': {
    lambda: 'cancelPayment',
    says: '200',
    given: async () => (isAuthy() ? waiting() : texted()),
    ends: 'cancelled',
  },
  'a code is texted': {
    lambda: 'smsStart',
    says: '202',
    given: waiting,
    ends: 'pending',
    again: ['429 too_many_sms'],
    goesOn: async (one) => [await enter(one, harness.codeOn(one.number))],
  },
  'a right code is entered': {
    lambda: 'smsVerify',
    says: '200',
    given: async () => entering(await texted(), (code) => code),
    ends: 'approved',
    spends: ({ server }) => server === 'provider',
    again: ['409 already_decided', '422 code_expired'],
    goesOn: async (one) => ((await statusOf(one)) === 'approved' ? [] : textAndEnter(one)),
  },
  'a wrong code is entered': {
    lambda: 'smsVerify',
    says: '422 wrong_code',
    given: async () => entering(await texted(), wrongFor),
    ends: 'pending',
    goesOn: async (one) => [await enter(one, harness.codeOn(one.number))],
  },
  'the fifth wrong code is entered': {
    lambda: 'smsVerify',
    says: '422 wrong_code',
    async given() {
      const one = await texted()
      const wrong = wrongFor(harness.codeOn(one.number))
      for (let i = 0; i < 4; i += 1) await enter(one, wrong)
      return entering(one, () => wrong)
    },
    ends: 'failed',
    spends: ({ what }) => what.endsWith('code_tried'),
    again: ['409 already_decided', '409 no_attempts_left'],
    async goesOn(one) {
      const refused = (await enter(one, harness.codeOn(one.number))).status === 409
      return refused ? [] : [{ status: 500, body: 'a sixth attempt', headers: {} }]
    },
  },
  // The provider took it, and a crash kept the payment from hearing so.
  'a code is entered that was used': {
    lambda: 'smsVerify',
    says: '422 code_expired',
    async given() {
      const one = await texted()
      const code = harness.codeOn(one.number)
      await enter(one, wrongFor(code))
      const lambda = await startLambda(harness, 'smsVerify', async ({ server }, next, die) => {
        const answer = await next()
        return server === 'provider' ? die() : answer
      })
      await lambda.ask(entering(one, () => code).request)
      return entering(one, () => code)
    },
    ends: 'pending',
    isForRepeats: true,
  },
  'a text is asked for when its payer has had enough': {
    lambda: 'smsStart',
    says: '429 too_many_sms',
    async given() {
      const one = await texted()
      const [day] = harness.clock.now().toISOString().split('T')
      const Key = { user_id: `limit#paying#${one.payer.payerId}#${day}` }
      const UpdateExpression = 'SET uses = :max'
      const values = { ':max': 20 }
      await documents.send(
        new UpdateCommand({
          TableName: 'users',
          Key,
          UpdateExpression,
          ExpressionAttributeValues: values,
        }),
      )
      return one
    },
    seconds: 20,
    ends: 'pending',
    isForRepeats: true,
  },
  'a push is approved': {
    only: 'authy',
    lambda: 'authyCallback',
    says: '200',
    given: () => answered('approved', true),
    ends: 'approved',
  },
  'a push is denied, and only its own id says which': {
    only: 'authy',
    lambda: 'authyCallback',
    says: '200',
    given: () => answered('denied', false),
    ends: 'denied',
  },
  'a third push in a row is denied': {
    only: 'authy',
    lambda: 'authyCallback',
    says: '200',
    given: thirdDenied,
    ends: 'denied',
    goesOn: isRowTold,
  },
  'a third push in a row is denied, of a payment that was cancelled': {
    only: 'authy',
    lambda: 'authyCallback',
    says: '200',
    async given() {
      const one = await thirdDenied()
      soundly(await call('cancelPayment', one))
      return one
    },
    ends: 'cancelled',
    goesOn: isRowTold,
  },
  'a push is answered with other words': {
    only: 'authy',
    lambda: 'authyCallback',
    says: '200',
    given: () => answered('approved', true, { message: 'Pay €1.00 to Neville' }),
    ends: 'pending',
    goesOn: async (one) => [await approve(one)],
  },
  'a first phone is asked for': {
    lambda: 'phoneStart',
    says: '202',
    async given() {
      const payer = stranger()
      return asking(payer, payer.number)
    },
    again: ['429 too_many_sms'],
    goesOn: async (one) => [await verify(one, false)],
  },
  'another phone is asked for': {
    lambda: 'phoneStart',
    says: '202',
    given: async () => asking(await person(), stranger().number),
    again: ['429 too_many_sms'],
    goesOn: async (one) => [await verify(one, true)],
  },
  'yet another phone is asked for': {
    only: 'twilioVerify',
    lambda: 'phoneStart',
    says: '202',
    async given() {
      const payer = await person()
      await sound.call('phoneStart', asking(payer, stranger().number).request)
      return asking(payer, stranger().number)
    },
    seconds: 20,
    again: ['429 too_many_sms'],
    goesOn: async (one) => [await verify(one, true)],
  },
  'a first phone is verified': {
    lambda: 'phoneVerify',
    says: '200',
    async given() {
      const payer = stranger()
      return verifying(asking(payer, payer.number), false)
    },
    again: ['409 no_code_sent', '422 code_expired'],
    goesOn: askAndVerify,
  },
  'another phone is verified': {
    lambda: 'phoneVerify',
    says: '200',
    given: async () => verifying(asking(await person(), stranger().number), true),
    again: ['409 no_code_sent', '422 code_expired'],
    goesOn: askAndVerify,
  },
}

/** What is to go wrong at a step, if it can there; `early`: before the step itself is carried out. */
type Mishap = { readonly name: string; readonly between: Between; readonly early?: boolean }
type Kind = (step: Step) => Mishap | undefined
const endsBefore: Kind = ({ n }) => ({
  name: 'ends before',
  between: crashing(n, 'before'),
  early: true,
})
const endsAfter: Kind = ({ n }) => ({ name: 'ends after', between: crashing(n, 'after') })
const refused: Kind = ({ n, server }) =>
  server === 'database'
    ? { name: 'is refused for ever', between: throttling(n), early: true }
    : undefined
const unanswered: Kind = ({ n, server }) =>
  server === 'provider' ? { name: 'hears nothing of', between: losing(n) } : undefined
/**
 * What comes after a crash sees only what had come to the servers. So where two crashes leave the same there,
 * one stands for both: before the first call, and after each that changed something.
 */
const leaves: Kind = (step) => {
  if (step.n === 1 && !changes(step)) return endsBefore(step)
  return changes(step) ? endsAfter(step) : undefined
}
const stumbles: Kind = ({ n, server }) =>
  server === 'database' ? { name: 'stumbles at', between: stumbling(n) } : undefined

const changes = ({ server, operation, path }: Step) =>
  server === 'provider' ? !isRead(path) : /^(Put|Update)Item$/.test(operation)
const isRead = (path: string) => path.includes('/onetouch/json/approval_requests/')
const asksPush = ({ method, path }: Step) => method === 'POST' && /approval_requests$/.test(path)
/** The process ended before it could store what came of the push. */
const losesPush = (sent: readonly Step[]) => sent.some(asksPush) && !sent.some(savesPush)
const savesPush = ({ what }: Step) => /push_(sent|unavailable)$/.test(what)

describe.each(textProviders)('with %s', (chosen) => {
  beforeAll(async () => {
    provider = chosen
    const many = { OPEN_PAYMENTS: '3', TEXTS_PER_DAY_FOR_STAGE: '1000000' }
    harness = await startHarness({ PROVIDER: provider, ...many })
    sound = harness.with({ DYNAMODB_ENDPOINT: harness.database })
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    documents = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: harness.database, region: 'local', credentials }),
    )
    verified = (await read('users', (await harness.person()).payerId)) ?? {}
  })
  beforeEach(() => {
    // The SDK waits a random part of a second before it sends again: of all parts, none.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    harness.clock.toNextHour()
    harness.provider.calls.length = 0
    harness.store.calls.length = 0
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(async () => {
    documents.destroy()
    await harness.close()
  })

  const told = Object.entries(stories).filter(([, { only }]) => !only || only === chosen)

  describe.each(told)('%s, and wherever that is stopped', (_, story) => {
    const { lambda, says, lost = 0, again = [], ends, spends } = story

    test('a call is refused, carried out unheard, and sent a third time: it knows its own', async () => {
      const { whole, cases } = await broken(story, stumbles)
      const right = { reply: shownIn(whole), left: await left(whole) }
      const found = await each(cases, async (one) => ({
        reply: shownIn(one),
        left: await left(one),
      }))
      const named = (all: readonly unknown[]) =>
        Object.fromEntries(cases.map(({ name }, i) => [name, all[i]]))
      expect(named(found)).toEqual(named(cases.map(() => right)))
    })
    if (story.isForRepeats) return

    test('the client asks again, and goes on', async () => {
      const { cases } = await broken(story, endsBefore, endsAfter, refused, unanswered)
      const problems = [...(await wrongWithAny(cases, lost)), ...untrue(cases, says)]
      // What was done already answers 200 where it was 201.
      const right = [says, '200', ...again]
      let asks = cases
      for (const seconds of [0, 21]) {
        harness.clock.advance(seconds)
        const replies = await each(asks, ({ request }) => sound.call(lambda, request))
        problems.push(
          ...asks.flatMap(({ name }, i) =>
            right.includes(said(replies[i])) ? [] : [`${name}: again, ${said(replies[i])}`],
          ),
        )
        asks = asks.filter((_, i) => isToWait(replies[i]))
      }
      const mayWait = ({ sent }: Broken) => spends && sent.some(spends)
      problems.push(
        ...(await otherThan(cases, (one) => (mayWait(one) ? [ends, 'pending'] : [ends]))),
      )
      const gone = await each(cases, async (one) => {
        const replies = (await story.goesOn?.(one)) ?? []
        const stops = replies.filter(({ status }) => status >= 300)
        return stops.map((reply) => `${one.name}: cannot go on, ${said(reply)}`)
      })
      expect([...problems, ...gone.flat(), ...(await wrongWithAny(cases, lost))]).toEqual([])
    })

    test('nobody does anything more', async () => {
      const { cases } = await broken(story, leaves)
      const was = await each(cases, statusOf)
      harness.clock.advance(300)
      await harness.sweep()
      const problems = await otherThan(cases, (_, i) => [was[i] === 'pending' ? 'expired' : was[i]])
      // And the person is stopped by nothing.
      harness.clock.advance(300)
      const gone = await each(cases, async ({ name, payer, number, id }) => {
        const one = start(payer, 'another')
        const replies =
          id === ''
            ? await askAndVerify({ ...asking(payer, number), payer, number })
            : [await sound.call('sendPayment', one.request)]
        return replies.flatMap((reply) => (reply.status < 300 ? [] : [`${name}: ${said(reply)}`]))
      })
      expect([...problems, ...gone.flat(), ...(await wrongWithAny(cases, lost))]).toEqual([])
    })

    if (chosen === 'authy' && ends) {
      test('the provider tells twice what the person answered', async () => {
        const { cases } = await broken(story, leaves)
        const was = await each(cases, statusOf)
        for (const _ of [1, 2]) {
          await each([...cases.entries()], async ([i, one]) => {
            for (const push of pushesFor(one)) {
              expect(said(await tell(push, answerOf(i)))).toBe('200')
            }
          })
        }
        const problems = await otherThan(cases, (one, i) =>
          was[i] === 'pending' && pushesFor(one).length > 0 ? [answerOf(i)] : [was[i]],
        )
        expect([...problems, ...(await wrongWithAny(cases, lost))]).toEqual([])
      })

      test('the sweep asks what the person answered', async () => {
        const { cases } = await broken(story, leaves)
        const was = await each(cases, ({ id }) => read('payments', id))
        for (const [i, one] of cases.entries()) {
          for (const { uuid } of pushesFor(one)) {
            harness.phone.book.faults.loseNextCallback = true
            harness.phone.book.answer(uuid, answerOf(i))
          }
        }
        harness.clock.advance(21)
        await harness.sweep()
        const problems = await otherThan(cases, (_, i) => {
          const { status, push_id, answer_refused_at } = was[i] ?? {}
          const isDecided = status === 'pending' && push_id
          // What was refused, and that is written down, the provider's word does not approve.
          const isHeld = answer_refused_at !== undefined && answerOf(i) === 'approved'
          return isDecided && !isHeld ? [answerOf(i)] : [status]
        })
        harness.clock.advance(300)
        await harness.sweep()
        expect([...problems, ...(await wrongWithAny(cases, lost))]).toEqual([])
        expect(await each(cases, statusOf)).not.toContain('pending')
      })
    }
  })

  test.each(Object.entries({ endsBefore, endsAfter, refused, unanswered, stumbles }))(
    'a sweep that is stopped anywhere (%s) leaves all the rest to the next one',
    async (_, kind) => {
      const sane = await startLambda(harness, 'sweepPayments')
      await toSweep('approved')
      await sane.ask()
      sane.close()
      for (const [i, step] of sane.steps.entries()) {
        const mishap = kind(step)
        if (!mishap) continue
        const { due, silent } = await toSweep(answerOf(i))
        const faulty = await startLambda(harness, 'sweepPayments', mishap.between)
        const reply = await faulty.ask()
        if (reply) faulty.close()
        const told = [mishap.name, await wrongWith(due), await wrongWith(silent)]
        expect(told).toEqual([mishap.name, [], []])

        harness.clock.advance(60)
        await harness.sweep()
        const found = [step.what, await statusOf(due), await statusOf(silent)]
        expect(found).toEqual([step.what, 'expired', chosen === 'authy' ? answerOf(i) : 'pending'])
        expect([await wrongWith(due), await wrongWith(silent)]).toEqual([[], []])
        harness.clock.advance(300)
        await harness.sweep()
      }
    },
  )

  const twice =
    chosen === 'authy' ? ['a payment starts', 'a push is approved'] : ['a payment starts']
  test.each(twice)('%s, is stopped, and stopped again when it is tried again', async (title) => {
    const story = stories[title] as Story
    const first = await broken(story, leaves)
    const problems: string[] = []
    for (const { between: firstly, name } of first.mishaps) {
      // Once to see where it can be stopped then; a push is asked for again after 15 s.
      const { lambda } = story
      const again = await stoppedOnce(story, firstly)
      harness.clock.advance(15)
      const sane = await startLambda(harness, lambda)
      await sane.ask(again.request)
      sane.close()
      const points = sane.steps.flatMap((step) => leaves(step) ?? [])
      const cases = await each(points, async (point) => ({
        ...point,
        one: await stoppedOnce(story, firstly),
      }))
      harness.clock.advance(15)
      const stopped = await each(cases, async ({ one, between, name: then }) => {
        const faulty = await startLambda(harness, lambda, between)
        expect(await faulty.ask(one.request)).toBeUndefined()
        const lost = Number(losesPush(one.sent)) + Number(losesPush(faulty.sent))
        return { ...one, lost, name: `${name}, ${then}` }
      })
      harness.clock.advance(15)
      for (const one of stopped) {
        const reply = await sound.call(lambda, one.request)
        if (reply.status > 201) problems.push(`${one.name}: ${said(reply)}`)
        const pushes = pushesFor(one)
        if (pushes.length > 1 + one.lost) problems.push(`${one.name}: ${pushes.length} pushes`)
        // Whichever of them the person answers, it is theirs.
        const push = pushes[pushes.length > 1 && one.lost % 2 ? 1 : 0]
        if (push) await tell(push, 'approved')
        for (const push of pushes) await tell(push, 'denied')
        const end = await statusOf(one)
        if (push && end !== 'approved') problems.push(`${one.name}: ${end}`)
        problems.push(...(await wrongWith(one)))
      }
    }
    expect(problems).toEqual([])
  })

  if (chosen === 'authy') {
    describe('an index that has not heard of the last write', () => {
      test('makes a callback without its hidden details unknown; the sweep asks for it', async () => {
        const one = await answered('approved', false)
        const [push] = pushesFor(one)
        harness.phone.book.faults.loseNextCallback = true
        harness.phone.book.answer(push?.uuid ?? '', 'approved')
        const lambda = await startLambda(harness, 'authyCallback', (step, next) =>
          step.operation === 'Query'
            ? answerWith({ Count: 0, ScannedCount: 0, Items: [] })
            : next(),
        )
        expect(said(await lambda.ask(one.request))).toBe('200')
        lambda.close()
        expect(await statusOf(one)).toBe('pending')
        harness.clock.advance(20)
        await harness.sweep()
        expect(await statusOf(one)).toBe('approved')
      })

      test.each([
        ['due', 300],
        ['silent', 20],
      ])('makes a sweep take for %s what is decided, and change nothing', async (_, seconds) => {
        const one = await waiting()
        const [push] = pushesFor(one)
        const pages = new Map<string, Answered>()
        const remember = await startLambda(harness, 'sweepPayments', async (step, next) => {
          const answer = await next()
          if (step.operation === 'Query') pages.set(step.text, answer)
          return answer
        })
        await remember.ask()
        remember.close()
        if (push) await tell(push, 'approved')
        const before = await read('payments', one.id)
        harness.clock.advance(seconds)
        const lambda = await startLambda(
          harness,
          'sweepPayments',
          async (step, next) => pages.get(step.text) ?? next(),
        )
        expect((await lambda.ask())?.body).toEqual({ expired: 0, decided: 0, asked: 0 })
        lambda.close()
        // It was believed as far as to try: by a write that was lost.
        expect(lambda.steps.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(1)
        expect(lambda.steps.filter(({ server }) => server === 'provider')).toEqual([])
        expect(await read('payments', one.id)).toEqual(before)
      })

      test('makes a list say that a payment waits, which then cannot be cancelled', async () => {
        const one = await waiting()
        let page: Answered | undefined
        // Who asks is looked up at the same time, so the page is known by its operation.
        const lambda = await startLambda(harness, 'listPayments', async (step, next) => {
          if (step.operation !== 'Query') return next()
          if (!page) page = await next()
          return page
        })
        await lambda.ask({ as: one.payer })
        const [push] = pushesFor(one)
        if (push) await tell(push, 'denied')
        const listed = await lambda.ask({ as: one.payer })
        lambda.close()
        expect(listed?.body.payments).toMatchObject([{ paymentId: one.id, status: 'pending' }])
        expect(await call('cancelPayment', one)).toMatchObject({
          status: 409,
          body: { paymentStatus: 'denied' },
        })
      })
    })
  }

  // Everybody’s texts are counted in one item, so others write there at any moment.
  test('a count is not lost to another’s, which covers what it left, when it is sent again', async () => {
    const [one, other] = [await waiting(), await waiting()]
    const isStage = ({ what }: Step) => what.includes('limit#stage')
    let tries = 0
    const lambda = await startLambda(harness, 'smsStart', async (step, next) => {
      if (isStage(step)) tries += 1
      if (isStage(step) && step.operation === 'GetItem') await call('smsStart', other)
      const answer = await next()
      return isStage(step) && tries === 1 ? HANG_UP : answer
    })
    expect(said(await lambda.ask(one.request))).toBe('202')
    lambda.close()
    expect(tries).toBeGreaterThan(2)
  })

  test('in the end nothing waits', async () => {
    await waiting()
    harness.clock.advance(600)
    await harness.sweep()
    const statuses = new Set<string>()
    let ExclusiveStartKey: Record<string, unknown> | undefined
    do {
      const { Items = [], LastEvaluatedKey } = await documents.send(
        new ScanCommand({ TableName: 'payments', ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
      )
      for (const { status } of Items) statuses.add(status)
      ExclusiveStartKey = LastEvaluatedKey
    } while (ExclusiveStartKey)
    expect(statuses).toContain('expired')
    expect(statuses).not.toContain('pending')
  })
})

/** One payment that is due, and one whose push was answered on the phone and not heard of. */
async function toSweep(answer: Answer): Promise<{ due: Case; silent: Case }> {
  const payer = await person()
  // In the first part of the index, so that the sweep’s steps are the same ones each time.
  const key = Array.from({ length: 100 }, (_, i) => `key-${i}`).find((key) => {
    const hash = createHash('sha256').update(start(payer, key).id).digest()
    return hash.readUInt8(0) % OPEN_SHARDS === 0
  })
  const due = { payer, number: payer.number, ...start(payer, key ?? '') }
  await sound.call('sendPayment', due.request)
  await call('smsStart', due)
  harness.clock.advance(270)
  const silent = await waiting()
  for (const { uuid } of pushesFor(silent)) {
    harness.phone.book.faults.loseNextCallback = true
    harness.phone.book.answer(uuid, answer)
  }
  harness.clock.advance(31)
  return { due, silent }
}

async function stoppedOnce(story: Story, between: Between) {
  const one = await story.given()
  const faulty = await startLambda(harness, story.lambda, between)
  expect(await faulty.ask(one.request)).toBeUndefined()
  return { ...one, sent: faulty.sent }
}

/** A case in which one thing went wrong, and the answer, if there was one. */
type Broken = Case & {
  readonly name: string
  /** When its life began. */
  readonly at: Date
  readonly sent: readonly Step[]
  readonly replies: readonly (Reply | undefined)[]
}

/**
 * The story once as it should be, and once for each of its steps and each kind of mishap that it
 * can have. Those after which nothing can have changed come one after the other to the same person.
 */
async function broken(
  story: Story,
  ...kinds: readonly Kind[]
): Promise<{ whole: Broken; cases: Broken[]; mishaps: readonly Mishap[] }> {
  const { lambda, says, given, seconds = 0 } = story
  const began = harness.clock.now()
  const dry = await given()
  harness.clock.advance(seconds)
  const sane = await startLambda(harness, lambda)
  const whole = {
    ...dry,
    name: 'whole',
    at: began,
    sent: sane.sent,
    replies: [await sane.ask(dry.request)],
  }
  sane.close()
  expect(said(whole.replies[0])).toBe(says)
  const points = sane.steps.flatMap((step) =>
    kinds.flatMap((kind) => {
      const mishap = kind(step)
      return mishap ? { ...mishap, step, name: `${mishap.name} ${step.n}: ${step.what}` } : []
    }),
  )
  const first = sane.steps.find(changes)?.n ?? Number.POSITIVE_INFINITY
  const harmless = points.filter(
    ({ step, early }) => !story.survives?.(step) && (step.n < first || (early && step.n === first)),
  )
  const others = points.filter((point) => !harmless.includes(point)).map((point) => [point])
  const at = harness.clock.now()
  const cases = await each(
    harmless.length > 0 ? [harmless, ...others] : others,
    async (mishaps) => ({ mishaps, one: await given() }),
  )
  harness.clock.advance(seconds)
  const done = await each(cases, async ({ one, mishaps }) => {
    const sent: Step[] = []
    const replies: (Reply | undefined)[] = []
    for (const { between } of mishaps) {
      const faulty = await startLambda(harness, lambda, between)
      const reply = await faulty.ask(one.request)
      if (reply) faulty.close()
      replies.push(reply)
      sent.push(...faulty.sent)
    }
    const name = mishaps.map(({ name }) => name).join(', ')
    return { ...one, name, at, sent, replies }
  })
  return { whole, cases: done, mishaps: points }
}

/** Several at a time, so that one waits for the database while another works. */
async function each<T, R>(all: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const todo = [...all.entries()]
  const done: R[] = []
  const next = async () => {
    for (let one = todo.shift(); one; one = todo.shift()) done[one[0]] = await run(one[1])
  }
  await Promise.all(Array.from({ length: 8 }, next))
  return done
}

/** Somebody new, without a phone. */
function stranger(): Person {
  people += 1
  return { payerId: `p-${people}`, email: `p${people}@example.com`, number: numberOf(people) }
}

/** Somebody new whose phone is verified: a copy of one who went the whole way to it. */
async function person(more: object = {}): Promise<Person> {
  const somebody = stranger()
  const { payerId, email, number } = somebody
  const provider_phone_id = isAuthy()
    ? String(harness.phone.book.addUser(number, email).authyId)
    : await ownPhoneIds.enroll(somebody, { countryCode: '1', national: number.slice(2) })
  const own = { user_id: payerId, email, phone_number: number, provider_phone_id }
  const Item = JSON.parse(JSON.stringify({ ...verified, ...own, ...more }))
  await documents.send(new PutCommand({ TableName: 'users', Item }))
  return somebody
}

const start = (as: Person, key: string) => ({
  id: paymentIdOf(as.payerId, key),
  request: { as, key, body: paymentBody },
})

async function started(more: object = {}): Promise<Case> {
  const payer = await person(more)
  return { payer, number: payer.number, ...start(payer, 'first') }
}

async function waiting(): Promise<Case> {
  const one = await started()
  soundly(await sound.call('sendPayment', one.request))
  return { ...one, request: { as: one.payer, id: one.id } }
}

async function texted(): Promise<Case> {
  const one = await waiting()
  soundly(await call('smsStart', one))
  return one
}

/** What came before is no part of the test, so it must not fail. */
function soundly(reply: Reply): void {
  if (reply.status > 202) throw new Error(`before it all: ${said(reply)}`)
}

function entering(one: Case, entered: (code: string) => string): Case {
  const body = { code: entered(harness.codeOn(one.number)) }
  return { ...one, request: { ...one.request, body } }
}

async function answered(answer: Answer, hidden: boolean, other: Partial<Push> = {}): Promise<Case> {
  const one = await waiting()
  const [push] = pushesFor(one)
  if (!push) throw new Error('no push')
  return { ...one, request: callbackOf(harness, { ...push, ...other }, answer, hidden) }
}

async function thirdDenied(): Promise<Case> {
  const one = await waiting()
  for (const key of ['a', 'b']) {
    const { id, request } = start(one.payer, key)
    soundly(await sound.call('sendPayment', request))
    for (const push of pushesFor({ payer: one.payer, id })) soundly(await tell(push, 'denied'))
  }
  const [push] = pushesFor(one)
  if (!push) throw new Error('no push')
  return { ...one, request: callbackOf(harness, push, 'denied') }
}

/** Where it was stored and not told the callback came again. */
async function isRowTold({ payer }: Case): Promise<Reply[]> {
  const { audit_recent = [] } = (await read('users', payer.payerId)) ?? {}
  const told = audit_recent.filter(({ event }: { event: string }) => event === 'pushes.denied')
  return [{ status: 200 + 100 * (told.length - 1) ** 2, body: undefined, headers: {} }]
}

/** A start without it asks for no push, and is a start. */
function looksForDenials({ operation }: Step): boolean {
  return operation === 'Query'
}

function asking(payer: Person, number: string): Case {
  const body = { phoneNumber: number, channel: 'sms' }
  return { payer, id: '', number, request: { as: payer, body } }
}

async function verifying(one: Case, hasPhone: boolean): Promise<Case> {
  soundly(await sound.call('phoneStart', one.request))
  return { ...one, request: codesOf(one, hasPhone) }
}

function codesOf({ payer, number }: Case, hasPhone: boolean): Request {
  const code = harness.codeOn(number)
  const current = hasPhone && { currentCode: harness.codeOn(payer.number) }
  const body = { ...harness.verification(payer), code, ...current }
  return { as: payer, body }
}

type Answer = 'approved' | 'denied'
const answerOf = (i: number): Answer => (i % 2 ? 'denied' : 'approved')
const isAuthy = () => provider === 'authy'
type Whose = Pick<Case, 'payer' | 'id'>
const call = (name: RouteName, { payer, id }: Whose, more: object = {}) =>
  sound.call(name, { as: payer, id, ...more })
const enter = (one: Case, code: string) => call('smsVerify', one, { body: { code } })
const tell = (push: Push, answer: Answer) =>
  sound.call('authyCallback', callbackOf(harness, push, answer))
const said = (reply: Reply | undefined) =>
  reply ? `${reply.status}${reply.body?.code ? ` ${reply.body.code}` : ''}` : 'nothing'
const isToWait = (reply: Reply | undefined) =>
  reply?.headers['retry-after'] !== undefined || reply?.body?.push === 'sending'
const pushesFor = ({ payer, id }: Whose): Push[] =>
  harness.phone.book
    .pushes(payer.number)
    .filter(({ hiddenDetails }) => hiddenDetails?.payment_id === id)

async function read(TableName: 'payments' | 'users', key: string) {
  const Key = { [TableName === 'users' ? 'user_id' : 'payment_id']: key }
  return (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item
}
const statusOf = async ({ id }: Case): Promise<string | undefined> =>
  id === '' ? undefined : (await read('payments', id))?.status

/** The newest push is approved, and the payment is. */
async function approve(one: Case): Promise<Reply> {
  const [push] = pushesFor(one)
  if (push) await tell(push, 'approved')
  const seen = await call('paymentStatus', one)
  return seen.body.status === 'approved' ? seen : { ...seen, status: 500 }
}
async function textAndEnter(one: Case): Promise<Reply[]> {
  return [await call('smsStart', one), await enter(one, harness.codeOn(one.payer.number))]
}
const verify = (one: Case, hasPhone: boolean) => sound.call('phoneVerify', codesOf(one, hasPhone))

/** Ask for the phone again and verify it, unless it is verified by now. */
async function askAndVerify(one: Case): Promise<Reply[]> {
  const before = await read('users', one.payer.payerId)
  if (before?.phone_number === one.number) return []
  const asked = await sound.call('phoneStart', asking(one.payer, one.number).request)
  return [asked, await verify(one, before?.phone_number !== undefined)]
}

/** Those that did not end as they may. */
async function otherThan(
  cases: readonly Broken[],
  mayEnd: (one: Broken, i: number) => readonly (string | undefined)[],
): Promise<string[]> {
  const found = await each(cases, statusOf)
  return cases.flatMap((one, i) => {
    const may = mayEnd(one, i)
    if (one.id === '' || may.includes(found[i])) return []
    return [`${one.name}: ${found[i]}, not ${may.join(' or ')}`]
  })
}

/** Whoever is answered is told that it failed, or what has come true. */
const untrue = (cases: readonly Broken[], says: string) =>
  cases.flatMap(({ name, replies }) =>
    replies.flatMap((reply) =>
      !reply || reply.status >= 500 || said(reply) === says ? [] : [`${name}: ${said(reply)}`],
    ),
  )

/** What is wrong with any of them; none had more pushes than crashes explain. */
async function wrongWithAny(cases: readonly Broken[], lost: number): Promise<string[]> {
  const found = await each(cases, async (one) => {
    if (one.id === '') return wrongWithPhone(one)
    const pushes = pushesFor(one).length
    const tooMany = pushes > 1 + lost + Number(losesPush(one.sent)) ? [`${pushes} pushes`] : []
    return [...tooMany, ...(await wrongWith(one))].map((what) => `${one.name}: ${what}`)
  })
  return found.flat()
}

/** What is wrong with the verification of a phone. */
async function wrongWithPhone({ name, payer, number }: Broken): Promise<string[]> {
  const item = (await read('users', payer.payerId)) ?? {}
  const since = harness.clock.now().getTime() - 600_000
  const sent = harness.phone.book.messages(number).filter(({ at }) => at.getTime() > since).length
  const isVerified = item.phone_number === number
  const rules: [string, boolean][] = [
    ['texts not counted', isVerified || sent <= (item.pending_sends ?? 0)],
    ['texts not counted to the person', textsOn(payer) <= (await usesOf(payer))],
    ['two phones at once', !isVerified || !('pending_number' in item)],
  ]
  return rules.flatMap(([what, holds]) => (holds ? [] : [`${name}: ${what}`]))
}

const ENDS = new Set(['approved', 'denied', 'expired', 'failed', 'cancelled'])

/** What is wrong with a payment, whatever happened to it. */
async function wrongWith({ payer, id }: Case): Promise<string[]> {
  const item = await read('payments', id)
  const pushes = pushesFor({ payer, id })
  if (!item) return pushes.length > 0 ? ['a push of no payment'] : []
  const events: string[] = item.history.map(({ event }: { event: string }) => event)
  const many = (...names: string[]) => events.filter((event) => names.includes(event)).length
  const ends = events.filter((event) => ENDS.has(event))
  const { texts, checks } = await askedOf({ payer, id })
  const { status, sms_sends, code_attempts, wrong_codes, evidence = {} } = item
  const rules: [string, boolean][] = [
    ['ended twice', ends.length <= 1],
    ['history says otherwise', status === (ends[0] ?? 'pending')],
    ['waits, and the sweep does not see it', (status === 'pending') === 'open_shard' in item],
    ['texts not counted', texts <= sms_sends && sms_sends <= 5],
    ['attempts not counted', checks <= code_attempts && code_attempts <= 5],
    ['texts not in its history', many('text_asked') === sms_sends],
    ['attempts not in its history', many('code_tried') === code_attempts],
    ['wrong codes not in its history', many('code_wrong', 'failed') === wrong_codes],
    [
      'approved on no evidence',
      status !== 'approved' || evidence.provider_phone_id === item.provider_phone_id,
    ],
    [
      'denied late twice, or not in its history',
      many('denied_late') === Number('denied_late_at' in item),
    ],
    ['refusals twice', many('answer_mismatched') <= 1],
    [
      'refusals not in its history',
      many('answer_mismatched') === Number('answer_refused_at' in item),
    ],
    [
      'approved by the provider’s word after a refusal',
      !('answer_refused_at' in item && status === 'approved' && evidence.kind === 'provider-read'),
    ],
    ['another push', !evidence.push_id || pushes.some(({ uuid }) => uuid === evidence.push_id)],
    ['the code of another', !evidence.action || evidence.action === id],
    ['texts not counted to the person', textsOn(payer) <= (await usesOf(payer))],
  ]
  return rules.flatMap(([what, holds]) => (holds ? [] : [`${what}: ${JSON.stringify(item)}`]))
}

/** How many texts, and checks of codes, the provider was asked for. */
async function askedOf({ payer, id }: Whose) {
  if (!isAuthy()) {
    const { reference } = (await call('paymentStatus', { payer, id })).body
    const all = harness.phone.book.verifications(payer.number)
    const own = all.filter(({ payee }) => payee?.endsWith(reference))
    const sum = (of: 'sends' | 'checks') => own.reduce((so_far, one) => so_far + one[of], 0)
    return { texts: sum('sends'), checks: sum('checks') }
  }
  const own = harness.provider.calls.filter(({ path }) => path.includes(`action=${id}`))
  const count = (kind: string) => own.filter(({ path }) => path.includes(`/${kind}/`)).length
  return { texts: count('sms'), checks: count('verify') }
}

const textsOn = ({ number }: Person) => {
  const hour = harness.clock.now().toISOString().slice(0, 13)
  const all = harness.phone.book.messages(number)
  return all.filter(({ at }) => at.toISOString().startsWith(hour)).length
}
/** Of both purposes, and of a change of phone both texts. */
const usesOf = async ({ payerId }: Person): Promise<number> => {
  const [day = '', hour] = harness.clock.now().toISOString().split(/T|:/)
  const [paying, proving] = await Promise.all([
    read('users', `limit#paying#${payerId}#${day}`),
    read('users', `limit#proving#${payerId}#${day}`),
  ])
  return (paying?.[`uses_at_${hour}`] ?? 0) + (proving?.[`uses_at_${hour}`] ?? 0)
}

/** As much of an answer as is the same for everybody. */
const shownIn = ({ replies: [reply] }: Broken) => {
  const { status, push, sms, sendsLeft, attemptsLeft } = reply?.body ?? {}
  const counts = { sends: sms?.sendsLeft, attempts: sms?.attemptsLeft }
  return { said: said(reply), status, push, counts, sendsLeft, attemptsLeft }
}

/** All that is left in the tables and on the phone, but for names. */
async function left({ payer, id, number, at }: Broken) {
  const [payment, who, starts] = await Promise.all([
    id === '' ? undefined : read('payments', id),
    read('users', payer.payerId),
    read('users', `limit#starts#${payer.payerId}`),
  ])
  const names =
    /^(user_id|payment_id|reference|email|(previous_)?provider_phone_id|phone_verified_at|failed_attempts_at|sessions_from|pending_id|pending_reference|audit_recent|evidence|request_id|push_details|push_id|sms_to|sms_id|open_shard|(code_)?written_by|expires_epoch)$|number|_sms_id/
  const counted = (item: Record<string, unknown> | undefined) =>
    Object.entries(item ?? {}).map(([name, value]) => [name, names.test(name) ? '' : value])
  const found = {
    payment: Object.fromEntries(counted(payment)),
    who: Object.fromEntries(counted(who)),
    isTrusted: who?.phone_number === number,
    starts: [starts?.started, starts?.unfinished].map((ids) => Object.values(ids ?? {})),
    told: ((who?.audit_recent ?? []) as { event: string }[]).map(({ event }) => event),
    uses: await usesOf(payer),
    texts: textsOn(payer),
    pushes: pushesFor({ payer, id }).length,
  }
  const since = (time: string) => `after ${(Date.parse(time) - at.getTime()) / 1000} s`
  return JSON.parse(JSON.stringify(found).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, since))
}

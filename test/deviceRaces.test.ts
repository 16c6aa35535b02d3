/**
 * Devices answer, are let in and are removed at the same moment as everything else that can happen to their payments
 * and their payer: each request, in a Lambda of its own, is held until all the others are there.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../functions/composition.ts'
import type { LambdaName } from '../functions/routes.ts'
import { operate } from '../local/operator.ts'
import { all, atOnce, ordersOf, waysOf } from './harness/atOnce.ts'
import {
  addAnotherDevice,
  addDevice,
  askingDevice,
  invitedDevice,
  type TestDevice,
} from './harness/devices.ts'
import { callbackOf, type FaultyLambda, type Step, startLambda } from './harness/faultInjection.ts'
import {
  type Harness,
  numberOf,
  type Person,
  type Reply,
  type Request,
  startHarness,
} from './harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness({
    OPEN_PAYMENTS: '1000000',
    PAYMENTS_PER_HOUR: '1000000',
    TEXTS_PER_HOUR: '1000000',
    TEXTS_PER_DAY: '1000000',
    PROVING_TEXTS_PER_HOUR: '1000000',
    PROVING_TEXTS_PER_DAY: '1000000',
    TEXTS_PER_DAY_FOR_STAGE: '1000000',
  })
})
afterAll(() => harness.close())

/** Where requests are held: at their very first call, or at a write whose outcome is still open. */
const FIRST = () => true
const DECIDES = ({ text }: Step) => text.includes('REMOVE open_shard')
const WRITES = ({ operation }: Step) => operation === 'UpdateItem' || operation === 'PutItem'
const SPENDS = ({ text }: Step) => text.includes('SET spent_for')
const ASKS = ({ text }: Step) => text.includes('device_pending = :pending')
const LETS_IN = ({ text }: Step) => text.includes('devices_active, :none) + :one')
const SAVES_HALF = ({ text }: Step) => /device_pending\.(yesBy = :by|hasDigits = :yes)"/.test(text)
const IS_LAST = (step: Step) => LETS_IN(step) || TRUSTS(step)
const TRUSTS = ({ text }: Step) => text.includes('phone_verified_at = :now')

describe('an answer of a device', () => {
  const names: LambdaName[] = ['decideApproval', 'decideApproval', 'cancelPayment']
  const KINDS = [
    'from the beginning',
    'at the decision',
    'in the last moment',
    'when it is over',
  ] as const
  const decided = ['approved passkey', 'cancelled', 'denied device-key']
  const winners = {
    'from the beginning': undefined,
    'at the decision': decided,
    'in the last moment': [...decided, 'expired'].sort(),
    'when it is over': ['expired'],
  }

  test.each(KINDS)(
    'meets another’s no, an equal yes, a cancellation and the sweep %s, in every order: one decision',
    async (kind) => {
      const isDecision = kind === 'at the decision'
      // Before its time is over the sweep decides nothing; an equal yes is there instead.
      const asked: LambdaName[] = [...names, isDecision ? 'decideApproval' : 'sweepPayments']
      const lambdas = await start(...asked)
      const won = new Set<string>()
      let payer = await payerWithTwo()
      for (const [n, order] of ordersOf(asked.length).entries()) {
        // A payer of many payments is slow, because each device reads all that may wait.
        if (n % 8 === 7) payer = await payerWithTwo()
        const { as, one, other } = payer
        const { paymentId } = await harness.pending(as)
        const id = `payment.${paymentId}`
        const [yes, no] = [await one.yesTo(id), await other.noTo(id)]
        const expiresAt = new Date((await harness.item(paymentId))?.expires_at)
        const setClock = (ms: number) => harness.clock.set(new Date(expiresAt.getTime() + ms))
        if (kind === 'in the last moment') setClock(-1)
        if (kind === 'when it is over') setClock(n % 2)
        const requests = [
          one.requestOf('decideApproval', id, yes),
          other.requestOf('decideApproval', id, no),
          { as, id: paymentId },
          isDecision ? one.requestOf('decideApproval', id, yes) : {},
        ]
        const replies = await atOnce(lambdas, requests, {
          where: kind === 'from the beginning' ? FIRST : DECIDES,
          order,
          ...(kind === 'in the last moment' && { beforeLast: () => setClock(0) }),
        })
        const item = (await harness.item(paymentId)) ?? {}
        const what = [item.status, item.evidence?.kind].filter(Boolean).join(' ')
        won.add(what)
        expect([order, what, endsOf(item)]).toEqual([order, what, [item.status]])
        expect([order, what, untrue(replies, item)]).toEqual([order, what, []])
        const by = { approved: one.id, denied: other.id }[item.status as string]
        expect(item.evidence?.device_id).toBe(by)
      }
      const ways = winners[kind]
      if (ways) expect([...won].sort()).toEqual(ways)
      close(lambdas)
    },
  )

  test('a yes and the removal of its device: the payment is approved by a device that was active, or waits', async () => {
    const lambdas = await pairOf('decideApproval', 'deviceRemove')
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, DECIDES)) {
      const { as, one } = await payerWithTwo()
      const { paymentId } = await harness.pending(as)
      const id = `payment.${paymentId}`
      const yes = one.requestOf('decideApproval', id, await one.yesTo(id))
      const replies = await race([yes, { as, id: one.id, body: {} }])
      const item = (await harness.item(paymentId)) ?? {}
      expect(['200 approved', '403 device_not_trusted']).toContain(said(replies[0]))
      expect(said(replies[1])).toBe('200')
      expect(item.status).toBe(replies[0]?.status === 200 ? 'approved' : 'pending')
      expect(endsOf(item)).toEqual(item.status === 'approved' ? ['approved'] : [])
      expect(await told(as, 'device.removed')).toBe(1)
      expect(await activeOf(as)).toHaveLength(1)
      seen.add(item.status)
    }
    expect([...seen].sort()).toEqual(['approved', 'pending'])
    close(lambdas)
  })

  test('a yes and the operator’s lock: the payment is approved or cancelled, once', async () => {
    const lambdas = await pairOf('decideApproval', lock)
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, DECIDES)) {
      const as = await known()
      const device = await addDevice(harness, as)
      const { paymentId } = await harness.pending(as)
      const id = `payment.${paymentId}`
      const yes = device.requestOf('decideApproval', id, await device.yesTo(id))
      const [reply] = await race([yes, { as }])
      const item = (await harness.item(paymentId)) ?? {}
      const so = {
        approved: ['200 approved'],
        cancelled: ['423 locked', '409 already_decided cancelled'],
      }
      expect(so[item.status as keyof typeof so]).toContain(said(reply))
      expect(endsOf(item)).toEqual([item.status])
      seen.add(item.status)
    }
    expect([...seen].sort()).toEqual(['approved', 'cancelled'])
    close(lambdas)
  })

  test('fifty wrong signatures at once are five attempts; then the right one is refused', async () => {
    const as = harness.stranger()
    const device = await addDevice(harness, as)
    const { paymentId } = await harness.pending(as)
    const id = `payment.${paymentId}`
    const right = await device.yesTo(id)
    const wrong = await Promise.all(
      all(50, (n) => device.yesTo(id, { signature: (bytes) => spoilt(bytes, n) })),
    )
    const lambdas = await start(...all(50, () => 'decideApproval' as const))
    const replies = await atOnce(
      lambdas,
      wrong.map((body) => device.requestOf('decideApproval', id, body)),
      { where: WRITES },
    )
    const stopped = /^422 approval_not_signed$|^409 (no_attempts_left|already_decided failed)$/
    expect(replies.map(said).filter((one) => !stopped.test(one))).toEqual([])
    const item = (await harness.item(paymentId)) ?? {}
    expect([item.status, endsOf(item)]).toEqual(['failed', ['failed']])
    expect([item.device_tried.size, item.device_failed.size]).toEqual([5, 5])
    const late = await device.request('decideApproval', id, right)
    expect(said(late)).toBe('409 already_decided failed')
    close(lambdas)
  })
})

describe('a payment that was started before the first device', () => {
  /** A payment with a text and a push, while a device asks to be let in. */
  async function addingMeanwhile() {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    await harness.call('smsStart', { as, id })
    const entered = { as, id, body: { code: harness.codeOn(as.number) } }
    harness.clock.advance(20)
    const device = await askingDevice(harness, as)
    const confirmed = await confirmation(as, device)
    const push = harness.phone.book.latestPush(as.number)
    if (!push) throw new Error('no push')
    return { as, id, device, entered, confirmed, denied: callbackOf(harness, push, 'denied') }
  }

  test('is decided once by its push or its code while a device is let in, and by no device', async () => {
    const lambdas = await start('authyCallback', 'smsVerify', 'deviceConfirm')
    const places = [FIRST, DECIDES, LETS_IN]
    const rounds = places.flatMap((where) => ordersOf(3).map((order) => ({ where, order })))
    for (const round of rounds) {
      const { as, id, device, denied, entered, confirmed } = await addingMeanwhile()
      const replies = await atOnce(lambdas, [denied, entered, confirmed], round)
      const item = (await harness.item(id)) ?? {}
      const [, byCode, letIn] = replies.map(said)
      expect([letIn, await told(as, 'device.added')]).toEqual(['200', 1])
      const so = {
        approved: ['200 approved'],
        denied: ['409 already_decided denied', '403 device_required'],
      }
      expect(so[item.status as keyof typeof so]).toContain(byCode)
      expect(endsOf(item)).toEqual([item.status])
      const no = { answer: 'deny', signed: 'A'.repeat(43) }
      const late = await device.request('decideApproval', `payment.${id}`, no)
      expect(said(late)).toBe('404 not_found')
    }
    close(lambdas)
  })

  test('is approved by a code that came before the device, and no more by one that came after it', async () => {
    const lambdas = await pairOf('smsVerify', 'deviceConfirm')
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, DECIDES, LETS_IN)) {
      const { as, id, denied, entered, confirmed } = await addingMeanwhile()
      const [byCode, letIn] = await race([entered, confirmed])
      expect([said(letIn), await told(as, 'device.added')]).toEqual(['200', 1])
      expect(['200 approved', '403 device_required']).toContain(said(byCode))
      // Its push is still its channel.
      await harness.call('authyCallback', denied)
      const item = (await harness.item(id)) ?? {}
      expect(item.status).toBe(byCode?.status === 200 ? 'approved' : 'denied')
      expect(endsOf(item)).toEqual([item.status])
      seen.add(item.status)
    }
    expect([...seen].sort()).toEqual(['approved', 'denied'])
    close(lambdas)
  })
})

describe('enrolment', () => {
  test('of two phones with one code takes in one of them', async () => {
    const lambdas = await pairOf('deviceEnrol', 'deviceEnrol')
    for await (const race of waysOf(lambdas, FIRST, SPENDS, ASKS)) {
      const as = harness.stranger()
      const first = await invitedDevice(harness, as)
      const second = first.another()
      const requests = [first.enrolment, second.enrolment] as const
      const replies = await race(requests)
      expect(replies.map(said).sort()).toEqual(['201', '404 not_found'])
      const winner = replies[0]?.status === 201 ? first : second
      expect((await devicesOf(as)).pending).toMatchObject({ id: winner.phone.thumbprint })
    }
    close(lambdas)
  })

  test('asked twice at once by one phone shows the same digits twice', async () => {
    const lambdas = await pairOf('deviceEnrol', 'deviceEnrol')
    for await (const race of waysOf(lambdas, FIRST, SPENDS, ASKS)) {
      const as = harness.stranger()
      const { enrolment, phone } = await invitedDevice(harness, as)
      const replies = await race([enrolment, enrolment])
      expect(replies.map(said)).toEqual(['201', '201'])
      expect(replies[0]?.body).toEqual(replies[1]?.body)
      const body = { digits: replies[0]?.body.digits }
      const confirmed = await harness.call('deviceConfirm', { as, id: phone.thumbprint, body })
      expect(said(confirmed)).toBe('200')
    }
    close(lambdas)
  })

  test.each(['sign-in', 'text', 'device'])(
    'confirmed twice at once lets the device in once, by a %s',
    async (leave) => {
      const lambdas = await pairOf('deviceConfirm', 'deviceConfirm')
      for await (const race of waysOf(lambdas, FIRST, SAVES_HALF, LETS_IN)) {
        const as = leave === 'text' ? await harness.person() : harness.stranger()
        const old = leave === 'device' ? [await addDevice(harness, as)] : []
        const device = await askingDevice(harness, as)
        for (const one of old) await one.approve(`device.${device.id}`)
        const confirmed = await confirmation(as, device)
        const replies = await race([confirmed, confirmed])
        expect(replies.map(said)).toContain('200')
        // The provider takes a code once; the page sees by the profile that the device is in.
        const may = leave === 'text' ? ['200', '422 code_expired'] : ['200']
        for (const reply of replies) expect(may).toContain(said(reply))
        expect(await activeOf(as)).toHaveLength(1 + old.length)
        expect(await told(as, 'device.added')).toBe(1 + old.length)
      }
      close(lambdas)
    },
  )

  test('with the yes and the digits at the same moment lets the device in once, whichever is first', async () => {
    const lambdas = await pairOf('decideApproval', 'deviceConfirm')
    for await (const race of waysOf(lambdas, FIRST, SAVES_HALF, LETS_IN)) {
      const as = harness.stranger()
      const old = await addDevice(harness, as)
      const device = await askingDevice(harness, as)
      const yes = await yesOf(old, device)
      const replies = await race([yes, await confirmation(as, device)])
      expect(replies.map(said)).toEqual(['200 approved', '200'])
      expect(await activeOf(as)).toEqual([old.id, device.id])
      expect(await told(as, 'device.added')).toBe(2)
      const late = await device.approvals()
      expect(late.status).toBe(200)
    }
    close(lambdas)
  })

  test('with a yes of one device and a no of another: in, and the no is told that it came late; or out', async () => {
    const lambdas = await pairOf('decideApproval', 'decideApproval')
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, LETS_IN)) {
      const { as, one, other } = await payerWithTwo()
      const device = await askingDevice(harness, as)
      const { id, digits } = device
      await harness.call('deviceConfirm', { as, id, body: { digits } })
      const no = other.requestOf('decideApproval', `device.${id}`, await other.noTo(`device.${id}`))
      const replies = await race([await yesOf(one, device), no])
      const isIn = (await activeOf(as)).includes(id)
      const so = isIn
        ? [['200 approved', '404 not_found']]
        : [
            ['404 not_found', '200 denied'],
            ['403 device_not_trusted', '200 denied'],
          ]
      expect(so).toContainEqual(replies.map(said))
      expect(await told(as, 'device.added')).toBe(isIn ? 3 : 2)
      seen.add(String(isIn))
    }
    expect([...seen].sort()).toEqual(['false', 'true'])
    close(lambdas)
  })

  test('with a yes of a device that is removed at the same moment: both stand, or the new one is out', async () => {
    const lambdas = await pairOf('decideApproval', 'deviceRemove')
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, LETS_IN)) {
      const { as, one } = await payerWithTwo()
      const device = await askingDevice(harness, as)
      const { id, digits } = device
      await harness.call('deviceConfirm', { as, id, body: { digits } })
      const requests = [await yesOf(one, device), { as, id: one.id, body: {} }] as const
      const [yes, removed] = await race(requests)
      const isIn = (await activeOf(as)).includes(id)
      expect(isIn ? ['200 approved'] : ['403 device_not_trusted', '404 not_found']).toContain(
        said(yes),
      )
      expect(said(removed)).toBe('200')
      expect(await activeOf(as)).toHaveLength(isIn ? 2 : 1)
      expect(await told(as, 'device.removed')).toBe(1)
      seen.add(String(isIn))
    }
    expect([...seen].sort()).toEqual(['false', 'true'])
    close(lambdas)
  })

  test('never makes a fourth device active, whenever the fourth asked', async () => {
    const { as, one } = await payerWithTwo()
    const third = await askingDevice(harness, as)
    await one.approve(`device.${third.id}`)
    // It is held after it has read that there is room.
    const fourth = await invitedDevice(harness, as)
    const slow = await startLambda(harness, 'deviceEnrol', async (step, next) => {
      if (SPENDS(step)) {
        const confirmed = await harness.call('deviceConfirm', await confirmation(as, third))
        expect(said(confirmed)).toBe('200')
      }
      return next()
    })
    const asked = await slow.ask(fourth.enrolment)
    slow.close()
    expect(said(asked)).toBe('201')
    const id = fourth.phone.thumbprint
    const yes = await one.approve(`device.${id}`)
    expect(said(yes)).toBe('200 approved')
    const body = { digits: asked?.body.digits }
    const confirmed = await harness.call('deviceConfirm', { as, id, body })
    expect(said(confirmed)).toBe('409 too_many_devices')
    expect(await activeOf(as)).toHaveLength(3)
    expect(await told(as, 'device.added')).toBe(3)
  })

  test('by a text and a change of phone at the same moment: one of the two', async () => {
    const lambdas = await pairOf('deviceConfirm', 'phoneVerify')
    const seen = new Set<string>()
    let spare = 500
    for await (const race of waysOf(lambdas, FIRST, IS_LAST)) {
      const as = await harness.person()
      harness.clock.advance(60)
      spare += 1
      const next = numberOf(spare)
      await harness.call('phoneStart', { as, body: { phoneNumber: next, channel: 'sms' } })
      const currentCode = harness.codeOn(as.number)
      const device = await askingDevice(harness, as)
      harness.clock.advance(20)
      const confirmed = await confirmation(as, device)
      const body = { ...harness.verification(as), code: harness.codeOn(next), currentCode }
      await race([confirmed, { as, body }])
      const item = await stored(as)
      const [isIn, isChanged] = [(await activeOf(as)).length === 1, item.phone_number === next]
      expect([isIn, isChanged].filter(Boolean)).toHaveLength(1)
      expect(item).not.toHaveProperty('device_pending')
      seen.add(isIn ? 'in' : 'changed')
    }
    expect([...seen].sort()).toEqual(['changed', 'in'])
    close(lambdas)
  })

  test('and the end of all sessions at the same moment: in before it, or out for good', async () => {
    const lambdas = await pairOf('deviceConfirm', 'endSessions')
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, LETS_IN)) {
      const as = harness.stranger()
      const claims = signedInNow()
      const device = await askingDevice(harness, as, { claims })
      harness.clock.advance(1)
      const requests = [
        { ...(await confirmation(as, device)), claims },
        { as, claims },
      ] as const
      const [confirmed] = await race(requests)
      const isIn = (await activeOf(as)).length === 1
      expect(isIn ? ['200'] : ['401', '404 not_found']).toContain(said(confirmed))
      expect(await stored(as)).not.toHaveProperty('device_pending')
      // Its invitation is of an ended session, so the device cannot ask again.
      expect(said(await harness.call('deviceEnrol', device.enrolment))).toBe('404 not_found')
      seen.add(String(isIn))
    }
    expect([...seen].sort()).toEqual(['false', 'true'])
    close(lambdas)
  })

  test('between the invitation and the request of the phone, the end of all sessions ends the invitation', async () => {
    const lambdas = await pairOf('deviceEnrol', 'endSessions')
    for await (const race of waysOf(lambdas, FIRST, SPENDS, ASKS)) {
      const as = harness.stranger()
      const claims = signedInNow()
      const { enrolment } = await invitedDevice(harness, as, { claims })
      harness.clock.advance(1)
      const [asked] = await race([enrolment, { as, claims }])
      expect(['201', '404 not_found']).toContain(said(asked))
      expect(await stored(as)).not.toHaveProperty('device_pending')
    }
    close(lambdas)
  })

  test('and the operator’s lock at the same moment: in before it, or out', async () => {
    const lambdas = await pairOf('deviceConfirm', lock)
    const seen = new Set<string>()
    for await (const race of waysOf(lambdas, FIRST, LETS_IN)) {
      const as = await known()
      const device = await askingDevice(harness, as)
      const confirmed = await confirmation(as, device)
      const [reply] = await race([confirmed, { as }])
      const isIn = (await activeOf(as)).length === 1
      expect(isIn ? ['200'] : ['401', '404 not_found', '423 locked']).toContain(said(reply))
      expect(await stored(as)).toMatchObject({ account_state: 'locked' })
      expect(await stored(as)).not.toHaveProperty('device_pending')
      seen.add(String(isIn))
    }
    expect([...seen].sort()).toEqual(['false', 'true'])
    close(lambdas)
  })
})

describe('the removal of a device', () => {
  test('by the page while it is being let in removes it, whichever is first', async () => {
    const lambdas = await pairOf('deviceConfirm', 'deviceRemove')
    for await (const race of waysOf(lambdas, FIRST, LETS_IN)) {
      const as = harness.stranger()
      const device = await askingDevice(harness, as)
      const requests = [await confirmation(as, device), { as, id: device.id, body: {} }] as const
      const [, removed] = await race(requests)
      expect(said(removed)).toBe('200')
      expect(await activeOf(as)).toEqual([])
      expect((await devicesOf(as)).pending).toBeNull()
      expect(await told(as, 'device.removed')).toBe(await told(as, 'device.added'))
    }
    close(lambdas)
  })

  test('by the page and by itself at once is one removal', async () => {
    const lambdas = await pairOf('decideApproval', 'deviceRemove')
    for await (const race of waysOf(lambdas, FIRST, WRITES)) {
      const { as, one, other } = await payerWithTwo()
      const own = one.requestOf('decideApproval', 'removal', await one.yesTo('removal'))
      const replies = await race([own, { as, id: one.id, body: {} }])
      expect(['200 removed', '403 device_not_trusted']).toContain(said(replies[0]))
      expect(said(replies[1])).toBe('200')
      expect(await activeOf(as)).toEqual([other.id])
      expect(await told(as, 'device.removed')).toBe(1)
      expect((await stored(as)).devices_active).toBe(1)
    }
    close(lambdas)
  })

  test('and the operator’s lock at once: who is told that it is removed, is told the truth', async () => {
    for (const by of ['itself', 'the page']) {
      const name = by === 'itself' ? 'decideApproval' : 'deviceRemove'
      const lambdas = await pairOf(name, lock)
      for await (const race of waysOf(lambdas, FIRST, WRITES)) {
        const as = await known()
        const device = await addDevice(harness, as)
        const own = device.requestOf('decideApproval', 'removal', await device.yesTo('removal'))
        const request = by === 'itself' ? own : { as, id: device.id, body: {} }
        const [reply] = await race([request, { as }])
        const isActive = (await activeOf(as)).length === 1
        expect([by, isActive]).toEqual([by, reply?.status !== 200])
        expect(['200', '200 removed', '401', '423 locked']).toContain(said(reply))
      }
      close(lambdas)
    }
  })
})

const start = (...names: readonly LambdaName[]): Promise<FaultyLambda[]> =>
  Promise.all(names.map((name) => startLambda(harness, name)))
const close = (lambdas: readonly FaultyLambda[]) => {
  for (const lambda of lambdas) lambda.close()
}

type Made = Parameters<typeof startLambda>[1]
const pairOf = async (one: Made, other: Made): Promise<[FaultyLambda, FaultyLambda]> => [
  await startLambda(harness, one),
  await startLambda(harness, other),
]

/** The operator's command, as a process of its own. */
const lock =
  (world: World) =>
  async ({ as }: Request) => {
    await operate(world, 'lock', as?.email ?? '')
    return { status: 200, body: undefined, headers: {} }
  }

/** A payer whom the sign-in provider knows, as the operator's command needs it. */
async function known(): Promise<Person> {
  const stranger = harness.stranger()
  await harness.userPool.accounts.signIn(stranger.email, 'correct horse battery')
  const found = await operate(harness.world, 'show', stranger.email)
  if (!('account' in found)) throw new Error(JSON.stringify(found))
  return { ...stranger, payerId: found.account.payerId }
}

async function payerWithTwo() {
  const as = harness.stranger()
  const one = await addDevice(harness, as)
  harness.clock.advance(1)
  return { as, one, other: await addAnotherDevice(harness, as, one) }
}

/** The request that confirms a device, with a code if a text has to let it in. */
async function confirmation(as: Person, { id, digits }: TestDevice): Promise<Request> {
  const isTexted = (await devicesOf(as)).pending.leaves[0].by === 'text'
  if (isTexted) {
    const asked = await harness.call('deviceLeave', { as, id, body: { by: 'text' } })
    expect(asked.status).toBe(202)
  }
  return { as, id, body: { digits, ...(isTexted && { code: harness.codeOn(as.number) }) } }
}

const yesOf = async (old: TestDevice, { id }: TestDevice): Promise<Request> =>
  old.requestOf('decideApproval', `device.${id}`, await old.yesTo(`device.${id}`))

const signedInNow = () => ({
  auth_time: String(Math.floor(harness.clock.now().getTime() / 1000)),
})

const devicesOf = async (as: Person) => (await harness.call('profile', { as })).body.devices

async function stored({ payerId }: Person) {
  const Key = { user_id: payerId }
  const read = new GetCommand({ TableName: 'users', Key, ConsistentRead: true })
  return (await harness.documents.send(read)).Item ?? {}
}

/** The ids of the devices that are stored as active, oldest first; as many as are counted. */
async function activeOf(as: Person): Promise<string[]> {
  const { devices = {}, devices_active = 0 } = await stored(as)
  const active = Object.entries(devices as Record<string, { removedAt?: string; addedAt: string }>)
    .filter(([, { removedAt }]) => removedAt === undefined)
    .sort(([, a], [, b]) => a.addedAt.localeCompare(b.addedAt))
  expect(active).toHaveLength(devices_active)
  return active.map(([id]) => id)
}

/** How many audit entries of this name the payer's chain has. */
const told = async (as: Person, name: string): Promise<number> =>
  ((await stored(as)).audit_recent ?? []).filter(({ event }: { event: string }) => event === name)
    .length

/** Another wrong signature for each number. */
function spoilt(signature: Buffer, n: number): Buffer {
  const spoilt = Buffer.from(signature)
  const at = spoilt.length - 1
  spoilt.writeUInt8((spoilt.readUInt8(at) + 1 + n) % 256, at)
  return spoilt
}

/** Status and code, and what is said of a payment or a device. */
function said(reply: Reply | undefined): string {
  if (!reply) return 'nothing'
  const { status, body } = reply
  const is = body?.paymentStatus ?? (body?.code ? undefined : body?.status)
  return [status, body?.code, is].filter(Boolean).join(' ')
}

/** Answers that say something else than what is so. */
function untrue(replies: readonly Reply[], { status }: Record<string, unknown>): string[] {
  const over = status === 'expired' ? '410 expired' : `409 already_decided ${status}`
  const so = ['200', `200 ${status}`, over]
  return replies.map(said).filter((one) => !so.includes(one))
}

const ENDS = new Set(['approved', 'denied', 'expired', 'failed', 'cancelled'])
const endsOf = (item: Record<string, unknown>): string[] =>
  ((item.history ?? []) as { event: string }[])
    .map(({ event }) => event)
    .filter((event) => ENDS.has(event))

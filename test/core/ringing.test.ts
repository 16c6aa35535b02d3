import { describe, expect, test } from 'vitest'
import { ASK_RINGS_PER_HOUR, type Device, type Devices } from '../../functions/core/device.ts'
import type { Payer } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../functions/core/payerTrail.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type { PushAnswer, PushMessage } from '../../functions/core/ports.ts'
import type { RINGING_ACCOUNT_EVENTS, RingEvent } from '../../functions/core/ringEvent.ts'
import { ringDevices } from '../../functions/core/ringing.ts'
import { at, NOON } from './answering.ts'
import { open, over } from './payments.ts'

const SITE = 'https://pay.example'
const push = (name: string) => ({
  endpoint: `https://push.example/${name}`,
  p256dh: 'p',
  auth: 'a',
  since: NOON,
})
const device = (name: string, more: Partial<Device> = {}): Device => ({
  id: name.repeat(43).slice(0, 43),
  name,
  key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
  passkey: {
    ...{ credentialId: 'c', spki: 's', alg: -7, backupEligible: true },
    ...{ backedUp: true, signCount: 0 },
  },
  boundBy: 'device',
  addedAt: at(-1000),
  push: push(name),
  ...more,
})
const active = device('a')
const silent = device('s', { push: undefined })
const waiting = device('w', { activeFrom: at(3600) })
const removed = device('r', { removedAt: at(-60), removedBy: 'session' })
const gone = device('g', { removedAt: at(-60), removedBy: 'device' })
const renewed = device('n', { removedAt: at(-60), removedBy: 'renewal' })
const longRemoved = device('l', { removedAt: at(-13 * 3600), removedBy: 'session' })

const payment: RingEvent = {
  type: 'payment.pending',
  payerId: 'payer-1',
  paymentId: 'N2xh5v0SgVq3uQK1mYw8Tg',
  displayText: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
  createdAt: NOON,
  expiresAt: at(300),
}
const change = (type: Exclude<(typeof RINGING_ACCOUNT_EVENTS)[number], 'phone.changed'>) =>
  ({ type, payerId: 'payer-1', at: NOON }) as const

type World = {
  readonly all?: readonly Device[]
  readonly devices?: Partial<Devices>
  readonly state?: Payer['state']
  /** Of the push service, time after time; the last for ever. */
  readonly answers?: readonly PushAnswer[]
  /** Rings in this hour of what asks for a yes. */
  readonly asksRung?: number
  /** How the payment stands when it rings; null if there is none. */
  readonly outcome?: Payment['outcome'] | null
  /** Seconds that the pause before the second try takes. */
  readonly pauseSeconds?: number
}

async function ringing(event: RingEvent, world: World = {}) {
  const { all = [active], devices, state, answers = ['taken'], pauseSeconds = 1 } = world
  const { outcome = { status: 'pending' } } = world
  let asksRung = world.asksRung ?? 0
  let now = NOON
  const sent: { readonly to: string; readonly message: PushMessage }[] = []
  const ended: string[] = []
  const payer: Payer = {
    ...{ payerId: 'payer-1', email: 'ada@example.com', trail: EMPTY_TRAIL, state },
    devices: { all, since: at(-1000), ...devices },
  }
  const rung = await ringDevices(
    {
      payments: {
        get: async (payerId, paymentId) =>
          outcome && event.type === 'payment.pending'
            ? { ...open, payerId, paymentId, outcome, expiresAt: event.expiresAt }
            : undefined,
      },
      payers: { get: async (id) => (id === payer.payerId ? payer : undefined) },
      devices: {
        async countAskRing() {
          asksRung += 1
          return asksRung <= ASK_RINGS_PER_HOUR
        },
        endPush: async (_payerId, deviceId, endpoint) => void ended.push(`${deviceId} ${endpoint}`),
      },
      pushes: {
        async push({ endpoint }, message) {
          sent.push({ to: endpoint.slice(-1), message })
          return answers[Math.min(sent.length, answers.length) - 1] ?? 'taken'
        },
      },
      clock: () => now,
      rules: { waitHours: 12 },
      siteUrl: SITE,
      pause: async () => {
        now = new Date(now.getTime() + pauseSeconds * 1000)
      },
    },
    event,
  )
  const notifications = sent.map(({ message }) => JSON.parse(message.text).notification)
  return { rung, sent, to: sent.map(({ to }) => to), ended, notifications }
}

const everyKind = [active, silent, waiting, removed, gone, renewed, longRemoved]

describe('of the payer’s devices', () => {
  test('a payment rings those that may approve it and have a subscription', async () => {
    expect((await ringing(payment, { all: everyKind })).to).toEqual(['a'])
  })

  test('a recovery rings also those that a session removed lately, and not the new one', async () => {
    const event = { ...change('device.waiting'), deviceId: waiting.id }
    expect((await ringing(event, { all: everyKind })).to).toEqual(['a', 'r'])
  })

  test('a removed one, which may be stolen, hears of no other device and no number', async () => {
    for (const type of [
      'device.added',
      'device.removed',
      'device.restored',
      'device.stopped',
    ] as const) {
      expect((await ringing({ ...change(type), deviceId: 'x' }, { all: everyKind })).to).toEqual([
        'a',
      ])
    }
    const number: RingEvent = { type: 'phone.changed', payerId: 'payer-1', at: NOON }
    expect((await ringing(number, { all: everyKind })).to).toEqual(['a'])
    const own = { ...change('device.removed'), deviceId: removed.id }
    expect((await ringing(own, { all: everyKind })).to).toEqual(['a', 'r'])
  })

  test('a removed one that was put back is told of to the others', async () => {
    const event = { ...change('device.restored'), deviceId: 'b'.repeat(43) }
    const { to, notifications } = await ringing(event, { all: [active, device('b')] })
    expect(to).toEqual(['a'])
    expect(notifications).toMatchObject([
      { title: 'A phone was put back', body: expect.stringContaining('“b”') },
    ])
  })

  test('a ring of a device that waits ends with the wait, and none comes after it', async () => {
    const event = { ...change('device.waiting'), deviceId: waiting.id }
    const { sent } = await ringing(event, { all: [active, waiting] })
    expect(sent).toMatchObject([{ message: { ttlSeconds: 3600 } }])
    const over = { ...waiting, activeFrom: at(-1) }
    expect((await ringing(event, { all: [active, over] })).to).toEqual([])
  })

  test('a device that was stopped and waits again is not told of as stopped', async () => {
    const event = { ...change('device.stopped'), deviceId: waiting.id }
    expect((await ringing(event, { all: [active, waiting] })).to).toEqual([])
  })

  test('a removed one is rung as long as a recovery waits that began before its time was over', async () => {
    const removedBefore = { ...longRemoved, removedAt: at(-13 * 3600) }
    const early = { ...waiting, addedAt: at(-2 * 3600) }
    const event = { ...change('device.waiting'), deviceId: early.id }
    expect((await ringing(event, { all: [active, removedBefore, early] })).to).toEqual(['a', 'l'])
  })

  test('none is rung for a payment of an account that the operator locked', async () => {
    expect((await ringing(payment, { state: 'locked' })).to).toEqual([])
  })

  test('only the one that asked is rung for a test', async () => {
    const test: RingEvent = {
      type: 'device.test',
      payerId: 'payer-1',
      at: NOON,
      deviceId: active.id,
    }
    expect((await ringing(test, { all: [active, device('b')] })).to).toEqual(['a'])
    expect((await ringing({ ...test, deviceId: removed.id }, { all: everyKind })).to).toEqual([])
  })

  test('those of an unknown payer are none', async () => {
    expect((await ringing({ ...payment, payerId: 'payer-2' })).to).toEqual([])
  })
})

test('a test is over after a minute: nobody looks at the phone for it the next day', async () => {
  const asked: RingEvent = {
    type: 'device.test',
    payerId: 'payer-1',
    at: NOON,
    deviceId: active.id,
  }
  expect((await ringing(asked)).sent).toMatchObject([{ message: { ttlSeconds: 60 } }])
})

test('each ring says when it was taken, so that a slow one makes no other look slow', async () => {
  const { rung } = await ringing(payment, { answers: ['busy', 'taken'], pauseSeconds: 2.5 })
  expect(rung.map(({ at: takenAt }) => takenAt)).toEqual([at(2.5)])
})

describe('a push service', () => {
  test('that is busy is asked once more, with the time that is left then', async () => {
    const { rung, sent } = await ringing(payment, { answers: ['busy', 'taken'], pauseSeconds: 2.5 })
    expect(sent.map(({ message }) => message.ttlSeconds)).toEqual([300, 297])
    expect(rung).toMatchObject([{ deviceId: active.id, answer: 'taken' }])
  })

  test('that is busy twice is asked no third time', async () => {
    const { rung, sent } = await ringing(payment, { answers: ['busy'] })
    expect(sent).toHaveLength(2)
    expect(rung).toMatchObject([{ deviceId: active.id, answer: 'busy' }])
  })

  test('that is busy is not asked again once the payment is over', async () => {
    expect((await ringing(payment, { answers: ['busy'], pauseSeconds: 300 })).sent).toHaveLength(1)
  })

  test.each(['gone', 'refused'] as const)('that answers %s is not asked again', async (answer) => {
    const { rung, sent, ended } = await ringing(payment, { answers: [answer] })
    expect(sent).toHaveLength(1)
    expect(rung).toMatchObject([{ deviceId: active.id, answer }])
    expect(ended).toEqual(answer === 'gone' ? [`${active.id} ${active.push?.endpoint}`] : [])
  })

  test('that fails for one device fails for no other', async () => {
    const { rung } = await ringing(payment, {
      all: [active, device('b')],
      answers: ['refused', 'taken'],
    })
    expect(rung.map(({ answer }) => answer)).toEqual(['refused', 'taken'])
  })
})

describe('a ring', () => {
  test('in the last second of a payment is not sent, and before that it is', async () => {
    const expiresIn = (seconds: number) => ({ ...payment, expiresAt: at(seconds) })
    expect((await ringing(expiresIn(0.999))).rung).toMatchObject([{ answer: 'late' }])
    expect((await ringing(expiresIn(1))).rung).toMatchObject([{ answer: 'taken' }])
  })

  test.each(['cancelled', 'approved', 'denied', 'failed', 'expired'] as const)(
    'of a payment that is %s by then is none',
    async (status) => {
      expect((await ringing(payment, { ...over(status) })).rung).toEqual([])
    },
  )

  test('of a payment that is not stored is none', async () => {
    expect((await ringing(payment, { outcome: null })).rung).toEqual([])
  })

  const late: readonly RingEvent[] = [
    { ...payment, expiresAt: NOON },
    { type: 'device.asks', payerId: 'payer-1', deviceId: waiting.id, until: NOON },
    { type: 'phone.asks', payerId: 'payer-1', verificationId: 'v', until: NOON },
    { type: 'device.test', payerId: 'payer-1', deviceId: active.id, at: at(-60) },
    { ...change('device.stopped'), deviceId: waiting.id, at: at(-86_400) },
  ]
  test.each(late)('of a $type that is over is none, not even a late one', async (event) => {
    expect((await ringing(event, { all: [active, waiting] })).rung).toEqual([])
  })

  test('of a change is kept for a day from the change', async () => {
    const event = { ...change('device.stopped'), at: at(-3600) }
    expect((await ringing(event)).sent[0]?.message.ttlSeconds).toBe(23 * 3600)
    expect((await ringing({ ...event, at: at(-86_400) })).sent).toEqual([])
  })

  test('of a recovery that was stopped meanwhile is not sent', async () => {
    const event = { ...change('device.waiting'), deviceId: waiting.id }
    expect((await ringing(event, { all: [active] })).sent).toEqual([])
  })

  test('of one device has one topic whatever happens to it, of 32 characters at most', async () => {
    const about = { deviceId: waiting.id }
    const all = [active, waiting]
    const first = await ringing({ ...change('device.waiting'), ...about }, { all })
    const last = await ringing({ ...change('device.stopped'), ...about })
    const topics = [...first.sent, ...last.sent].map(({ message }) => message.topic)
    expect(topics).toEqual([waiting.id.slice(0, 32), waiting.id.slice(0, 32)])
  })

  test('tells a removed phone of itself, and another phone of it', async () => {
    const event = { ...change('device.removed'), deviceId: removed.id }
    const { notifications } = await ringing(event, { all: [active, removed] })
    expect(notifications).toMatchObject([
      { title: 'A phone was removed', navigate: `${SITE}/approve.html#waiting` },
      { title: 'This phone was removed', navigate: `${SITE}/approve.html#stop.${removed.id}` },
    ])
  })

  test('of every kind fits into a push message with the longest names', async () => {
    const name = '😀'.repeat(15)
    const all = [active, { ...waiting, name }, { ...removed, name }]
    const long = { ...payment, displayText: '€'.repeat(300) }
    const events = [
      long,
      { ...change('device.waiting'), deviceId: waiting.id },
      { ...change('device.added'), deviceId: waiting.id },
      { ...change('device.removed'), deviceId: removed.id },
    ]
    for (const event of events) {
      const { sent } = await ringing(event, { all })
      expect(sent.length).toBeGreaterThan(0)
      // 4,096 bytes of a message, less those of its header, key and seal (RFC 8188, 8291).
      for (const { message } of sent) expect(Buffer.byteLength(message.text)).toBeLessThan(3_993)
    }
  })
})

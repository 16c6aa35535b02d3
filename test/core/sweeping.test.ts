import { describe, expect, test } from 'vitest'
import type { PushChannel } from '../../functions/core/channel.ts'
import { pushSweep } from '../../functions/core/channels/push.ts'
import { smsCodeEnd } from '../../functions/core/channels/smsCode.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type { Codes, PaymentStore, Push } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { sweep } from '../../functions/core/sweeping.ts'
import { answering, at, NOON } from './answering.ts'
import { noDenials } from './channels/denials.ts'
import { noEnds, noSweeps } from './channels/silentChannels.ts'
import { over, open as payment, pushOf, smsOf } from './payments.ts'

const provider = { status: 'approved', providerPhoneId: '1635', pushId: 'push-1' }
const nothing = { expired: 0, decided: 0, asked: 0, faults: [] }

/** A payment that waits, whose push has been silent for 20 s. */
const silent = (push: Partial<PushChannel> = {}, more: Partial<Payment> = {}): Payment => ({
  ...payment,
  ...pushOf({ askedAt: at(-20), ...push }),
  paymentId: 'one',
  expiresAt: at(200),
  ...more,
})
const due = (paymentId: string) => silent({}, { paymentId, expiresAt: NOON })

type World = {
  readonly open?: readonly (Payment | Error)[]
  /** The fault with which the reading of the list ends. */
  readonly ends?: Error
  readonly expire?: PaymentStore['expire']
  readonly claims?: boolean
  readonly decided?: Payment | undefined
  readonly read?: Push['read'] | undefined
  /** What asking the provider takes. */
  readonly seconds?: number
}
function sweeping(world: World) {
  const one = answering()
  const { open = [silent()], claims = true } = world
  const { decided, read } = { decided: payment, read: async () => provider, ...world }
  const expired = async (paymentId: string): Promise<Payment> => ({
    ...payment,
    paymentId,
    ...over('expired'),
  })
  const { clock } = one
  const payments = one.port<PaymentStore>({
    async *open(onUnreadable) {
      for (const found of open) {
        if (found instanceof Error) onUnreadable(found)
        else yield found
      }
      if (world.ends) throw world.ends
    },
    expire: world.expire ?? expired,
    claimPushRead: async () => claims,
    decide: async () => decided,
  })
  const push =
    read &&
    one.port<Push>({
      read: async (id) => {
        one.takes(world.seconds ?? 0)
        return read(id)
      },
    })
  const codes = one.port<Pick<Codes, 'end'>>({ end: async () => one.takes(world.seconds ?? 0) })
  const ports = {
    clock,
    payments,
    sweeps: { ...noSweeps, push: push && pushSweep({ payments, push, clock, ...noDenials }) },
    ends: { ...noEnds, sms: smsCodeEnd(codes) },
  }
  return { ...one, swept: sweep(ports) }
}

describe('what is due', () => {
  test('ends at its very moment, and not before', async () => {
    const { swept, given } = sweeping({
      open: [due('at its end'), silent({}, { paymentId: 'before', expiresAt: at(0.001) })],
      read: undefined,
    })
    expect(await swept).toEqual({ ...nothing, expired: 1 })
    expect(given('expire')).toEqual([['at its end', NOON]])
  })

  test('is written before the run ends, also if its list cannot be read on', async () => {
    let written = 0
    const { swept } = sweeping({
      open: ['one', 'two', 'three'].map(due),
      ends: new Error('the list ends here'),
      expire: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        written += 1
        return undefined
      },
    })
    await expect(swept).rejects.toThrow('the list ends here')
    expect(written).toBe(3)
  })

  test('is asked about no more', async () => {
    const { swept, names } = sweeping({ open: [due('one')] })
    await swept
    expect(names()).not.toContain('claimPushRead')
  })

  test('and was decided meanwhile is not counted, and its code not ended', async () => {
    const { swept, names } = sweeping({ open: [due('one')], expire: async () => undefined })
    expect(await swept).toEqual(nothing)
    expect(names()).not.toContain('end')
  })

  test('has its code ended, when all has ended that is due', async () => {
    const { swept, asked } = sweeping({
      open: [due('one'), due('two')],
      expire: async (paymentId) => ({
        ...payment,
        ...smsOf({ textId: `text of ${paymentId}` }),
      }),
    })
    expect(await swept).toEqual({ ...nothing, expired: 2 })
    expect(asked.slice(1).map(([name, first]) => [name, first])).toEqual([
      ['expire', 'one'],
      ['expire', 'two'],
      ['end', 'text of one'],
      ['end', 'text of two'],
    ])
  })

  test('ends whatever is wrong with the others, and the faults are told', async () => {
    const [unreadable, fault] = [new Error('no payment'), new Error('no database')]
    const { swept } = sweeping({
      open: [unreadable, due('broken'), due('whole')],
      expire: async (paymentId) => {
        if (paymentId === 'broken') throw fault
        return payment
      },
    })
    expect(await swept).toEqual({ ...nothing, expired: 1, faults: [unreadable, fault] })
  })
})

describe('a silent push', () => {
  test('is asked about, and decides the payment that it is stored with', async () => {
    const { swept, asked } = sweeping({ seconds: 2 })
    expect(await swept).toEqual({ ...nothing, asked: 1, decided: 1 })
    expect(asked.slice(1)).toEqual([
      ['claimPushRead', 'one', at(-60), NOON],
      ['read', 'push-1'],
      [
        'decide',
        'one',
        {
          status: 'approved',
          channel: 'push',
          by: 'provider',
          evidence: {
            kind: 'provider-read',
            push_id: 'push-1',
            provider_phone_id: '1635',
            read_at: at(2).toISOString(),
          },
          only: { pushId: 'push-1', providerPhoneId: '1635', noAnswerRefused: true },
        },
        // At the time of the write, not of the question.
        at(2),
      ],
    ])
  })

  test('that was denied decides too', async () => {
    const { swept, given } = sweeping({ read: async () => ({ ...provider, status: 'denied' }) })
    expect(await swept).toMatchObject({ asked: 1, decided: 1 })
    expect(given('decide')).toMatchObject([['one', { status: 'denied' }, NOON]])
    // Also after a signed answer was refused: a no is safe.
    const only = { pushId: 'push-1', providerPhoneId: '1635' }
    expect(given('decide')[0]?.[1]).toHaveProperty('only', only)
  })

  test.each([
    ['is pending', { status: 'pending' }],
    ['is expired', { status: 'expired' }],
    ['is of no kind that is known', { status: 'APPROVED' }],
    ['names another push', { pushId: 'push-2' }],
    ['names another phone', { providerPhoneId: '1636' }],
  ])('whose answer %s decides nothing', async (_, more) => {
    const { swept, names } = sweeping({ read: async () => ({ ...provider, ...more }) })
    expect(await swept).toEqual({ ...nothing, asked: 1 })
    expect(names()).not.toContain('decide')
  })

  test('whose payment was decided meanwhile is asked about and decides nothing', async () => {
    expect(await sweeping({ decided: undefined }).swept).toEqual({ ...nothing, asked: 1 })
  })

  test('that another sweep has asked about is left alone', async () => {
    const { swept, names } = sweeping({ claims: false })
    expect(await swept).toEqual(nothing)
    expect(names()).not.toContain('read')
  })

  test.each([
    ['has been silent for 20 s', {}, 1],
    ['has been silent for 19.999 s', { askedAt: at(-19.999) }, 0],
    ['was asked about 60 s ago', { readAt: at(-60) }, 1],
    ['was asked about 59.999 s ago', { readAt: at(-59.999) }, 0],
    ['has no id', { id: undefined }, 0],
    ['was never asked for', { askedAt: undefined }, 0],
  ] as const)('that %s is asked about %#', async (_, more, asked) => {
    expect(await sweeping({ open: [silent(more)] }).swept).toMatchObject({ asked })
  })

  test('is nobody’s where the provider has none', async () => {
    expect(await sweeping({ read: undefined }).swept).toEqual(nothing)
  })

  test('that the provider does not answer about is no fault, and asked about another time', async () => {
    const unavailable = new Refusal('provider_unavailable')
    const { swept } = sweeping({ read: () => Promise.reject(unavailable) })
    expect(await swept).toEqual({ ...nothing, asked: 1 })
  })

  test('with a fault leaves the others alone, and the fault is told', async () => {
    const fault = new TypeError('broken')
    const { swept } = sweeping({
      open: [silent({ id: 'broken' }, { paymentId: 'a' }), silent({}, { paymentId: 'b' })],
      read: async (id) => {
        if (id === 'broken') throw fault
        return provider
      },
    })
    expect(await swept).toEqual({ ...nothing, asked: 2, decided: 1, faults: [fault] })
  })

  test('that was never asked about comes first, then the one asked about longest ago', async () => {
    const { swept, given } = sweeping({
      open: [
        silent({ readAt: at(-61) }, { paymentId: 'lately' }),
        silent({ readAt: at(-120) }, { paymentId: 'long ago' }),
        silent({}, { paymentId: 'never' }),
      ],
    })
    await swept
    expect(given('claimPushRead').map(([id]) => id)).toEqual(['never', 'long ago', 'lately'])
  })
})

describe('a run has an end', () => {
  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => silent({}, { paymentId: `${i}`, expiresAt: at(1000) }))

  test('after 40 s nobody is asked about any more', async () => {
    // Eight at once, each of which takes a second of all.
    const { swept } = sweeping({ open: many(100), seconds: 1 })
    const { asked } = await swept
    expect(asked).toBeGreaterThanOrEqual(40)
    expect(asked).toBeLessThanOrEqual(40 + 8)
  })

  test('at 40 s sharp it is over; a moment before, each of the eight goes on', async () => {
    expect((await sweeping({ open: many(20), seconds: 5 }).swept).asked).toBe(8)
    expect((await sweeping({ open: many(20), seconds: 4.999 }).swept).asked).toBe(16)
  })

  test('eight are asked about at once', async () => {
    let now = 0
    let most = 0
    const { swept } = sweeping({
      open: many(50),
      read: async () => {
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return provider
      },
    })
    expect((await swept).asked).toBe(50)
    expect(most).toBe(8)
  })
})

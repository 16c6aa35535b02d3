import { describe, expect, test } from 'vitest'
import {
  type Account,
  type AccountPorts,
  closeAccount,
  endSessions,
  lockAccount,
  showAccount,
  unlockAccount,
} from '../../functions/core/account.ts'
import { smsCodeEnd } from '../../functions/core/channels/smsCode.ts'
import { type Device, NO_DEVICES } from '../../functions/core/device.ts'
import type { DeviceStore } from '../../functions/core/devicePorts.ts'
import type { Payer } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL, withEntry } from '../../functions/core/payerTrail.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type {
  Codes,
  Decision,
  PayerStore,
  PaymentStore,
  SignIns,
  Starts,
} from '../../functions/core/ports.ts'
import { Refusal, SessionEnded } from '../../functions/core/refusals.ts'
import { answering, at, NOON } from './answering.ts'
import { noEnds } from './channels/silentChannels.ts'
import { open, over, smsOf, WORDS } from './payments.ts'

const ADA: Account = { payerId: 'person-1', email: 'ada@example.com' }
const phone = { countryCode: '44', national: '7400123456', providerPhoneId: '1635' }
/** One that approves. */
const device: Device = {
  id: 'D'.repeat(43),
  name: 'Ada’s phone',
  key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
  passkey: {
    credentialId: 'c',
    spki: 's',
    alg: -7,
    backupEligible: true,
    backedUp: true,
    signCount: 0,
  },
  boundBy: 'text',
  addedAt: NOON,
}

const payer: Payer = { ...ADA, phone, trail: EMPTY_TRAIL, devices: NO_DEVICES }
const cancelled: Payment = { ...open, ...over('cancelled'), ...smsOf({ textId: 'VE1' }) }
const decision: Decision = {
  status: 'cancelled',
  channel: null,
  by: 'operator',
  only: { payerId: 'person-1' },
}

type World = {
  readonly person?: Payer | undefined
  /** The payments that may be open, by id. */
  readonly slots?: readonly string[]
  /** When the hour of starts began; a millisecond before it is over, if not said. */
  readonly startedAt?: string
  /** What deciding gives, time after time; the last for ever. */
  readonly decides?: readonly (Payment | undefined)[]
  readonly stored?: Payment | undefined
  readonly bars?: boolean
  readonly isFaulty?: (method: string) => boolean
}
/** Texts of this hour and day, as the counters tell them. */
const USED = { paying: { hour: 1, day: 2 }, proving: { hour: 3, day: 4 } }

function operating(world: World = {}) {
  const one = answering()
  const { slots = [], decides = [undefined], bars = true } = world
  const { person } = { person: payer, ...world }
  let decisions = 0
  const starts: Starts = {
    windowStartedAt: world.startedAt ?? at(-3599.999).toISOString(),
    started: Object.fromEntries(slots.map((id) => [id, NOON.toISOString()])),
    unfinished: Object.fromEntries(slots.map((id) => [id, NOON.toISOString()])),
  }
  const fault = new Error('no database')
  /** Takes its time, so that what should wait for it is seen not to. */
  const does =
    <T>(method: string, answer: () => T) =>
    async (): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve))
      if (world.isFaulty?.(method)) throw fault
      return answer()
    }
  const ports: AccountPorts = {
    clock: one.clock,
    devices: one.port<DeviceStore>({}),
    payers: one.port<PayerStore>({
      get: does('get', () => person),
      endSessions: does('storeEnd', () => {}),
      setState: does('setState', () => {}),
      unlock: does('unlock', () => {}),
      erase: does('erase', () => {}),
    }),
    limits: one.port<AccountPorts['limits']>({
      readStarts: does('readStarts', () => starts),
      readTexts: does('readTexts', () => USED),
      bar: does('bar', () => slots.map((paymentId) => ({ paymentId, expiresAt: at(300) }))),
      unbar: does('unbar', () => {}),
      clear: does('clear', () => {}),
    }),
    payments: one.port<PaymentStore>({
      get: does('getPayment', () => world.stored),
      decide: does('decide', () => decides[Math.min(decisions++, decides.length - 1)]),
      bar: does('barPayment', () => bars),
    }),
    ends: {
      ...noEnds,
      sms: smsCodeEnd(one.port<Codes>({ end: does('end', () => {}) })),
    },
    signIns: one.port<SignIns>({
      endSessions: does('endSessions', () => {}),
      remove: does('remove', () => {}),
    }),
  }
  return { ...one, ports, fault }
}
const ID = open.paymentId

describe('an account that is locked', () => {
  test('is marked first, then its starts; then what waits ends, and the sessions at the sign-in', async () => {
    const { ports, asked, together } = operating({ slots: [ID], decides: [cancelled] })
    expect(await lockAccount(ports, ADA)).toMatchObject({ payerId: 'person-1' })
    expect(asked.slice(0, 5)).toEqual([
      ['setState', ADA, 'locked', NOON],
      // Of the payments that may be open, as this very write found them.
      ['bar', 'person-1', NOON],
      ['decide', ID, decision, NOON],
      ['end', 'VE1'],
      ['endSessions', 'person-1'],
    ])
    // Nothing before the last is answered, but what is read at the end to show it.
    expect(asked.slice(5).map(([name]) => name)).toEqual(['get', 'readStarts', 'readTexts', 'get'])
    expect(together).toEqual(['readStarts', 'readTexts'])
  })

  test('has everything that waits cancelled, each by itself', async () => {
    const slots = ['payment-1', 'payment-2', 'payment-3', 'payment-4', 'payment-5']
    const { ports, given } = operating({ slots, decides: [cancelled] })
    await lockAccount(ports, ADA)
    expect(given('decide').map(([id]) => id)).toEqual(slots)
    expect(given('end')).toHaveLength(5)
  })

  test('without anything that waits cancels nothing', async () => {
    const { ports, names } = operating()
    await lockAccount(ports, ADA)
    expect(names()).not.toContain('decide')
    expect(names()).toContain('endSessions')
  })

  test('again does all of it again, so that a fault on the way is made good', async () => {
    const lock = async (isFaulty?: World['isFaulty']) => {
      const world = { slots: [ID], decides: [cancelled], ...(isFaulty && { isFaulty }) }
      const one = operating(world)
      const end = await lockAccount(one.ports, ADA).catch((fault) => fault)
      return { ...one, end }
    }
    const whole = (await lock()).names()
    for (const step of ['setState', 'bar', 'decide', 'end', 'endSessions']) {
      const { end, fault, names } = await lock((method) => method === step)
      expect(end).toBe(fault)
      // It got no further than there, in the same order; but a payment's fault keeps no session open.
      const reached = whole.slice(0, whole.indexOf(step) + 1)
      const isOfPayment = step === 'decide' || step === 'end'
      expect(names()).toEqual(isOfPayment ? [...reached, 'endSessions'] : reached)
    }
    expect((await lock()).names()).toEqual(whole)
  })
})

test('one payment that cannot be cancelled keeps no other open', async () => {
  const other = 'B'.repeat(22)
  const world = { slots: [ID, other], decides: [cancelled, cancelled] }
  const methods: string[] = []
  const isFaulty = (method: string) => {
    methods.push(method)
    return method === 'decide' && methods.filter((one) => one === 'decide').length === 1
  }
  const { ports, names, fault } = operating({ ...world, isFaulty })
  await expect(lockAccount(ports, ADA)).rejects.toBe(fault)
  expect(names().filter((name) => name === 'decide')).toHaveLength(2)
  expect(names().at(-1)).toBe('endSessions')
})

describe('what holds a slot', () => {
  const canceling = async (world: World) => {
    const one = operating({ slots: [ID], ...world })
    await lockAccount(one.ports, ADA)
    const names = one.names()
    return { ...one, steps: names.slice(2, names.indexOf('endSessions')) }
  }

  test('and is stored is cancelled, with its code', async () => {
    const { steps, given } = await canceling({ decides: [cancelled] })
    expect(steps).toEqual(['decide', 'end'])
    expect(given('end')).toEqual([['VE1']])
  })

  test('and has a code without a name is cancelled all the same', async () => {
    const { steps } = await canceling({ decides: [{ ...cancelled, ...smsOf({}) }] })
    expect(steps).toEqual(['decide'])
  })

  test('and is not stored yet has its place taken, so that the condition of its late insert fails', async () => {
    const { steps, asked } = await canceling({ decides: [undefined], bars: true })
    expect(steps).toEqual(['decide', 'bar'])
    expect(asked).toContainEqual(['bar', 'person-1', ID])
  })

  test.each([
    ['before its place was taken', undefined],
    ['before anything else was looked at', open],
  ])('and was inserted late, %s, is cancelled after all', async (_, stored) => {
    const world = { decides: [undefined, cancelled], bars: false, stored }
    const { given } = await canceling(world)
    expect(given('decide')).toEqual([
      [ID, decision, NOON],
      [ID, decision, NOON],
    ])
    expect(given('end')).toEqual([['VE1']])
  })

  test('and has ended, or had its place taken before, stays as it is', async () => {
    for (const stored of [{ ...open, ...over('approved') }, undefined]) {
      const { names } = await canceling({ decides: [undefined], bars: false, stored })
      expect(names()).not.toContain('end')
      expect(names()).toContain('endSessions')
    }
  })
})

describe('an account that is closed', () => {
  test('is locked for good, then what may be deleted is, and last nobody signs in as it', async () => {
    const { ports, asked } = operating({ slots: [ID], decides: [cancelled] })
    await closeAccount(ports, ADA)
    expect(asked.slice(0, 7)).toEqual([
      ['setState', ADA, 'closed', NOON],
      ['bar', 'person-1', NOON],
      ['decide', ID, decision, NOON],
      ['end', 'VE1'],
      ['endSessions', 'person-1'],
      ['erase', 'person-1'],
      ['remove', 'person-1'],
    ])
  })

  test('is not erased, nor removed, while anything of it may still be going on', async () => {
    for (const step of ['setState', 'bar', 'decide', 'end', 'endSessions', 'erase']) {
      const { ports, fault, names } = operating({
        slots: [ID],
        decides: [cancelled],
        isFaulty: (method) => method === step,
      })
      await expect(closeAccount(ports, ADA)).rejects.toBe(fault)
      // While somebody can be found by the address, the command can be repeated.
      expect(names()).not.toContain('remove')
      expect(names().includes('erase')).toBe(step === 'erase')
    }
  })

  test('and then locked asks for the mark, which the store keeps closed', async () => {
    const { ports, given } = operating({ person: { ...payer, state: 'closed' } })
    expect(await lockAccount(ports, ADA)).toMatchObject({ state: 'closed' })
    expect(given('setState')).toEqual([[ADA, 'locked', NOON]])
  })

  test('stays closed where it is unlocked: neither mark nor limit is touched', async () => {
    const { ports, names } = operating({ person: { ...payer, state: 'closed' } })
    expect(await unlockAccount(ports, ADA)).toMatchObject({ state: 'closed' })
    expect(names()).toEqual(['get', 'get', 'readStarts', 'readTexts'])
  })
})

describe('an account that is unlocked', () => {
  test.each([
    ['locked', { ...payer, state: 'locked' } as const],
    ['open, to lift a lock of codes', payer],
    ['of nobody yet', undefined],
  ])('and was %s has its limits lifted before the mark', async (_, person) => {
    const { ports, asked, together } = operating({ person })
    await unlockAccount(ports, ADA)
    expect(asked.slice(0, 4)).toEqual([
      ['get', 'person-1'],
      ['clear', 'person-1', NOON],
      ['unbar', 'person-1', NOON],
      ['unlock', 'person-1', NOON],
    ])
    expect(together).toEqual(['readStarts', 'readTexts'])
  })

  test('keeps its mark where the limits could not be lifted', async () => {
    for (const step of ['clear', 'unbar']) {
      const { ports, fault, names } = operating({ isFaulty: (method) => method === step })
      await expect(unlockAccount(ports, ADA)).rejects.toBe(fault)
      expect(names()).not.toContain('unlock')
    }
  })
})

describe('every session of a payer', () => {
  const session = { ...ADA, authTime: at(-60).getTime() / 1000 }

  test('ends here first, then at the sign-in provider', async () => {
    const { ports, asked, together } = operating()
    await endSessions(ports, session)
    expect(asked).toEqual([
      ['get', 'person-1'],
      ['endSessions', session, NOON],
      ['endSessions', 'person-1'],
    ])
    expect(together).toEqual([])
  })

  test('is over here although the sign-in provider fails, which is told', async () => {
    const { ports, fault, asked } = operating({ isFaulty: (method) => method === 'endSessions' })
    await expect(endSessions(ports, session)).rejects.toBe(fault)
    expect(asked).toContainEqual(['endSessions', session, NOON])
  })

  test('is not ended at the sign-in provider where it could not be stored', async () => {
    const { ports, fault, given } = operating({ isFaulty: (method) => method === 'storeEnd' })
    await expect(endSessions(ports, session)).rejects.toBe(fault)
    expect(given('endSessions')).toHaveLength(1)
  })

  test.each([
    ['by one that was ended', { ...payer, sessionsFrom: session.authTime + 1 }, SessionEnded],
    ['of an account that is locked', { ...payer, state: 'locked' } as const, Refusal],
  ])('is not ended %s', async (_, person, kind) => {
    const { ports, names } = operating({ person })
    await expect(endSessions(ports, session)).rejects.toBeInstanceOf(kind)
    expect(names()).toEqual(['get'])
  })
})

describe('an account as it is shown', () => {
  const digest = (text: string) => `hash of ${text.length}`
  const first = withEntry(
    EMPTY_TRAIL,
    { ...ADA, event: 'phone.verified', by: 'payer' },
    NOON,
    digest,
  )
  const trail = withEntry(first, { ...ADA, event: 'account.locked', by: 'operator' }, at(1), digest)

  test('tells phone (masked), what waits, locks, sessions and the last changes, newest first', async () => {
    const { ports, names } = operating({
      person: {
        ...payer,
        trail,
        state: 'locked',
        codesLockedUntil: at(60),
        sessionsFrom: NOON.getTime() / 1000,
        devices: { all: [device, { ...device, id: 'old', removedAt: NOON }], since: NOON },
      },
      slots: [ID],
      stored: open,
    })
    expect(await showAccount(ports, ADA)).toEqual({
      payerId: 'person-1',
      state: 'locked',
      phone: '+44 ••••• ••456',
      phoneId: '1635',
      devices: [{ name: 'Ada’s phone', addedAt: NOON.toISOString(), addedBy: 'text' }],
      waiting: [],
      everHadDevice: true,
      invitation: null,
      startsLockedUntil: null,
      openPayments: [{ paymentId: ID, displayText: WORDS, expiresAt: at(300).toISOString() }],
      limits: { startedThisHour: 1, payingTexts: USED.paying, provingTexts: USED.proving },
      codesLockedUntil: at(60).toISOString(),
      sessionsFrom: NOON.toISOString(),
      last: [
        { at: at(1).toISOString(), event: 'account.locked', by: 'operator' },
        { at: NOON.toISOString(), event: 'phone.verified', by: 'payer' },
      ],
    })
    // Nothing is written.
    expect(names()).toEqual(['get', 'readStarts', 'readTexts', 'get'])
  })

  test('counts no start of an hour that is over', async () => {
    const { ports } = operating({ slots: [ID], startedAt: at(-3600).toISOString() })
    expect((await showAccount(ports, ADA)).limits.startedThisHour).toBe(0)
  })

  test('of nobody yet is open and empty', async () => {
    const { ports } = operating({ person: undefined })
    expect(await showAccount(ports, ADA)).toEqual({
      payerId: 'person-1',
      state: 'open',
      phone: null,
      phoneId: null,
      devices: [],
      waiting: [],
      everHadDevice: false,
      invitation: null,
      startsLockedUntil: null,
      openPayments: [],
      limits: { startedThisHour: 0, payingTexts: USED.paying, provingTexts: USED.proving },
      codesLockedUntil: null,
      sessionsFrom: null,
      last: [],
    })
  })

  test.each([
    ['is decided', { ...open, ...over('approved') }],
    ['is over at this very moment', { ...open, expiresAt: NOON }],
    ['is not stored', undefined],
  ])('has no open payment where one that was counted %s', async (_, stored) => {
    const { ports } = operating({ slots: [ID], stored })
    expect(await showAccount(ports, ADA)).toMatchObject({ openPayments: [] })
  })

  test('has no lock of codes that ends at this very moment', async () => {
    const { ports } = operating({ person: { ...payer, codesLockedUntil: NOON } })
    expect(await showAccount(ports, ADA)).toMatchObject({ codesLockedUntil: null })
  })
})

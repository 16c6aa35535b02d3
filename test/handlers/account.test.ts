/** An account that its operator locks, unlocks or closes, at every step of a payment and of a phone. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { payers, paymentIdOf } from '../../functions/composition.ts'
import { operate } from '../../local/operator.ts'
import { byDepth } from '../harness/depth.ts'
import {
  type Call,
  type Harness,
  no,
  type Person,
  paymentBody,
  type Reply,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

/** As AWS answers where a right is missing. */
const DENIED = {
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException',
    message: 'not authorized',
  },
}

type Command = 'show' | 'lock' | 'unlock' | 'close'

/** Somebody whom the sign-in provider knows too, with a verified phone. */
async function payer(): Promise<Person> {
  const stranger = harness.stranger()
  await harness.userPool.accounts.signIn(stranger.email, 'correct horse battery')
  const found = await operate(harness.world, 'show', stranger.email)
  if (!('account' in found)) throw new Error('nobody')
  return harness.person({ as: { ...stranger, payerId: found.account.payerId } })
}

async function say(command: Command, { email }: Person) {
  const outcome = await operate(harness.world, command, email)
  if (!('account' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.account
}

const LOCKED = no(423, 'locked')
const send = (as: Person, key: string) =>
  harness.call('sendPayment', { as, key, body: paymentBody })
const phone = (as: Person, phoneNumber: string) =>
  harness.call('phoneStart', { as, body: { phoneNumber, channel: 'sms' } })
const statusOf = async (id: string) => (await harness.item(id))?.status

/** How far a payment or a phone has come, and what would finish it. */
const steps: [string, (as: Person) => Promise<{ id?: string; finish: () => Promise<Reply> }>][] = [
  [
    'before anything',
    async (as) => ({
      finish: () => send(as, 'late'),
    }),
  ],
  [
    'when the push is on the phone',
    async (as) => {
      const { paymentId: id } = await harness.pending(as)
      return {
        id,
        finish: async () => {
          await harness.answers(as, 'approved')
          return harness.call('paymentStatus', { as, id })
        },
      }
    },
  ],
  [
    'when the yes is there and its callback was lost',
    async (as) => {
      const { paymentId: id } = await harness.pending(as)
      harness.phone.book.faults.loseNextCallback = true
      await harness.answers(as, 'approved')
      harness.clock.advance(21)
      return {
        id,
        finish: async () => {
          await harness.sweep()
          return harness.call('paymentStatus', { as, id })
        },
      }
    },
  ],
  [
    'before a text',
    async (as) => {
      const { paymentId: id } = await harness.pending(as)
      return { id, finish: () => harness.call('smsStart', { as, id }) }
    },
  ],
  [
    'when the code is on the phone',
    async (as) => {
      const { paymentId: id } = await harness.pending(as)
      await harness.call('smsStart', { as, id })
      const body = { code: harness.codeOn(as.number) }
      return { id, finish: () => harness.call('smsVerify', { as, id, body }) }
    },
  ],
  [
    'before a change of phone',
    async (as) => ({ finish: () => phone(as, harness.stranger().number) }),
  ],
  [
    'when both codes for another phone are there',
    async (as) => {
      const next = harness.stranger().number
      await phone(as, next)
      const codes = { code: harness.codeOn(next), currentCode: harness.codeOn(as.number) }
      const body = { ...harness.verification(as), ...codes }
      return { finish: () => harness.call('phoneVerify', { as, body }) }
    },
  ],
]

test('each command asks the tables for what the runbook names as the operator’s rights, and nothing else', async () => {
  const as = await payer()
  await harness.pending(as)
  harness.store.calls.length = 0
  for (const command of ['show', 'invite', 'lock', 'unlock', 'close'] as const) {
    expect(await operate(harness.world, command, as.email)).not.toHaveProperty('refused')
  }
  const runbook = readFileSync('docs/guides/runbook.md', 'utf8')
  const [, named = ''] =
    /dynamodb:(\S*Item`(?:,? (?:and )?`\w+`)*) on both tables/.exec(runbook) ?? []
  const asked = new Set(harness.store.calls.map(({ operation }) => operation).filter(Boolean))
  expect([...asked].sort()).toEqual((named.match(/\w+Item/g) ?? []).sort())
})

test('an invitation that cannot be told replaces none', async () => {
  const as = await payer()
  await operate(harness.world, 'invite', as.email)
  const before = await payers(harness.world).get(as.payerId)
  const isOfLimits = ({ text }: Call) => text.includes('limit#starts')
  harness.store.instead = (call) => (isOfLimits(call) ? DENIED : undefined)
  await expect(operate(harness.world, 'invite', as.email)).rejects.toThrow()
  expect((await payers(harness.world).get(as.payerId))?.devices.invitation).toEqual(
    before?.devices.invitation,
  )
})

describe.each(['lock', 'close'] as const)('%s', (command) => {
  test.each(steps)('%s stops what would come of it', async (_, come) => {
    const as = await payer()
    const { id, finish } = await come(as)
    const before = harness.phone.book.messages(as.number).length
    await say(command, as)
    const reply = await finish()
    if (reply.status === 200) expect(reply.body.status).toBe('cancelled')
    else expect(reply).toMatchObject(LOCKED)
    expect(reply.headers['retry-after']).toBeUndefined()
    expect(harness.phone.book.messages(as.number)).toHaveLength(before)
    if (id === undefined) return
    const { status, history } = (await harness.item(id)) ?? {}
    expect(status).toBe('cancelled')
    expect(history).toContainEqual(
      expect.objectContaining({ event: 'cancelled', channel: null, by: 'operator' }),
    )
  })

  test('ends every session, here and at the sign-in provider', async () => {
    const as = await payer()
    harness.userPool.calls.length = 0
    const seconds = Math.ceil(harness.clock.now().getTime() / 1000)
    await say(command, as)
    expect(harness.userPool.calls.map(({ operation }) => operation)).toContain(
      'AdminUserGlobalSignOut',
    )
    const claims = { auth_time: String(seconds - 1) }
    expect((await harness.call('profile', { as, claims })).status).toBe(401)
  })

  test('touches nobody else, not even who has the same phone', async () => {
    const as = await payer()
    const other = await harness.person({ number: as.number })
    const { paymentId: id } = await harness.pending(other)
    await say(command, as)
    expect(await statusOf(id)).toBe('pending')
    expect((await send(other, 'second')).status).toBe(201)
  })
})

describe('unlock', () => {
  test('lifts the lock, a lock of codes, and the limits of the hour; the phone is still there', async () => {
    const as = await payer()
    for (let n = 0; n < 20; n += 1) {
      const { paymentId: id } = await harness.pending(as)
      await harness.call('cancelPayment', { as, id })
    }
    expect(await send(as, 'one-too-many')).toMatchObject(no(429, 'too_many_payments'))
    await say('lock', as)
    const account = await say('unlock', as)
    expect(account).toMatchObject({ state: 'open', openPayments: [] })
    expect((await send(as, 'again')).status).toBe(201)
    await harness.answers(as, 'approved')
    const paymentId = paymentIdOf(as.payerId, 'again')
    expect(await statusOf(paymentId)).toBe('approved')
  })

  test('never opens what is closed, and a payment that was cancelled stays so', async () => {
    const as = await payer()
    const { paymentId: id } = await harness.pending(as)
    await say('lock', as)
    await say('unlock', as)
    expect(await statusOf(id)).toBe('cancelled')
    await say('close', as)
    expect(await operate(harness.world, 'unlock', as.email)).toEqual({ refused: 'nobody' })
    expect(await send(as, 'late')).toMatchObject(LOCKED)
  })
})

describe('close', () => {
  test('deletes phone and address, and keeps payments and the audit trail', async () => {
    const as = await payer()
    const { paymentId: id } = await harness.pending(as)
    await say('close', as)
    const item = (await harness.all('users')).find(({ user_id }) => user_id === as.payerId)
    expect(JSON.stringify(item)).not.toContain(as.number.slice(1))
    expect(JSON.stringify(item)).not.toContain(as.email)
    expect(item).toMatchObject({ account_state: 'closed', audit_count: 2 })
    expect(await statusOf(id)).toBe('cancelled')
  })

  test('makes the same address somebody else when it signs up anew', async () => {
    const as = await payer()
    await say('close', as)
    await harness.userPool.accounts.signIn(as.email, 'correct horse battery')
    const { payerId, state } = await say('show', as)
    expect(payerId).not.toBe(as.payerId)
    expect(state).toBe('open')
    const anew = { ...as, payerId, number: harness.stranger().number }
    await harness.person({ as: anew })
    expect((await send(anew, 'first')).status).toBe(201)
  })
})

describe('a lock beside a start', () => {
  /** The lock goes before the start by so many of its calls, at most. */
  const CALLS = 14
  /** Each place where the two can meet once, or several times. */
  const ROUNDS = byDepth(4 * CALLS, 200)
  const isReserve = ({ text }: Call) =>
    text.includes('limit#starts#') && text.includes('unfinished')
  const isInsert = ({ operation }: Call) => operation === 'PutItem'
  const isSave = ({ text }: Call) => text.includes('push_sent')

  /**
   * Hold the start at one of its writes until the lock has made so many calls of the database; then the
   * start goes on to its end, and the lock after it.
   */
  async function meet(as: Person, key: string, heldAt: (call: Call) => boolean, calls: number) {
    let locking: Promise<unknown> | undefined
    let made = 0
    let hasStarted = () => {}
    const started = new Promise<void>((resolve) => {
      hasStarted = resolve
    })
    let isEnough = () => {}
    const enough = new Promise<void>((resolve) => {
      isEnough = resolve
    })
    harness.store.instead = async (call) => {
      if (!locking && heldAt(call)) {
        locking = say('lock', as).finally(isEnough)
        await enough
        return undefined
      }
      // A start that goes on is not held: it is over once its answer is here.
      if (locking && made < calls) {
        made += 1
        if (made === calls) isEnough()
      } else if (locking && isOfLock(call)) await started
      return undefined
    }
    const reply = await send(as, key)
    hasStarted()
    await locking
    harness.store.instead = undefined
    return reply
  }
  const isOfLock = ({ text }: Call) =>
    /account_state = :state|barred_at = if_not_exists|"operator"|barred_payer/.test(text)

  test('leaves nothing open, wherever the two meet', async () => {
    const seen = new Set<string>()
    const as = await payer()
    for (let round = 0; round < ROUNDS; round += 1) {
      const held = [isInsert, isReserve, isSave, isInsert][round % 4] ?? isInsert
      const key = `raced-${round}`
      const reply = await meet(as, key, held, 1 + (Math.floor(round / 4) % CALLS))
      seen.add(`${reply.status} ${reply.body.code ?? reply.body.status}`)
      expect([201, 409, 423]).toContain(reply.status)
      const id = paymentIdOf(as.payerId, key)
      expect([undefined, 'cancelled']).toContain(await statusOf(id))
      expect((await say('show', as)).openPayments).toEqual([])
      await say('unlock', as)
      // The place of a start that was barred counts as open until its payment would have ended.
      harness.clock.advance(300)
    }
    expect(seen).toContain('409 already_decided')
    expect(seen).toContain('423 locked')
    expect([...seen].some((one) => one.startsWith('201'))).toBe(true)
  }, 120_000)
})

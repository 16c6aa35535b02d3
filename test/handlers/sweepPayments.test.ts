import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Call, type Harness, type Person, startHarness } from '../harness/harness.ts'
import { tripsOf } from '../harness/trips.ts'

let harness: Harness
let payer: Person
beforeEach(async () => {
  harness = await startHarness()
  payer = await harness.person()
})
afterEach(() => harness.close())

const isRead = ({ method, path }: Call) => method === 'GET' && path.includes('approval_requests')
const reads = () => harness.provider.calls.filter(isRead).length
const nothing = { expired: 0, decided: 0, asked: 0 }

/** A payment that was answered on the phone, and whose callback never came. */
async function answeredUnheard(answer: 'approved' | 'denied'): Promise<string> {
  const { paymentId } = await harness.pending(payer)
  harness.phone.book.faults.loseNextCallback = true
  await harness.answers(payer, answer)
  return paymentId
}

/** Spoil what is stored, as no code of ours would, and put it where the sweep comes first. */
const spoil = (paymentId: string, update: string, value: unknown) =>
  harness.documents.send(
    new UpdateCommand({
      TableName: 'payments',
      Key: { payment_id: paymentId },
      UpdateExpression: `${update}, open_shard = :first`,
      ExpressionAttributeValues: { ':value': value, ':first': 0 },
    }),
  )

describe('what is due', () => {
  test('becomes expired as of its very moment, and not before (2019: W9)', async () => {
    const { paymentId, expiresAt } = await harness.pending(payer)
    harness.clock.advance(299.999)
    expect((await harness.sweep()).expired).toBe(0)
    harness.clock.advance(7)
    expect(await harness.sweep()).toEqual({ ...nothing, expired: 1 })
    const item = await harness.item(paymentId)
    expect(item).toMatchObject({
      status: 'expired',
      decided_at: expiresAt,
      history: [{}, {}, { event: 'expired', channel: null, by: 'clock' }],
    })
    expect(item).not.toHaveProperty('open_shard')
    expect(item).not.toHaveProperty('decided_by')
  })

  test('is all ended, whoever’s and in whichever part of the index', async () => {
    const ids: string[] = []
    for (let i = 0; i < 4; i += 1) {
      const person = await harness.person()
      // Keys that are the same in every run: by chance a part could stay empty.
      for (let k = 0; k < 5; k += 1) {
        ids.push((await harness.pending(person, { key: `due-${i}-${k}` })).paymentId)
      }
    }
    const shards = new Set((await harness.all('payments')).map(({ open_shard }) => open_shard))
    expect([...shards].sort()).toEqual([0, 1, 2, 3])
    harness.clock.advance(300)
    expect((await harness.sweep()).expired).toBe(20)
    const items = await harness.all('payments')
    expect(items.map(({ status }) => status)).toEqual(ids.map(() => 'expired'))
  })

  test('is ended eight at a time, so that ten thousand are ended within a run', async () => {
    for (let i = 0; i < 16; i += 1) {
      const { paymentId } = await harness.pending(await harness.person())
      await harness.documents.send(
        new UpdateCommand({
          TableName: 'payments',
          Key: { payment_id: paymentId },
          UpdateExpression: 'SET open_shard = :first',
          ExpressionAttributeValues: { ':first': 0 },
        }),
      )
    }
    harness.clock.advance(300)
    const { trips, reply } = await tripsOf(harness, 'sweepPayments', {})
    expect(reply.body).toMatchObject({ expired: 16 })
    // Four parts of the index, two times eight payments, and the reminders.
    expect(trips).toHaveLength(7)
  })

  test('does not include what is decided', async () => {
    const { paymentId } = await harness.pending(payer)
    await harness.answers(payer, 'approved')
    const before = await harness.item(paymentId)
    harness.clock.advance(300)
    expect(await harness.sweep()).toEqual(nothing)
    expect(await harness.item(paymentId)).toEqual(before)
  })
})

test('what is due is written before anybody is asked, however slow the provider is', async () => {
  const due = await harness.pending(payer)
  harness.clock.advance(270)
  await harness.pending(await harness.person())
  harness.clock.advance(31)
  const seen: unknown[] = []
  harness.provider.instead = async (call) => {
    if (isRead(call)) seen.push((await harness.item(due.paymentId))?.status)
    return undefined
  }
  expect(await harness.sweep()).toEqual({ expired: 1, decided: 0, asked: 1 })
  expect(seen).toEqual(['expired'])
})

describe('a push that is silent', () => {
  test('is asked about at most once a minute, by however many sweeps', async () => {
    await harness.pending(payer)
    harness.clock.advance(20)
    const swept = await Promise.all([harness.sweep(), harness.sweep(), harness.sweep()])
    expect(swept.map(({ asked }) => asked).sort()).toEqual([0, 0, 1])
    harness.clock.advance(59.999)
    expect((await harness.sweep()).asked).toBe(0)
    harness.clock.advance(0.001)
    expect((await harness.sweep()).asked).toBe(1)
    expect(reads()).toBe(2)
  })
})

describe('an answer whose callback was lost', () => {
  test.each(['approved', 'denied'] as const)('is learned from the provider: %s', async (answer) => {
    const id = await answeredUnheard(answer)
    harness.clock.advance(20)
    expect(await harness.sweep()).toEqual({ ...nothing, asked: 1, decided: 1 })
    const item = await harness.item(id)
    expect(item).toMatchObject({
      status: answer,
      decided_by: 'push',
      decided_at: harness.clock.now().toISOString(),
      evidence: {
        kind: 'provider-read',
        push_id: item?.push_id,
        provider_phone_id: item?.provider_phone_id,
        read_at: harness.clock.now().toISOString(),
      },
      history: [{}, {}, { event: answer, channel: 'push', by: 'provider' }],
    })
    expect(item).not.toHaveProperty('open_shard')
  })

  test('learned after the payment’s end changes nothing: it stays expired', async () => {
    const id = await answeredUnheard('approved')
    harness.clock.advance(300)
    expect(await harness.sweep()).toEqual({ ...nothing, expired: 1 })
    expect((await harness.item(id))?.status).toBe('expired')
  })

  test('that comes while the time runs out changes nothing either', async () => {
    const id = await answeredUnheard('approved')
    harness.clock.advance(299.999)
    harness.provider.instead = (call) => {
      if (isRead(call)) harness.clock.advance(0.001)
      return undefined
    }
    expect(await harness.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await harness.item(id))?.status).toBe('pending')
    await harness.sweep()
    expect((await harness.item(id))?.status).toBe('expired')
  })

  test('learned just after a cancel changes nothing', async () => {
    const id = await answeredUnheard('approved')
    harness.clock.advance(20)
    harness.provider.instead = async (call) => {
      if (isRead(call)) await harness.call('cancelPayment', { as: payer, id })
      return undefined
    }
    expect(await harness.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await harness.item(id))?.status).toBe('cancelled')
  })

  const answer = { status: 'approved', uuid: 'UUID', _authy_id: 0 }
  test.each([
    ['for another push', { ...answer, uuid: 'another' }],
    ['for another phone', { ...answer, _authy_id: 1 }],
    ['of another kind', { ...answer, status: 'expired' }],
    ['that is nonsense', { ...answer, status: 'yes' }],
  ])('%s decides nothing (2019: W5)', async (_, broken) => {
    const { paymentId } = await harness.pending(payer)
    const { push_id, provider_phone_id } = (await harness.item(paymentId)) ?? {}
    harness.clock.advance(20)
    const approval_request = {
      status: broken.status,
      uuid: broken.uuid === 'UUID' ? push_id : broken.uuid,
      _authy_id: broken._authy_id || Number(provider_phone_id),
    }
    harness.provider.instead = (call) =>
      isRead(call) ? { status: 200, body: { success: true, approval_request } } : undefined
    expect(await harness.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await harness.item(paymentId))?.status).toBe('pending')
  })
})

describe('a payment that cannot be swept does not stop the others', () => {
  async function sweptBeside(update: string, value: unknown) {
    const broken = (await harness.pending(payer)).paymentId
    harness.clock.advance(1)
    const others = [await harness.pending(payer), await harness.pending(payer)]
    await spoil(broken, update, value)
    harness.clock.advance(300)
    await expect(harness.sweep()).rejects.toThrow()
    for (const { paymentId } of others) {
      expect((await harness.item(paymentId))?.status).toBe('expired')
    }
  }

  test('when its write fails; the run fails at its end, so that the owner is told', () =>
    sweptBeside('SET history = :value', 'no list'))

  test('when its item cannot be read', () => sweptBeside('SET push_asked_at = :value', 'no time'))
})

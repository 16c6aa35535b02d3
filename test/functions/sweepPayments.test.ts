import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Call, type Person, type Rig, startRig } from '../rig.ts'

let rig: Rig
let payer: Person
beforeEach(async () => {
  rig = await startRig()
  payer = await rig.person()
})
afterEach(() => rig.close())

const isRead = ({ method, path }: Call) => method === 'GET' && path.includes('approval_requests')
const reads = () => rig.provider.calls.filter(isRead).length
const nothing = { expired: 0, decided: 0, asked: 0 }

/** A payment that was answered on the phone, and whose callback never came. */
async function answeredUnheard(answer: 'approved' | 'denied'): Promise<string> {
  const { paymentId } = await rig.pending(payer)
  rig.phone.book.faults.loseNextCallback = true
  await rig.answers(payer, answer)
  return paymentId
}

/** Spoil what is stored, as no code of ours would, and put it where the sweep comes first. */
const spoil = (paymentId: string, update: string, value: unknown) =>
  rig.documents.send(
    new UpdateCommand({
      TableName: 'payments',
      Key: { payment_id: paymentId },
      UpdateExpression: `${update}, open_shard = :first`,
      ExpressionAttributeValues: { ':value': value, ':first': 0 },
    }),
  )

describe('what is due', () => {
  test('becomes expired as of its very moment, and not before (2019: W9)', async () => {
    const { paymentId, expiresAt } = await rig.pending(payer)
    rig.clock.advance(299.999)
    expect((await rig.sweep()).expired).toBe(0)
    rig.clock.advance(7)
    expect(await rig.sweep()).toEqual({ ...nothing, expired: 1 })
    const item = await rig.item(paymentId)
    expect(item).toMatchObject({
      status: 'expired',
      decided_at: expiresAt,
      history: [{}, {}, { event: 'expired', channel: null, by: 'clock' }],
    })
    expect(item).not.toHaveProperty('open_shard')
    expect(item).not.toHaveProperty('decided_by')
  })

  test('at the very moment is due', async () => {
    await rig.pending(payer)
    rig.clock.advance(300)
    expect(await rig.sweep()).toEqual({ ...nothing, expired: 1 })
    expect(await rig.sweep()).toEqual(nothing)
  })

  test('is all ended, whoever’s and in whichever part of the index', async () => {
    const ids: string[] = []
    for (let i = 0; i < 4; i += 1) {
      const person = await rig.person()
      // Keys that are the same in every run: by chance a part could stay empty.
      for (let k = 0; k < 5; k += 1) {
        ids.push((await rig.pending(person, { key: `due-${i}-${k}` })).paymentId)
      }
    }
    const shards = new Set((await rig.all('payments')).map(({ open_shard }) => open_shard))
    expect([...shards].sort()).toEqual([0, 1, 2, 3])
    rig.clock.advance(300)
    expect((await rig.sweep()).expired).toBe(20)
    const items = await rig.all('payments')
    expect(items.map(({ status }) => status)).toEqual(ids.map(() => 'expired'))
  })

  test('does not include what is decided', async () => {
    const { paymentId } = await rig.pending(payer)
    await rig.answers(payer, 'approved')
    const before = await rig.item(paymentId)
    rig.clock.advance(300)
    expect(await rig.sweep()).toEqual(nothing)
    expect(await rig.item(paymentId)).toEqual(before)
  })
})

test('what is due is written before anybody is asked, however slow the provider is', async () => {
  const due = await rig.pending(payer)
  rig.clock.advance(270)
  await rig.pending(await rig.person())
  rig.clock.advance(31)
  const seen: unknown[] = []
  rig.provider.instead = async (call) => {
    if (isRead(call)) seen.push((await rig.item(due.paymentId))?.status)
    return undefined
  }
  expect(await rig.sweep()).toEqual({ expired: 1, decided: 0, asked: 1 })
  expect(seen).toEqual(['expired'])
})

test('a run that has no more time for all asks first those that the last run did not', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => rig.person()))
  for (const person of people) await rig.pending(person)
  rig.clock.advance(21)
  // The first read takes so long that after the eight that go at once the run is over.
  let isFirst = true
  rig.provider.instead = (call) => {
    if (isRead(call) && isFirst) rig.clock.advance(41)
    isFirst = false
    return undefined
  }
  expect((await rig.sweep()).asked).toBe(8)
  const first = new Set(rig.provider.calls.filter(isRead).map(({ path }) => path))
  rig.provider.calls.length = 0
  rig.provider.instead = undefined
  rig.clock.advance(70)
  await rig.sweep()
  const second = rig.provider.calls.filter(isRead).map(({ path }) => path)
  expect(second).toHaveLength(12)
  // Eight go at once, in whatever order they arrive.
  const late = second.slice(8).filter((path) => !first.has(path))
  expect(late).toEqual([])
})

describe('a push that is silent', () => {
  test('is asked about after 20 s, not after 19.999', async () => {
    await rig.pending(payer)
    rig.clock.advance(19.999)
    expect(await rig.sweep()).toEqual(nothing)
    rig.clock.advance(0.001)
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1 })
    expect(reads()).toBe(1)
  })

  test('is asked about at most once a minute, by however many sweeps', async () => {
    await rig.pending(payer)
    rig.clock.advance(20)
    const swept = await Promise.all([rig.sweep(), rig.sweep(), rig.sweep()])
    expect(swept.map(({ asked }) => asked).sort()).toEqual([0, 0, 1])
    rig.clock.advance(59.999)
    expect((await rig.sweep()).asked).toBe(0)
    rig.clock.advance(0.001)
    expect((await rig.sweep()).asked).toBe(1)
    expect(reads()).toBe(2)
  })

  test('because nobody has answered yet leaves the payment waiting', async () => {
    const { paymentId } = await rig.pending(payer)
    rig.clock.advance(20)
    await rig.sweep()
    expect((await rig.item(paymentId))?.status).toBe('pending')
    await rig.answers(payer, 'approved')
    expect((await rig.item(paymentId))?.status).toBe('approved')
  })

  test('is not asked about where there is none', async () => {
    const person = await rig.person({ app: false })
    await rig.pending(person)
    rig.clock.advance(60)
    expect(await rig.sweep()).toEqual(nothing)
    expect(reads()).toBe(0)
  })
})

describe('an answer whose callback was lost', () => {
  test.each(['approved', 'denied'] as const)('is learned from the provider: %s', async (answer) => {
    const id = await answeredUnheard(answer)
    rig.clock.advance(20)
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1, decided: 1 })
    const item = await rig.item(id)
    expect(item).toMatchObject({
      status: answer,
      decided_by: 'push',
      decided_at: rig.clock.now().toISOString(),
      evidence: {
        kind: 'provider-read',
        push_id: item?.push_id,
        provider_phone_id: item?.provider_phone_id,
        read_at: rig.clock.now().toISOString(),
      },
      history: [{}, {}, { event: answer, channel: 'push', by: 'provider' }],
    })
    expect(item).not.toHaveProperty('open_shard')
  })

  test('learned after the payment’s end changes nothing: it stays expired', async () => {
    const id = await answeredUnheard('approved')
    rig.clock.advance(300)
    expect(await rig.sweep()).toEqual({ ...nothing, expired: 1 })
    expect((await rig.item(id))?.status).toBe('expired')
  })

  test('that comes while the time runs out changes nothing either', async () => {
    const id = await answeredUnheard('approved')
    rig.clock.advance(299.999)
    rig.provider.instead = (call) => {
      if (isRead(call)) rig.clock.advance(0.001)
      return undefined
    }
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await rig.item(id))?.status).toBe('pending')
    await rig.sweep()
    expect((await rig.item(id))?.status).toBe('expired')
  })

  test('learned just after a cancel changes nothing', async () => {
    const id = await answeredUnheard('approved')
    rig.clock.advance(20)
    rig.provider.instead = async (call) => {
      if (isRead(call)) await rig.call('cancelPayment', { as: payer, id })
      return undefined
    }
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await rig.item(id))?.status).toBe('cancelled')
  })

  const answer = { status: 'approved', uuid: 'UUID', _authy_id: 0 }
  test.each([
    ['for another push', { ...answer, uuid: 'another' }],
    ['for another phone', { ...answer, _authy_id: 1 }],
    ['of another kind', { ...answer, status: 'expired' }],
    ['that is nonsense', { ...answer, status: 'yes' }],
  ])('%s decides nothing (2019: W5)', async (_, broken) => {
    const { paymentId } = await rig.pending(payer)
    const { push_id, provider_phone_id } = (await rig.item(paymentId)) ?? {}
    rig.clock.advance(20)
    const approval_request = {
      status: broken.status,
      uuid: broken.uuid === 'UUID' ? push_id : broken.uuid,
      _authy_id: broken._authy_id || Number(provider_phone_id),
    }
    rig.provider.instead = (call) =>
      isRead(call) ? { status: 200, body: { success: true, approval_request } } : undefined
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await rig.item(paymentId))?.status).toBe('pending')
  })

  test.each([
    ['503', { status: 503, body: {} }],
    ['nonsense', { status: 200, body: { success: true } }],
    ['nothing', 'hang up'],
  ] as const)('when the provider answers %s waits for the next minute', async (_, fault) => {
    const id = await answeredUnheard('approved')
    rig.clock.advance(20)
    rig.provider.instead = () => fault
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1 })
    expect((await rig.item(id))?.status).toBe('pending')
    rig.provider.instead = undefined
    rig.clock.advance(60)
    expect(await rig.sweep()).toEqual({ ...nothing, asked: 1, decided: 1 })
  })
})

describe('a payment that cannot be swept does not stop the others', () => {
  async function sweptBeside(update: string, value: unknown) {
    const broken = (await rig.pending(payer)).paymentId
    rig.clock.advance(1)
    const others = [await rig.pending(payer), await rig.pending(payer)]
    await spoil(broken, update, value)
    rig.clock.advance(300)
    await expect(rig.sweep()).rejects.toThrow()
    for (const { paymentId } of others) {
      expect((await rig.item(paymentId))?.status).toBe('expired')
    }
  }

  test('when its write fails; the run fails at its end, so that the owner is told', () =>
    sweptBeside('SET history = :value', 'no list'))

  test('when its item cannot be read', () => sweptBeside('SET push_asked_at = :value', 'no time'))
})

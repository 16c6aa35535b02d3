/** Events on a laptop: the last ones are remembered, and delivered again as the bus would do it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventReceiver } from '../../local/auditTrail/eventReceiver.ts'
import { EVENTS_MAX, lastEvents } from '../../local/auditTrail/lastEvents.ts'
import type { EventEnvelope } from '../../local/auditTrail/localBus.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { eventually } from '../harness/eventually.ts'
import { signedInAt } from '../harness/signedIn.ts'

const eventOf = (id: string): EventEnvelope => ({
  ...{ version: '0', id, 'detail-type': 'payment.approved', source: 'payfriend' },
  ...{ account: '000000000000', time: '2026-11-21T12:00:00Z', region: 'local', resources: [] },
  detail: { paymentId: 'N2xh5v0SgVq3uQK1mYw8Tg', displayText: 'Pay €20.50 to Neville' },
})

describe('of many events', () => {
  const delivered: EventEnvelope[] = []
  const events = lastEvents(
    (event) => void delivered.push(event),
    () => {},
  )
  for (let n = 0; n <= EVENTS_MAX; n += 1) events.take(eventOf(`${n}`))

  test('every one is delivered', () => {
    expect(delivered).toHaveLength(EVENTS_MAX + 1)
  })

  test(`the last ${EVENTS_MAX} are remembered, the newest first`, () => {
    const ids = events.list().map(({ event }) => event.id)
    expect(ids).toHaveLength(EVENTS_MAX)
    expect([ids[0], ids.at(-1)]).toEqual([`${EVENTS_MAX}`, '1'])
    expect(events.again('0')).toBe(false)
  })

  test('one that is sent again is the same event, and pushes no other out', () => {
    expect(events.again('1')).toBe(true)
    expect(delivered.at(-1)).toBe(delivered[1])
    const kept = events.list()
    expect(kept).toHaveLength(EVENTS_MAX)
    expect(kept.at(-1)).toMatchObject({ event: { id: '1' }, deliveries: 2 })
  })
})

describe('on the pretend phone’s port', () => {
  const posted: EventEnvelope[] = []
  const receiver = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    posted.push(JSON.parse(text))
    response.end()
  })
  let payfriend: Payfriend
  let sender: ReturnType<typeof eventReceiver>
  let phoneUrl = ''

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    sender = eventReceiver(`http://127.0.0.1:${port}/`, console.error)
    payfriend = await startPayfriend({ port: 0, onEvent: sender.send })
    phoneUrl = payfriend.phone?.url ?? ''
    const { api } = await signedInAt(payfriend, 'ada@example.com')
    await api('POST', '/phone', { phoneNumber: '+12025550142', channel: 'sms' })
    const [message] = payfriend.phone?.book.messages('+12025550142') ?? []
    const { phone } = (await api('GET', '/profile')).body
    await api('POST', '/phone/verification', {
      verificationId: phone.pending.verificationId,
      code: message?.code,
    })
    await eventually(() => expect(posted).toHaveLength(1))
  })
  afterAll(async () => {
    await payfriend.close()
    sender.close()
    await new Promise((resolve) => receiver.close(resolve))
  })

  const list = async () => {
    const answer = await fetch(`${phoneUrl}/events`)
    return ((await answer.json()) as { events: ReturnType<ReturnType<typeof lastEvents>['list']> })
      .events
  }
  const again = (id: string, headers: Record<string, string> = {}) =>
    fetch(`${phoneUrl}/events/${id}/again`, { method: 'POST', headers })

  test('the last events can be seen, each as the receiver had it', async () => {
    expect(await list()).toEqual([{ event: posted[0], deliveries: 1 }])
    expect(posted[0]?.['detail-type']).toBe('phone.verified')
  })

  test('the receiver gets an event again, with the same id', async () => {
    const [first] = posted
    expect((await again(first?.id ?? '')).status).toBe(204)
    await expect.poll(() => posted.length).toBe(2)
    expect(posted[1]).toEqual(first)
    expect((await list())[0]?.deliveries).toBe(2)
  })

  test('no event is sent again for a page of another origin', async () => {
    const [first] = posted
    const before = await list()
    for (const origin of ['https://evil.example', 'null', payfriend.pageUrl]) {
      expect((await again(first?.id ?? '', { origin })).status).toBe(403)
    }
    expect(await list()).toEqual(before)
  })

  test('an event that is not remembered cannot be sent again', async () => {
    expect((await again('6a7e8feb-b491-4cf7-a9f1-bf3703467718')).status).toBe(404)
    expect((await again('../actions')).status).toBe(404)
  })
})

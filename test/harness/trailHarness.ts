/** Test support: the harness with the changes of its payments, and what stands in for a service of AWS. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { expect } from 'vitest'
import { paymentWithHistoryOf } from '../../functions/adapters/dynamodb/paymentHistory.ts'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import type { PaymentStatus, Proof } from '../../functions/core/outcome.ts'
import { paymentEntries } from '../../functions/core/paymentTrail.ts'
import { addDevice, type TestDevice } from './devices.ts'
import { eventually } from './eventually.ts'
import { type Harness, otherThan, type Person, startHarness } from './harness.ts'

export type TrailHarness = Awaited<ReturnType<typeof startTrailHarness>>

export async function startTrailHarness(env: Record<string, string> = {}) {
  const records: DynamoDBRecord[] = []
  const harness = await startHarness(env, { onChange: (record) => void records.push(record) })

  const recordsOf = (paymentId: string) =>
    records.filter(({ dynamodb }) => dynamodb?.Keys?.payment_id?.S === paymentId)

  return {
    ...harness,

    /** Every change of a payment so far, as the stream tells it. */
    async changesOf(paymentId: string): Promise<DynamoDBRecord[]> {
      const now = await harness.item(paymentId)
      const last = () => recordsOf(paymentId).at(-1)?.dynamodb?.NewImage
      await eventually(() => expect(imageOf(last())).toEqual(now))
      return recordsOf(paymentId)
    },

    /** The entries that a payment should have by now. */
    async paymentEntries(paymentId: string) {
      return paymentEntries(paymentWithHistoryOf(await harness.item(paymentId)), sha256Hex)
    },

    /** A payment that ended so. */
    async ended(someone: Person, end: End): Promise<string> {
      const way: Way = ENDS[end]
      // A payer with a device answers by it alone, so that is somebody else.
      const as = way.hasDevice ? await harness.person() : someone
      const device = way.hasDevice ? await addDevice(harness, as) : undefined
      const { paymentId: id } = await harness.pending(as)
      const texted = async () => {
        await harness.call('smsStart', { as, id })
        return harness.codeOn(as.number)
      }
      const enter = (code: string) => harness.call('smsVerify', { as, id, body: { code } })
      const { by, status: expected } = way
      await by({ as, id, harness, texted, enter, device })
      const { status } = (await harness.item(id)) ?? {}
      if (status !== expected) throw new Error(`${id} is ${status}`)
      return id
    },
  }
}

type Ending = {
  readonly as: Person
  readonly id: string
  readonly harness: Harness
  readonly texted: () => Promise<string>
  readonly enter: (code: string) => Promise<unknown>
  readonly device: TestDevice | undefined
}
type Way = {
  readonly status: PaymentStatus
  readonly hasDevice?: boolean
  readonly by: (ending: Ending) => Promise<unknown>
}

/** A payment decided with each proof: one that is missing does not compile. */
const DECIDED: { readonly [P in Proof]: Way } = {
  'signed-callback': {
    status: 'approved',
    by: ({ harness, as }) => harness.answers(as, 'approved'),
  },
  'provider-read': {
    status: 'approved',
    async by({ harness, as }) {
      harness.phone.book.faults.loseNextCallback = true
      await harness.answers(as, 'approved')
      harness.clock.advance(20)
      await harness.sweep()
    },
  },
  'sms-code': { status: 'approved', by: async ({ texted, enter }) => enter(await texted()) },
  passkey: {
    status: 'approved',
    hasDevice: true,
    by: async ({ device, id }) => device?.approve(`payment.${id}`),
  },
  'device-key': {
    status: 'denied',
    hasDevice: true,
    by: async ({ device, id }) => device?.deny(`payment.${id}`, 'not_me'),
  },
}

/** Every way in which a payment ends. */
export const ENDS = {
  approved: DECIDED['signed-callback'],
  'approved, as the provider says': DECIDED['provider-read'],
  'approved by a code': DECIDED['sms-code'],
  'approved by a passkey': DECIDED.passkey,
  'denied by a device': DECIDED['device-key'],
  denied: { status: 'denied', by: ({ harness, as }) => harness.answers(as, 'denied') },
  cancelled: {
    status: 'cancelled',
    by: ({ harness, as, id }) => harness.call('cancelPayment', { as, id }),
  },
  failed: {
    status: 'failed',
    async by({ texted, enter }) {
      const code = otherThan(await texted())
      for (let n = 0; n < 5; n += 1) await enter(code)
    },
  },
  'failed on a device': {
    status: 'failed',
    hasDevice: true,
    async by({ device, id }) {
      const approval = `payment.${id}`
      for (let n = 0; n < 5; n += 1) {
        const yes = await device?.yesTo(approval, { signature: withOtherEnd })
        await device?.request('decideApproval', approval, yes)
      }
    },
  },
  expired: {
    status: 'expired',
    async by({ harness }) {
      harness.clock.advance(300)
      await harness.sweep()
    },
  },
} as const satisfies Record<string, Way>
export type End = keyof typeof ENDS
export const ends = Object.keys(ENDS) as End[]

/** A signature that is none. */
const withOtherEnd = (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage']
type Attributes = Parameters<typeof unmarshall>[0]

const imageOf = (image: Image) => image && unmarshall(image as Attributes)

/** The stream's name of a change. */
export const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? ''

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}
export type Answer = { readonly status: number; readonly body?: string }

/** A server that writes down what it is asked, and answers as it is told to. */
export async function startStandIn(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, text: Buffer.concat(chunks).toString() }
    asked.push(one)
    const { status, body = '' } = standIn.answer(one)
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const standIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return standIn
}

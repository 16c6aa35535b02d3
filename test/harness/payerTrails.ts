/** Test support: audit trails of payers, and changes of their items as the stream tells them. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import {
  EMPTY_TRAIL,
  type PayerEventName,
  type Trail,
  withEntry,
} from '../../functions/core/payerTrail.ts'
import { at } from '../core/answering.ts'

/** What an entry says of a device. */
const DEVICE = {
  id: 'vJ0VLSuBCrdGUlrhfFTcRtSpp3CLaLQXSJLJ8wQ9eFI',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
  spki: 'MFkw',
  alg: -7,
  boundBy: 'text',
} as const

/** What happened to an account, a second apart; with `from` it goes on. */
export const trailWith = (
  payerId: string,
  events: readonly PayerEventName[],
  from: Trail = EMPTY_TRAIL,
): Trail =>
  events.reduce((trail, event) => {
    const isInvited = event === 'device.invited'
    const by = isInvited || event.startsWith('account.') ? 'operator' : 'payer'
    const ofDevice = !isInvited && event.startsWith('device.') && { device: deviceIn(event) }
    const what = { payerId, event, by, ...(isInvited && { isNow: true }), ...ofDevice } as const
    return withEntry(trail, what, at(trail.count), sha256Hex)
  }, from)

const deviceIn = (event: PayerEventName) =>
  event === 'device.waiting' ? { ...DEVICE, activeFrom: '2026-11-22T00:00:00.000Z' } : DEVICE

/** What the item of a payer holds; everything in it that an entry must not have. */
export const payerItem = (payerId: string, { count, recent }: Trail) => ({
  user_id: payerId,
  email: 'ann@example.com',
  phone_number: '+12025550123',
  phone_country_code: '1',
  ...(count > 0 && { audit_count: count, audit_recent: recent }),
})

/** A change of a payer's item: without `before` it is new, without `after` it was removed. */
export function payerRecord(
  payerId: string,
  before: Trail | undefined,
  after: Trail | undefined,
): DynamoDBRecord {
  const image = (trail: Trail) =>
    marshall(payerItem(payerId, trail)) as Record<string, AttributeValue & DynamoDBImage>
  sequence += 1
  return {
    eventName: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
    dynamodb: {
      Keys: { user_id: { S: payerId } },
      SequenceNumber: String(sequence),
      ...(before && { OldImage: image(before) }),
      ...(after && { NewImage: image(after) }),
    },
  }
}
let sequence = 0
type DynamoDBImage = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>[string]

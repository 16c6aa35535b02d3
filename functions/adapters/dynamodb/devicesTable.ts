/** Invitations and devices, in the table of payers: an item for each invitation, the devices in their payer's item. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ASSERTIONS_MAX } from '../../core/channels/deviceRules.ts'
import {
  DEVICES_MAX,
  type Device,
  type Devices,
  DIGIT_TRIES_MAX,
  INVITATIONS_PER_HOUR,
  LEAVE_TEXTS_MAX,
} from '../../core/device.ts'
import type { DeviceStore } from '../../core/devicePorts.ts'
import { international } from '../../core/payer.ts'
import { itemOfDevice } from './deviceItem.ts'
import { epoch, HOUR_MS } from './limitItems.ts'
import { payerWrites } from './payerWrites.ts'

export function devicesTable(documents: DynamoDBDocumentClient, table: string): DeviceStore {
  const { change, count, tell } = payerWrites(documents, table)

  /** One conditional write to an invitation; false if the condition failed. */
  async function mark(
    hash: string,
    update: string,
    when: string,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: keyOf(hash) },
          UpdateExpression: update,
          ConditionExpression: when,
          ExpressionAttributeValues: values,
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    async invite({ hash, payerId, email, authTime, expiresAt }) {
      await documents.send(
        new PutCommand({
          TableName: table,
          Item: {
            user_id: keyOf(hash),
            invited_by: payerId,
            email,
            invited_auth_time: authTime,
            invited_until: expiresAt.toISOString(),
            // The table's time to live only sweeps; the expiry is in the condition of the write that spends it.
            expires_epoch: Math.ceil(expiresAt.getTime() / 1000),
          },
        }),
      )
    },

    async countInvitation(payerId, now) {
      try {
        await documents.send(
          new UpdateCommand({
            TableName: table,
            Key: { user_id: `limit#invitations#${payerId}#${now.toISOString().slice(0, 13)}` },
            UpdateExpression: 'SET expires_epoch = :ttl ADD uses :one',
            ConditionExpression: 'attribute_not_exists(uses) OR uses < :max',
            ExpressionAttributeValues: {
              ':one': 1,
              ':max': INVITATIONS_PER_HOUR,
              ':ttl': epoch(now, 2 * HOUR_MS),
            },
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },

    async invitation(hash) {
      const { Item } = await documents.send(
        new GetCommand({ TableName: table, Key: { user_id: keyOf(hash) }, ConsistentRead: true }),
      )
      if (!Item) return undefined
      const found = invitation.parse(Item)
      return {
        hash,
        payerId: found.invited_by,
        email: found.email,
        authTime: found.invited_auth_time,
        expiresAt: found.invited_until,
        hasAsked: found.has_asked,
      }
    },

    spend: (hash, deviceId, now) =>
      mark(
        hash,
        'SET spent_for = :device',
        'invited_until > :now AND (attribute_not_exists(spent_for) OR spent_for = :device)',
        { ':device': deviceId, ':now': now.toISOString() },
      ),

    async noteAsked(hash) {
      // Once it has expired it may be gone.
      await mark(hash, 'SET has_asked = :yes', 'attribute_exists(invited_by)', { ':yes': true })
    },

    ask: ({ payerId, email }, pending) =>
      change(
        payerId,
        // The map is made here, because `letIn` can set a member only of a map that exists.
        `SET email = if_not_exists(email, :email), device_pending = :pending,
           device_invitation = :invitation, devices = if_not_exists(devices, :none)`,
        [
          OPEN,
          SESSION,
          '(attribute_not_exists(device_invitation) OR device_invitation <> :invitation)',
          'attribute_not_exists(devices.#id)',
        ],
        {
          ':email': email,
          ':pending': itemOfDevice(pending),
          ':none': {},
          ':signed_in': pending.invitedAuthTime,
          ':invitation': pending.invitation,
        },
        { '#id': pending.id },
      ),

    spendTry: ({ payerId, authTime = 0 }, deviceId, now) =>
      count(payerId, {
        set: 'device_pending.tries = device_pending.tries + :one',
        when: [...THIS_ONE, SESSION, 'device_pending.tries < :tries'],
        values: {
          ...thisOne(deviceId, now),
          ':one': 1,
          ':tries': DIGIT_TRIES_MAX,
          ':signed_in': authTime,
        },
      }),

    saveDigits: (payerId, deviceId, now) =>
      change(payerId, 'SET device_pending.hasDigits = :yes', THIS_ONE, {
        ...thisOne(deviceId, now),
        ':yes': true,
      }),

    saveYes: (payerId, { id, signing }, byDevice, now) =>
      change(
        payerId,
        'SET device_pending.yesBy = :by',
        [...THIS_ONE, 'device_pending.signing = :signing', ...isActive('#by')],
        { ...thisOne(id, now), ':by': byDevice, ':signing': signing },
        { '#by': byDevice },
      ),

    async countFailedYes(payerId, { id, signing }, now) {
      const counted = await count(payerId, {
        set: 'device_pending.failedYes = device_pending.failedYes + :one',
        when: [...THIS_ONE, 'device_pending.signing = :signing'],
        values: { ...thisOne(id, now), ':one': 1, ':signing': signing },
      })
      if ((counted?.devices.pending?.failedYes ?? 0) < ASSERTIONS_MAX) return counted
      return change(payerId, 'REMOVE device_pending', ['device_pending.id = :id'], { ':id': id })
    },

    spendText: ({ payerId, authTime = 0 }, deviceId, lastBefore, now) =>
      count(payerId, {
        set: 'device_pending.texts = device_pending.texts + :one, device_pending.textedAt = :now',
        when: [
          ...THIS_ONE,
          SESSION,
          'device_pending.texts < :texts',
          '(attribute_not_exists(device_pending.textedAt) OR device_pending.textedAt <= :last)',
        ],
        values: {
          ...thisOne(deviceId, now),
          ':one': 1,
          ':texts': LEAVE_TEXTS_MAX,
          ':last': lastBefore.toISOString(),
          ':signed_in': authTime,
        },
      }),

    async saveText(payerId, deviceId, textId, now) {
      await change(payerId, 'SET device_pending.textId = :text', THIS_ONE, {
        ...thisOne(deviceId, now),
        ':text': textId,
      })
    },

    letIn(seen, { id, ...device }, now) {
      const { pending } = seen.devices
      const { boundBy } = device
      const yesBy = boundBy === 'device' ? pending?.yesBy : undefined
      const forgotten = longRemoved(seen.devices).map((old, n) => [`#old${n}`, old] as const)
      return tell(
        seen,
        { event: 'device.added', by: 'payer', device: { id, ...keysOf(device), boundBy } },
        now,
        {
          set: `devices.#id = :device, devices_since = if_not_exists(devices_since, :now),
            devices_active = if_not_exists(devices_active, :none) + :one`,
          remove: ['device_pending', ...forgotten.map(([name]) => `devices.${name}`)].join(', '),
          when: [
            ...THIS_ONE,
            '(attribute_not_exists(sessions_from) OR sessions_from <= device_pending.invitedAuthTime)',
            '(attribute_not_exists(devices_active) OR devices_active < :max)',
            ...(boundBy === 'device'
              ? [
                  'device_pending.yesBy = :by',
                  'device_pending.hasDigits = :yes',
                  ...isActive('#by'),
                ]
              : ['attribute_not_exists(devices_since)']),
            ...(boundBy === 'text' ? ['phone_number = :number'] : []),
            ...(boundBy === 'sign-in' ? ['attribute_not_exists(phone_number)'] : []),
          ],
          values: {
            ...thisOne(id, now),
            ':device': itemOfDevice(device),
            ':none': 0,
            ':one': 1,
            ':max': DEVICES_MAX,
            ...(boundBy === 'device' && { ':by': yesBy ?? '', ':yes': true }),
            ...(boundBy === 'text' && {
              ':number': seen.phone ? international(seen.phone) : '',
            }),
          },
          names: {
            '#id': id,
            ...(boundBy === 'device' && { '#by': yesBy ?? '' }),
            ...Object.fromEntries(forgotten),
          },
        },
      )
    },

    turnAway: (payerId, deviceId) =>
      change(payerId, 'REMOVE device_pending', ['device_pending.id = :id'], { ':id': deviceId }),

    remove(seen, deviceId, now) {
      const removed = seen.devices.all.find(({ id }) => id === deviceId)
      if (!removed) return Promise.resolve(undefined)
      const device = { id: deviceId, ...keysOf(removed), boundBy: removed.boundBy }
      return tell(seen, { event: 'device.removed', by: 'payer', device }, now, {
        set: 'devices.#id.removedAt = :now, devices_active = devices_active - :one',
        when: [OPEN, ...isActive('#id')],
        values: { ':now': now.toISOString(), ':one': 1 },
        names: { '#id': deviceId },
      })
    },

    async noteUse(payerId, deviceId, { backedUp, signCount }, now) {
      await change(
        payerId,
        `SET devices.#id.lastUsedAt = :now, devices.#id.passkey.backedUp = :backed_up,
           devices.#id.passkey.signCount = :count`,
        isActive('#id'),
        { ':now': now.toISOString(), ':backed_up': backedUp, ':count': signCount },
        { '#id': deviceId },
      )
    },
  }
}

/** So many removed devices stay in the payer's item, the newest; the audit trail has all. */
const REMOVED_KEPT = 10

/** The ids of removed devices that the item need not hold any more. */
const longRemoved = ({ all }: Devices): string[] =>
  all
    .filter(({ removedAt }) => removedAt)
    .sort((a, b) => (b.removedAt?.getTime() ?? 0) - (a.removedAt?.getTime() ?? 0))
    .slice(REMOVED_KEPT)
    .map(({ id }) => id)

const keyOf = (hash: string) => `invite#${hash}`

const invitation = z.object({
  invited_by: z.string(),
  email: z.string(),
  invited_auth_time: z.int(),
  has_asked: z.boolean().default(false),
  invited_until: z.iso.datetime({ precision: 3 }).transform((text) => new Date(text)),
})

/** The operator has neither locked nor closed the account. */
const OPEN = 'attribute_not_exists(account_state)'
/** The session was not ended. */
const SESSION = '(attribute_not_exists(sessions_from) OR sessions_from <= :signed_in)'
/** The device with this id is pending and has not expired, and the account is open. */
const THIS_ONE = ['device_pending.id = :id', 'device_pending.expiresAt > :now', OPEN]

const thisOne = (deviceId: string, now: Date) => ({ ':id': deviceId, ':now': now.toISOString() })

/** The device of this name in the expression was let in and not removed. */
const isActive = (name: string) => [
  `attribute_exists(devices.${name})`,
  `attribute_not_exists(devices.${name}.removedAt)`,
]

/** The public keys, as an audit entry keeps them. */
const keysOf = ({ key, passkey }: Pick<Device, 'key' | 'passkey'>) => ({
  key,
  spki: passkey.spki,
  alg: passkey.alg,
})

/** Devices in the table of payers, in their payer's item: how one asks, is let in, and is used. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ASSERTIONS_MAX } from '../../core/channels/deviceRules.ts'
import { DEVICES_MAX, DIGIT_TRIES_MAX, LEAVE_TEXTS_MAX, type Leave } from '../../core/device.ts'
import type { DeviceStore } from '../../core/devicePorts.ts'
import { international, type Payer } from '../../core/payer.ts'
import { isActive, OPEN, SESSION, THIS_ONE, thisOne, toldOf } from './deviceExpressions.ts'
import { deviceInvitations } from './deviceInvitations.ts'
import { itemOfDevice } from './deviceItem.ts'
import { devicePushes } from './devicePushes.ts'
import { deviceRemovals } from './deviceRemovals.ts'
import { payerWrites } from './payerWrites.ts'
import { reminders } from './reminders.ts'

export function devicesTable(documents: DynamoDBDocumentClient, table: string): DeviceStore {
  const { change, count, tell } = payerWrites(documents, table)

  return {
    ...deviceInvitations(documents, table),
    ...deviceRemovals(documents, table),
    ...reminders(documents, table),
    ...devicePushes(documents, table),

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

    letIn(seen, { id, ...device }, forgettable, now) {
      const { pending, since } = seen.devices
      const { boundBy, activeFrom } = device
      const renews = pending?.renews
      const leave = leaveConditions(seen, boundBy)
      const told = {
        ...toldOf({ id, ...device }),
        ...(activeFrom && { activeFrom: activeFrom.toISOString() }),
        ...(renews !== undefined && { renews }),
      }
      return tell(
        seen,
        { event: activeFrom ? 'device.waiting' : 'device.added', by: 'payer', device: told },
        now,
        (stored) => {
          // As stored at this try: one that was restored meanwhile must not be forgotten.
          const forgotten = forgettable(stored.devices).map((old, n) => [`#old${n}`, old] as const)
          return {
            set: [
              'devices.#id = :device',
              'devices_since = if_not_exists(devices_since, :now)',
              ...(renews === undefined
                ? ['devices_active = if_not_exists(devices_active, :none) + :one']
                : ['devices.#renewed.removedAt = :now', 'devices.#renewed.removedBy = :renewal']),
            ].join(', '),
            remove: [
              'device_pending',
              ...(boundBy === 'invitation' ? ['owner_invitation', 'recovery_stopped_at'] : []),
              // A device that is back for good under another key is not rung under the old one.
              ...(renews === undefined ? [] : ['devices.#renewed.#push']),
              ...forgotten.map(([name]) => `devices.${name}`),
            ].join(', '),
            when: [
              ...THIS_ONE,
              '(attribute_not_exists(sessions_from) OR sessions_from <= device_pending.invitedAuthTime)',
              ...(renews === undefined
                ? ['(attribute_not_exists(devices_active) OR devices_active < :max)']
                : isActive('#renewed')),
              ...leave.when,
              ...forgotten.map(([name]) => `attribute_exists(devices.${name}.removedAt)`),
              ...(boundBy === 'device'
                ? []
                : [`attribute_${since ? 'exists' : 'not_exists'}(devices_since)`]),
            ],
            values: {
              ...thisOne(id, now),
              ':device': itemOfDevice(device),
              ...(renews === undefined
                ? { ':none': 0, ':one': 1, ':max': DEVICES_MAX }
                : { ':renewal': 'renewal' }),
              ...leave.values,
            },
            names: {
              '#id': id,
              ...(renews !== undefined && { '#renewed': renews, '#push': 'push' }),
              ...leave.names,
              ...Object.fromEntries(forgotten),
            },
          }
        },
      )
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

    async lockStarts(seen, id, untilOf, now) {
      await tell(seen, { event: 'starts.locked', by: 'payer' }, now, (stored) => ({
        set: 'starts_locked_until = :until, starts_locks = :locks, starts_disowned = :disowned',
        when: [
          OPEN,
          // What the payer did not start and finds while starts are locked was started before, and climbs no step.
          '(attribute_not_exists(starts_locked_until) OR starts_locked_until <= :now)',
          '(attribute_not_exists(starts_disowned) OR NOT contains(starts_disowned, :id))',
        ],
        values: {
          ':until': untilOf(stored.startsLock?.locks ?? 0).toISOString(),
          ':locks': (stored.startsLock?.locks ?? 0) + 1,
          ':id': id,
          ':now': now.toISOString(),
          ':disowned': [...(stored.disowned ?? []), id].slice(-DISOWNED_KEPT),
        },
        isStored: ({ disowned }) => disowned?.includes(id) ?? false,
      }))
    },
  }
}

/** What the write requires that lets a device in by this leave. */
function leaveConditions({ phone, devices }: Payer, boundBy: Leave): Conditions {
  const { pending, invitation } = devices
  switch (boundBy) {
    case 'device':
      return {
        when: ['device_pending.yesBy = :by', 'device_pending.hasDigits = :yes', ...isActive('#by')],
        values: { ':by': pending?.yesBy ?? '', ':yes': true },
        names: { '#by': pending?.yesBy ?? '' },
      }
    case 'text':
      return {
        when: ['phone_number = :number', 'attribute_not_exists(recovery_stopped_at)'],
        values: { ':number': phone ? international(phone) : '' },
      }
    case 'sign-in':
      return { when: ['attribute_not_exists(phone_number)'] }
    case 'invitation':
      return {
        // Whether it waives the wait is read from the same invitation.
        when: ['owner_invitation.codeHash = :invited', 'owner_invitation.endsAt > :now'],
        values: { ':invited': invitation?.hash ?? '' },
      }
  }
}

type Conditions = {
  readonly when: readonly string[]
  readonly values?: Readonly<Record<string, unknown>>
  readonly names?: Readonly<Record<string, string>>
}

/** So many things that the payer did not start stay in the item; more than can wait for an answer at the same time. */
const DISOWNED_KEPT = 20

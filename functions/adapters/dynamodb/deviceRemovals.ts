/** How devices are removed and restored, and how one that waits is stopped: writes to their payer's item. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { DEVICES_MAX, type Devices } from '../../core/device.ts'
import type { DeviceStore } from '../../core/devicePorts.ts'
import { isActive, isWaiting, OPEN, SESSION, toldOf } from './deviceExpressions.ts'
import { payerWrites } from './payerWrites.ts'

type Removals = Pick<
  DeviceStore,
  'turnAway' | 'remove' | 'stopWaiting' | 'askUndo' | 'restore' | 'countFailedStop'
>

export function deviceRemovals(documents: DynamoDBDocumentClient, table: string): Removals {
  const { change, tell } = payerWrites(documents, table)

  return {
    turnAway: (payerId, deviceId) =>
      change(payerId, 'REMOVE device_pending', ['device_pending.id = :id'], { ':id': deviceId }),

    async remove(seen, deviceId, by, now) {
      const device = deviceIn(seen.devices, deviceId)
      if (!device) return undefined
      return tell(seen, { event: 'device.removed', by: 'payer', device: toldOf(device) }, now, {
        set: `devices.#id.removedAt = :now, devices.#id.removedBy = :by,
          devices_active = devices_active - :one
          ${by.by === 'session' ? ', devices.#id.#stop = :stop' : ''}`,
        // A session's removal is rung on the device itself; after its own there is nothing to tell it.
        ...(by.by === 'device' && { remove: 'devices.#id.#push' }),
        when: [OPEN, ...isActive('#id')],
        values: {
          ':now': now.toISOString(),
          ':by': by.by,
          ':one': 1,
          ...(by.by === 'session' && { ':stop': { signing: by.signing, failed: {} } }),
        },
        names: {
          '#id': deviceId,
          ...(by.by === 'session' ? { '#stop': 'stop' } : { '#push': 'push' }),
        },
      })
    },

    async stopWaiting(seen, deviceId, stop, now) {
      const device = deviceIn(seen.devices, deviceId)
      if (!device) return undefined
      return tell(seen, { event: 'device.stopped', by: 'payer', device: toldOf(device) }, now, {
        set: `devices_active = devices_active - :one ${stop ? ', recovery_stopped_at = :now' : ''}`,
        remove: 'devices.#id',
        when: [
          OPEN,
          ...isWaiting('#id'),
          ...(stop
            ? ['devices.#id.#stop.signing = :signing', 'attribute_exists(devices.#by)']
            : []),
        ],
        values: {
          ':now': now.toISOString(),
          ':one': 1,
          ...(stop && { ':signing': stop.signing }),
        },
        names: { '#id': deviceId, ...(stop && { '#stop': 'stop', '#by': stop.byDevice }) },
      })
    },

    askUndo: (payerId, deviceId, signing, now) =>
      change(
        payerId,
        'SET devices.#id.#stop.askedAt = :now',
        [
          OPEN,
          'attribute_exists(devices.#id.removedAt)',
          'devices.#id.removedBy = :session',
          'devices.#id.#stop.signing = :signing',
        ],
        { ':now': now.toISOString(), ':session': 'session', ':signing': signing },
        { '#id': deviceId, '#stop': 'stop' },
      ),

    async restore(seen, { authTime = 0 }, device, now) {
      const { id, removedAt } = device
      return tell(seen, { event: 'device.restored', by: 'payer', device: toldOf(device) }, now, {
        set: 'devices_active = devices_active + :one',
        remove: 'devices.#id.removedAt, devices.#id.removedBy, devices.#id.#stop',
        when: [
          OPEN,
          SESSION,
          'devices.#id.removedAt = :removed_at',
          'attribute_exists(devices.#id.#stop.askedAt)',
          'devices_active < :max',
        ],
        values: {
          ':one': 1,
          ':max': DEVICES_MAX,
          ':removed_at': removedAt?.toISOString() ?? '',
          ':signed_in': authTime,
        },
        names: { '#id': id, '#stop': 'stop' },
      })
    },

    countFailedStop: (payerId, deviceId, { signing, byDevice }) =>
      change(
        payerId,
        `SET devices.#id.#stop.failed.#by =
           if_not_exists(devices.#id.#stop.failed.#by, :none) + :one`,
        [OPEN, 'devices.#id.#stop.signing = :signing'],
        { ':none': 0, ':one': 1, ':signing': signing },
        { '#id': deviceId, '#stop': 'stop', '#by': byDevice },
      ),
  }
}

const deviceIn = ({ all }: Devices, deviceId: string) => all.find(({ id }) => id === deviceId)

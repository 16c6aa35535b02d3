/** Where devices are rung: writes to their payer's item. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { DeviceStore } from '../../core/devicePorts.ts'
import { isActive, OPEN, toldOf } from './deviceExpressions.ts'
import { payerWrites } from './payerWrites.ts'

type Pushes = Pick<DeviceStore, 'savePush' | 'silence' | 'endPush' | 'countTestRing'>

export function devicePushes(documents: DynamoDBDocumentClient, table: string): Pushes {
  const { change, tell } = payerWrites(documents, table)

  return {
    savePush: (payerId, deviceId, { endpoint, p256dh, auth, since }, now) =>
      change(
        payerId,
        'SET devices.#id.#push = :push',
        [OPEN, ...isActive('#id')],
        {
          ':now': now.toISOString(),
          ':push': { endpoint, p256dh, auth, since: since.toISOString() },
        },
        { '#id': deviceId, '#push': 'push' },
      ),

    async silence(seen, deviceId, isTold, now) {
      const device = seen.devices.all.find(({ id }) => id === deviceId)
      if (!device) return undefined
      const remove = 'devices.#id.#push'
      const when = [OPEN, ...isActive('#id'), `attribute_exists(${remove})`]
      const values = { ':now': now.toISOString() }
      const names = { '#id': deviceId, '#push': 'push' }
      return isTold
        ? tell(seen, { event: 'device.silenced', by: 'payer', device: toldOf(device) }, now, {
            ...{ remove, when, values, names },
          })
        : change(seen.payerId, `REMOVE ${remove}`, when, values, names)
    },

    async endPush(payerId, deviceId, endpoint) {
      await change(
        payerId,
        'REMOVE devices.#id.#push',
        ['devices.#id.#push.endpoint = :endpoint'],
        { ':endpoint': endpoint },
        { '#id': deviceId, '#push': 'push' },
      )
    },

    countTestRing: (payerId, deviceId, lastBefore, now) =>
      change(
        payerId,
        'SET devices.#id.testRingAt = :now',
        [
          OPEN,
          ...isActive('#id'),
          'attribute_exists(devices.#id.#push)',
          '(attribute_not_exists(devices.#id.testRingAt) OR devices.#id.testRingAt <= :last)',
        ],
        { ':now': now.toISOString(), ':last': lastBefore.toISOString() },
        { '#id': deviceId, '#push': 'push' },
      ),
  }
}

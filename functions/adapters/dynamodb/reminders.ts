/** When the events of waiting devices are to be published again: an item for each hour, in the table of payers. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { halfOf } from '../../core/device.ts'
import type { DeviceStore, Reminder } from '../../core/devicePorts.ts'
import { instant, text } from './attributes.ts'
import { isWaiting, toldOf } from './deviceExpressions.ts'
import { DAY_MS, epoch, HOUR_MS } from './limitItems.ts'
import { payerWrites } from './payerWrites.ts'
import { readItem } from './readItem.ts'

/** The sweep runs every minute; after an outage it looks back so far. */
const HOURS_BACK = 2

type Reminders = Pick<DeviceStore, 'noteReminder' | 'dueReminders' | 'tellAgain'>

export function reminders(documents: DynamoDBDocumentClient, table: string): Reminders {
  const { get, tell } = payerWrites(documents, table)

  async function ofHour(hour: string): Promise<Reminder[]> {
    const Item = await readItem(documents, table, { user_id: keyOf(hour) })
    return Object.entries(Item ?? {}).flatMap(([name, value]) => {
      const found = name.startsWith(PREFIX) ? entry.safeParse(value).data : undefined
      return found ? [found] : []
    })
  }

  return {
    async noteReminder({ payerId, deviceId, at }) {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: keyOf(hourOf(at)) },
          UpdateExpression: 'SET #device = :reminder, expires_epoch = :ttl',
          // With the payer, so that nobody replaces a note by an account of their own with the same device.
          ExpressionAttributeNames: { '#device': `${PREFIX}${payerId}#${deviceId}` },
          ExpressionAttributeValues: {
            ':reminder': { payerId, deviceId, at: at.toISOString() },
            ':ttl': epoch(at, DAY_MS),
          },
        }),
      )
    },

    async dueReminders(now) {
      const hours = Array.from({ length: HOURS_BACK + 1 }, (_, back) =>
        hourOf(new Date(now.getTime() - back * HOUR_MS)),
      )
      return (await Promise.all(hours.map(ofHour))).flat().filter(({ at }) => at <= now)
    },

    async tellAgain({ payerId, deviceId, at }, now) {
      const payer = await get(payerId)
      const device = payer?.devices.all.find(({ id }) => id === deviceId)
      if (!payer || !device?.activeFrom || device.remindedAt) return
      // The note of an earlier wait of the same device, which was cancelled, would use up the reminder of this one.
      if (halfOf(device.addedAt, device.activeFrom).getTime() !== at.getTime()) return
      const activeFrom = device.activeFrom.toISOString()
      const told = { ...toldOf(device), activeFrom }
      await tell(payer, { event: 'device.waiting', by: 'payer', device: told }, now, {
        set: 'devices.#id.remindedAt = :now',
        when: [...isWaiting('#id'), 'attribute_not_exists(devices.#id.remindedAt)'],
        values: { ':now': now.toISOString() },
        names: { '#id': deviceId },
      })
    },
  }
}

const PREFIX = 'device#'
const hourOf = (at: Date) => at.toISOString().slice(0, 13)
const keyOf = (hour: string) => `reminders#${hour}`

const entry = z.strictObject({
  payerId: text,
  deviceId: text,
  at: instant,
})

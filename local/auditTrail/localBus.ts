import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { type LocalServer, startLocalServer } from './localServer.ts'

/** The bus's name. */
export const LOCAL_BUS = 'payfriend'

/** An event as EventBridge delivers it. */
export type EventEnvelope = {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** Start an emulator of the part of EventBridge that publishing needs: one bus, which calls `onEvent` with each event. */
export const startLocalBus = (onEvent: (event: EventEnvelope) => void): Promise<LocalServer> =>
  startLocalServer(async ({ headers }, body, response) => {
    const answer = (status: number, said: object) =>
      void response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(said))
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      return answer(400, { __type: 'UnknownOperationException' })
    }
    const asked = putEvents.safeParse(JSON.parse(body))
    if (!asked.success) return answer(400, { __type: 'ValidationException' })
    const Entries = asked.data.Entries.map((entry) => {
      const event = envelopeOf(entry)
      if (!event) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
      onEvent(event)
      return { EventId: event.id }
    })
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length
    answer(200, { FailedEntryCount, Entries })
  })

const entry = z.strictObject({
  EventBusName: z.literal(LOCAL_BUS),
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  /** Seconds, as the SDK writes a time; without it the time when the bus took it. */
  Time: z.number().default(() => Date.now() / 1000),
})

const putEvents = z.strictObject({ Entries: z.array(entry).min(1).max(10) })

function envelopeOf(put: z.infer<typeof entry>): EventEnvelope | undefined {
  const detail = z.looseObject({}).safeParse(parsed(put.Detail)).data
  if (!detail) return undefined
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': put.DetailType,
    source: put.Source,
    account: '000000000000',
    // Whole seconds, as in EventBridge.
    time: new Date(put.Time * 1000).toISOString().replace(/\.\d+/, ''),
    region: 'local',
    resources: [],
    detail,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

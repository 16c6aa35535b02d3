/**
 * What a function asks of DynamoDB and of the provider, and what they answer: recorded once on the embedded engine and the
 * pretend phone, so that it can be answered from memory afterwards.
 *
 * The calls are caught where the SDK hands over a signed request, and where `askProvider` hands one to Node's HTTP client.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import type { DatabaseEngine } from '../local/database/databaseEngine.ts'

/** A call of DynamoDB with its answer. */
export type Recorded = {
  /** The operation, such as `GetItem`. */
  readonly operation: string
  readonly body: string
  readonly status: number
  readonly answer: string
}
type FromProvider = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** All of one request, in order; the calls of one inner list were sent together. */
export type Recording = {
  readonly trips: Recorded[][]
  readonly provider: FromProvider[]
}

/** Catches the calls of the provider from now on, and those of a world or client with these `tables`. They go on, or to a recording. */
export function catchCalls(engine: DatabaseEngine) {
  const caught = engineCalls(engine)
  const asked = providerCalls()
  let rewind = () => {}

  return {
    tables: caught.tables,

    /** Do something, and record what it asks. */
    async record<T>(work: () => Promise<T>): Promise<{ result: T; recording: Recording }> {
      const trips: Recorded[][] = []
      caught.handle = inTrips(caught.pass, trips)
      const provider: FromProvider[] = []
      asked.answer = undefined
      asked.record = (answer) => provider.push(answer)
      const result = await work()
      caught.handle = caught.pass
      asked.record = undefined
      return { result, recording: { trips, provider } }
    },

    /** From now on every call is answered from a recording. `rewind` begins it from its first call. */
    replay({ trips, provider }: Recording) {
      const known = new Map<string, Recorded[]>()
      for (const call of trips.flat()) {
        const key = keyOf(call.operation, call.body)
        known.set(key, [...(known.get(key) ?? []), call])
      }
      const used = new Map<string, number>()
      let answered = 0
      caught.handle = async (operation, body) => {
        const key = keyOf(operation, body)
        const n = used.get(key) ?? 0
        used.set(key, n + 1)
        const call = known.get(key)?.[n]
        if (!call) throw new Error(`the recording has no ${key}`)
        return call
      }
      asked.answer = () => {
        const answer = provider[answered++]
        if (!answer) throw new Error('the recording has no such call of the provider')
        return answer
      }
      rewind = () => {
        used.clear()
        answered = 0
      }
    },
    rewind: () => rewind(),

    /** The provider's calls go to the network again. */
    end: asked.end,
  }
}

const decoder = new TextDecoder()

type Handle = (operation: string, body: string, headers: IncomingHttpHeaders) => Promise<Recorded>
type Sent = { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array | string }

/** The SDK itself stays as it is, with its middleware, signatures and (un)marshalling. */
function engineCalls({ answer }: DatabaseEngine) {
  const pass: Handle = async (operation, body, headers) => {
    const reply = await answer({ headers, body })
    return { operation, body, status: reply.status, answer: JSON.stringify(reply.body) }
  }
  const caught = { handle: pass, pass, tables: { handle } }
  async function handle({ headers, body }: Sent) {
    const operation = String(headers['x-amz-target']).replace(/^.*\./, '')
    const text = typeof body === 'string' ? body : decoder.decode(body)
    const recorded = await caught.handle(operation, text, headers)
    const type = { 'content-type': 'application/x-amz-json-1.0' }
    // Bytes of its own for each answer, because the SDK changes them.
    const bytes = Buffer.from(recorded.answer)
    return { response: { statusCode: recorded.status, headers: type, body: bytes } }
  }
  return caught
}

/** So many turns of the event loop without another call mean that the function waits for what it has sent. */
const TURNS = 50

/** Calls are held until no more come, and pass together: a call that needs no answer of another is in its trip. */
function inTrips(pass: Handle, trips: Recorded[][]): Handle {
  let held: (() => Promise<void>)[] = []
  const release = async () => {
    for (let seen = -1; seen < held.length; ) {
      seen = held.length
      for (let turns = 0; turns < TURNS; turns += 1) await turn()
    }
    const together = held
    held = []
    await Promise.all(together.map((go) => go()))
  }
  return (operation, body, headers) => {
    const answered = Promise.withResolvers<Recorded>()
    if (held.length === 0) {
      trips.push([])
      void release()
    }
    const trip = trips.at(-1) ?? []
    held.push(async () => {
      const recorded = await pass(operation, body, headers)
      trip.push(recorded)
      answered.resolve(recorded)
    })
    return answered.promise
  }
}

type OnAnswer = (answer: IncomingMessage) => void

/** The calls of `askProvider`, which are the only ones of a function beside the SDK's. */
function providerCalls() {
  const { request } = http
  const asked: {
    answer: (() => FromProvider) | undefined
    record: ((answer: FromProvider) => void) | undefined
    end: () => void
  } = {
    answer: undefined,
    record: undefined,
    end: () => void Object.assign(http, { request }),
  }
  const instead = (url: URL, options: http.RequestOptions, onAnswer: OnAnswer) => {
    const { answer, record } = asked
    if (answer) {
      const sent = {
        on: () => sent,
        end: () => void setImmediate(() => onAnswer(messageOf(answer()))),
      }
      return sent
    }
    return request(url, options, async (message) => {
      const { statusCode: status = 0, headers } = message
      const heard = { status, headers, body: await buffer(message) }
      record?.(heard)
      onAnswer(messageOf(heard))
    })
  }
  Object.assign(http, { request: instead })
  return asked
}

const messageOf = ({ status, headers, body }: FromProvider) =>
  Object.assign(Readable.from([body]), {
    statusCode: status,
    headers,
  }) as unknown as IncomingMessage

/** Which call of a request this is: the operation, and of which item or index. Cheap, because it is measured with it. */
const keyOf = (operation: string, body: string): string =>
  `${operation} ${body.match(NAMES)?.join(' ') ?? ''}`
const NAMES = /"(?:TableName|IndexName)":"[^"]+"|"(?:payment_id|user_id)":\{"S":"[^"]+"\}/g

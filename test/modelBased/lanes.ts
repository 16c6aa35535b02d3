/**
 * Ways for requests to go beside each other: each has its own line to the database and to the provider, on
 * which every call can be held. So which call is carried out next is for a sequence to say, and not for chance.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { devices } from '../../functions/composition.ts'
import { sweepPayments } from '../../functions/handlers/sweepPayments.ts'
import { asLambda } from '../../local/database/access.ts'
import { portsIn } from '../../local/operator.ts'
import type { Harness } from '../harness/harness.ts'
import type { InjectedFault } from './paymentFlows.ts'

/** Also an answer about another push, or about another's phone. */
export type LaneFault = InjectedFault | 'confused' | 'mistaken'

/**
 * Whose turn it is, of those who can go on, and for how many calls; `asking`: until the next one is the provider's;
 * `provider`: until that has answered.
 */
export type Turn = { readonly lane: number; readonly calls: number | 'asking' | 'provider' }

export type Lane = Awaited<ReturnType<typeof startLanes>>['lanes'][number]

/** A call that the provider has answered. */
export type Told = {
  readonly method: string
  readonly path: string
  readonly text: string
  readonly status: number
  readonly answer: string
  /** Whether whoever called it heard the answer. */
  readonly isHeard: boolean
}

const LANES = 5
/** A request that makes no call for so long waits by itself, and others go on. */
const STILL_MS = 40
/** A held call must be let go long before the SDK loses patience. */
const HELD_MS_MAX = 500

export async function startLanes(harness: Harness, onTold: (told: Told) => void) {
  type Held = { readonly isProvider: boolean; readonly go: () => void }
  const held: Held[][] = Array.from({ length: LANES }, () => [])
  let isGated = false
  let wake = () => {}

  const hold = async (lane: number, isProvider: boolean) => {
    if (!isGated) return
    await new Promise<void>((go) => {
      held[lane]?.push({ isProvider, go })
      wake()
    })
  }
  harness.store.instead = async ({ path }) => {
    const lane = /^\/lane-(\d+)/.exec(path)?.[1]
    if (lane !== undefined) await hold(Number(lane), false)
    return undefined
  }
  const lanes = await Promise.all(
    held.map((_, i) => startLane(harness, i, () => hold(i, true), onTold)),
  )

  /** Carry out these at once, each in the lane of its place, by turns; answers who went on when. */
  async function race(jobs: readonly (() => Promise<void>)[], turns: readonly Turn[]) {
    const states = jobs.map((): 'new' | 'on' | 'done' => 'new')
    const running: Promise<void>[] = []
    const places = jobs.map((_, i) => i)
    const order: number[] = []
    const began = performance.now()
    const canGo = (i: number) =>
      states[i] === 'new' || (states[i] === 'on' && (held[i + 1] ?? []).length > 0)
    const atRest = async (isAtRest: () => boolean) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, STILL_MS)
      wake = () => isAtRest() && resolve()
      wake()
      await promise
      clearTimeout(timer)
      wake = () => {}
    }
    const go = (i: number): boolean => {
      order.push(i)
      if (states[i] === 'new') {
        states[i] = 'on'
        const job = jobs[i]?.() ?? Promise.resolve()
        running[i] = job.finally(() => {
          states[i] = 'done'
          wake()
        })
        return false
      }
      const calls = held[i + 1]?.splice(0) ?? []
      for (const call of calls) call.go()
      return calls.some(({ isProvider }) => isProvider)
    }

    isGated = true
    try {
      for (let turn = 0; states.some((state) => state !== 'done'); turn += 1) {
        const able = places.filter(canGo)
        if (able.length === 0) {
          await atRest(() => places.some(canGo) || states.every((one) => one === 'done'))
          continue
        }
        if (performance.now() - began > HELD_MS_MAX) break
        const { lane, calls } = turns[turn] ?? { lane: turn, calls: 1 }
        const i = able[lane % able.length] ?? 0
        for (let made = 1; ; made += 1) {
          const asked = go(i)
          await atRest(() => states[i] === 'done' || canGo(i))
          const isAsking = held[i + 1]?.some(({ isProvider }) => isProvider) ?? false
          const isEnough = { asking: isAsking, provider: asked }
          if (!canGo(i) || (typeof calls === 'number' ? made >= calls : isEnough[calls])) break
        }
      }
    } finally {
      isGated = false
      for (const i of places) go(i)
      for (const calls of held) for (const call of calls.splice(0)) call.go()
    }
    await Promise.all(running)
    return order
  }

  return {
    lanes,
    race,
    close() {
      for (const lane of lanes) lane.close()
    },
  }
}

async function startLane(
  harness: Harness,
  i: number,
  hold: () => Promise<void>,
  onTold: (told: Told) => void,
) {
  const agent = new Agent({ keepAlive: true })
  const lane = { fault: 'well' as LaneFault }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request
    const sent = await buffer(request)
    await hold()
    const { fault } = lane
    if (fault === 'down') return void response.writeHead(503).end('<html></html>')
    const { status, body } = await pass(
      harness.provider.url,
      { method, path, headers, agent },
      sent,
    )
    const isHeard = fault !== 'lost'
    onTold({ method, path, text: sent.toString(), status, answer: body.toString(), isHeard })
    if (fault === 'lost') return void request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(fault === 'well' ? body : misled(body.toString(), fault))
  }
  const server = createServer((request, response) => {
    // Whoever asked may have lost patience.
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = {
    DYNAMODB_ENDPOINT: `${harness.store.url}/lane-${i}`,
    AUTHY_API_URL: url,
    VERIFY_API_URL: url,
  }
  const world = { ...harness.world, env: { ...harness.world.env, ...env } }
  return Object.assign(lane, {
    ...harness.with(env),
    account: { ...portsIn(world), devices: devices(world) },
    sweep: sweepPayments(asLambda(world, 'sweepPayments')),
    close() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
    },
  })
}

async function pass(
  to: string,
  {
    headers,
    ...asked
  }: { method: string; path: string; headers: IncomingHttpHeaders; agent: Agent },
  sent: Buffer,
): Promise<{ status: number; body: Buffer }> {
  const { hostname, port } = new URL(to)
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, headers, ...asked }, (answer) => {
      buffer(answer).then((body) => resolve({ status: answer.statusCode ?? 502, body }), reject)
    })
      .on('error', reject)
      .end(sent)
  })
}

/** A yes, but of another push or from another's phone. */
function misled(answer: string, fault: 'confused' | 'mistaken'): string {
  const { approval_request, ...rest } = JSON.parse(answer)
  if (!approval_request) return answer
  const { uuid, _authy_id } = approval_request
  const wrong = fault === 'confused' ? { uuid: `${uuid}0` } : { _authy_id: _authy_id + 1 }
  return JSON.stringify({
    ...rest,
    approval_request: { ...approval_request, ...wrong, status: 'approved' },
  })
}

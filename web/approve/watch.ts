/** What waits for this phone's answer, for each account, asked for every few seconds while the page is seen. */
import type { Approvals } from '../deviceApi.ts'
import { nextPollMs } from '../pollSchedule.ts'
import { detailsOf } from '../problem.ts'
import type { DeviceCalls, Removal } from './deviceCalls.ts'
import { keepDevice, type OwnDevice, ownDevices } from './deviceStore.ts'
import { type Request, readRequest, readStop, type Stop } from './documents.ts'
import { payerOf, thumbprintIn } from './kid.ts'

/** One account's device and the last answer to it. */
export type Watched = {
  readonly device: OwnDevice
  /**
   * `asking`: no answer yet; `turnedAway`: it was not let in, and its digits are worth nothing; `waiting`: it was let
   * in, and approves later; `removed`: the page has removed this device, and that can still be undone; `refused`: the
   * account no longer knows it.
   */
  readonly state: 'asking' | 'pending' | 'turnedAway' | 'waiting' | 'active' | 'removed' | 'refused'
  readonly told: Approvals['device'] | null
  /** Null unless the state is `removed`. */
  readonly removal: Removal | null
  /** The account's other devices. */
  readonly others: Approvals['others']
  readonly requests: readonly Request[]
  readonly stops: readonly Stop[]
  /** What happened to the account, the newest first. */
  readonly notices: Approvals['notices']
  /** A document came that this page cannot read, so it cannot be answered here. */
  readonly hasUnreadable: boolean
  /** Why the last question has no answer; null if it has one. */
  readonly trouble: unknown
}

export type Watch = ReturnType<typeof createWatch>

/** A watch of all of this browser's devices. Nothing is asked before `start`. */
export function createWatch(calls: Pick<DeviceCalls, 'approvals' | 'enrol'>) {
  const known = new Map<string, Watched>()
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let failuresInARow = 0
  let round = 0

  /** Read this browser's devices; another tab may have added or removed one. */
  async function load(): Promise<void> {
    const devices = await ownDevices()
    const kids = new Set(devices.map(({ kid }) => kid))
    for (const kid of known.keys()) if (!kids.has(kid)) known.delete(kid)
    for (const device of devices) {
      known.set(device.kid, { ...(known.get(device.kid) ?? NOTHING), device })
    }
  }

  async function look(): Promise<void> {
    clearTimeout(timer)
    round += 1
    const own = round
    // If the browser's storage fails just now, the devices known so far are asked for.
    await load().catch((error) => console.error(error))
    const asked = [...known.values()].filter(
      ({ state }) => state !== 'refused' && state !== 'turnedAway',
    )
    const answers = await Promise.all(asked.map(ask))
    // One that was let in has replaced earlier tries.
    const isLetIn = ({ device }: Watched) => known.get(device.kid)?.device.pending !== null
    if (answers.some((answer) => answer.device.pending === null && isLetIn(answer))) {
      await load().catch((error) => console.error(error))
    }
    // A newer round replaces this one.
    if (own !== round) return
    for (const answer of answers) {
      // Removed meanwhile.
      if (known.has(answer.device.kid)) known.set(answer.device.kid, answer)
    }
    const failed = answers.filter(({ trouble }) => trouble !== null)
    failuresInARow = failed.length > 0 && failed.length === answers.length ? failuresInARow + 1 : 0
    const waits = failed.map(({ trouble }) => detailsOf(trouble).retryAfterSeconds ?? 0)
    schedule(Math.max(0, ...waits))
    for (const listener of listeners) listener()
  }

  async function ask(watched: Watched): Promise<Watched> {
    const { device } = watched
    try {
      return await answered(device)
    } catch (error) {
      if (!isRefused(error)) return { ...watched, trouble: error }
      if (device.pending === null) return { ...NOTHING, device, state: 'refused' }
    }
    try {
      const isAway = round % ROUNDS_TO_ASK_AGAIN === 1 && (await wasTurnedAway(device))
      if (!isAway) return { ...NOTHING, device, state: 'pending' }
      // It was perhaps let in between the two questions.
      return await answered(device)
    } catch (error) {
      if (!isRefused(error)) return { ...watched, trouble: error }
      return { ...NOTHING, device, state: 'turnedAway' }
    }
  }

  async function answered(device: OwnDevice): Promise<Watched> {
    const { email, trusted, device: told, ...answer } = await calls.approvals(device)
    const { removed: removal, activeFrom = null, name } = told
    const state = trusted ? 'active' : activeFrom === null ? 'removed' : 'waiting'
    const { others, notices } = answer
    // A phone that was added before keeps the name that it had.
    const kept = { ...device, email, name, pending: null, waitsUntil: activeFrom }
    if (!isKept(device, kept)) await keepDevice(kept)
    const documents = readAll(answer.approvals, device)
    return { device: kept, state, told, removal, others, notices, ...documents, trouble: null }
  }

  /** No new phone is asked for any more with what it sent: wrong digits too often, a no, or it was let in. */
  async function wasTurnedAway({ deviceKey, pending }: OwnDevice): Promise<boolean> {
    if (!pending?.asked) return false
    try {
      await calls.enrol(deviceKey, pending.asked)
      return false
    } catch (error) {
      return detailsOf(error).code === 'not_found'
    }
  }

  function schedule(retryAfterSeconds: number): void {
    const msToEnd = Number.POSITIVE_INFINITY
    const nextMs = nextPollMs({ failuresInARow, retryAfterSeconds, msToEnd })
    if (nextMs !== null && !document.hidden && known.size > 0) timer = setTimeout(look, nextMs)
  }

  return {
    load,
    look,

    start(): void {
      document.addEventListener('visibilitychange', () => {
        if (document.hidden) clearTimeout(timer)
        else look()
      })
      window.addEventListener('online', () => {
        // What failed before says nothing of the network that is there now.
        failuresInARow = 0
        look()
      })
      look()
    },

    /** Every device of this browser. */
    all: (): Watched[] => [...known.values()],

    /** Call this after each round, until the signal is aborted. */
    listen(listener: () => void, signal?: AbortSignal): void {
      listeners.add(listener)
      signal?.addEventListener('abort', () => listeners.delete(listener))
    },
  }
}

/** The question whether it was turned away is asked in every third round, because it is a second one. */
const ROUNDS_TO_ASK_AGAIN = 3

const isRefused = (error: unknown): boolean => detailsOf(error).code === 'device_not_trusted'

const isKept = (before: OwnDevice, now: OwnDevice): boolean =>
  before.pending === null &&
  before.email === now.email &&
  before.name === now.name &&
  (before.waitsUntil ?? null) === now.waitsUntil

function readAll(approvals: Approvals['approvals'], device: OwnDevice) {
  const payer = payerOf(device)
  const requests = approvals.map((one) => readRequest(one, payer)).filter((one) => one !== null)
  const stops = approvals
    .map((one) => readStop(one, payer, thumbprintIn(device)))
    .filter((one) => one !== null)
  return { requests, stops, hasUnreadable: requests.length + stops.length < approvals.length }
}

const NOTHING = {
  state: 'asking',
  told: null,
  removal: null,
  others: [],
  notices: [],
  stops: [],
  requests: [],
  hasUnreadable: false,
  trouble: null,
} as const

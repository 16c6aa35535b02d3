/** What waits for this phone's answer, for each account, asked for every few seconds while the page is seen. */
import type { Approvals } from '../deviceApi.ts'
import { nextPollMs } from '../pollSchedule.ts'
import { detailsOf } from '../problem.ts'
import type { DeviceCalls } from './deviceCalls.ts'
import { keepDevice, type OwnDevice, ownDevices } from './deviceStore.ts'
import { payerOf } from './kid.ts'
import { type Request, readRequest } from './signing.ts'

/** One account's device and the last answer to it. */
export type Watched = {
  readonly device: OwnDevice
  /** `asking`: no answer yet; `refused`: the account no longer knows this device. */
  readonly state: 'asking' | 'pending' | 'active' | 'refused'
  readonly told: Approvals['device'] | null
  /** The account's other devices. */
  readonly others: Approvals['others']
  readonly requests: readonly Request[]
  /** A document came that this page cannot read, so it cannot be answered here. */
  readonly hasUnreadable: boolean
  /** Why the last question has no answer; null if it has one. */
  readonly trouble: unknown
}

export type Watch = ReturnType<typeof createWatch>

/** A watch of all of this browser's devices. Nothing is asked before `start`. */
export function createWatch(calls: Pick<DeviceCalls, 'approvals'>) {
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
    const asked = [...known.values()].filter(({ state }) => state !== 'refused')
    const answers = await Promise.all(asked.map(ask))
    // One that was let in has replaced earlier tries.
    const isLetIn = ({ device }: Watched) => known.get(device.kid)?.device.pending !== null
    if (answers.some((answer) => answer.state === 'active' && isLetIn(answer))) {
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
      const { email, device: told, others, approvals } = await calls.approvals(device)
      const read = approvals.map((one) => readRequest(one, payerOf(device)))
      const requests = read.filter((one) => one !== null)
      const hasUnreadable = requests.length < read.length
      const isKept = device.pending === null && device.email === email
      const kept = { ...device, email, pending: null }
      if (!isKept) await keepDevice(kept)
      return { device: kept, state: 'active', told, others, requests, hasUnreadable, trouble: null }
    } catch (error) {
      if (detailsOf(error).code !== 'device_not_trusted') return { ...watched, trouble: error }
      const state = device.pending === null ? 'refused' : 'pending'
      return { ...watched, ...NOTHING, device, state }
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
      window.addEventListener('online', () => look())
      look()
    },

    /** Every device of this browser. */
    all: (): Watched[] => [...known.values()],

    /** Call this after each round, until the signal is aborted. */
    listen(listener: () => void, signal: AbortSignal): void {
      listeners.add(listener)
      signal.addEventListener('abort', () => listeners.delete(listener))
    },
  }
}

const NOTHING = {
  state: 'asking',
  told: null,
  others: [],
  requests: [],
  hasUnreadable: false,
  trouble: null,
} as const

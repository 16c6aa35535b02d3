/** Whether this browser rings when something waits. It has one subscription for all of its accounts. */
import { base64url, bytesOf } from '../base64url.ts'
import { detailsOf } from '../problem.ts'
import type { DeviceCalls } from './deviceCalls.ts'
import type { OwnDevice } from './deviceStore.ts'
import type { Watch, Watched } from './watch.ts'
import { startWorker, worker } from './workerHere.ts'

/** What the payer chose in this browser, `on` or `off`; nothing before the first choice. */
const KEY = 'payfriend.rings'

export type RingState =
  /** The browser has no Web Push. */
  | 'unsupported'
  /** It, or the payer in its settings, forbids this page to show notifications. */
  | 'denied'
  | 'off'
  | 'on'

export type Rings = ReturnType<typeof createRings>

/** Nothing is asked of browser or payer before `turnOn`, unless that was done before. */
export function createRings(
  calls: Pick<DeviceCalls, 'push'>,
  watch: Pick<Watch, 'all' | 'listen'>,
) {
  /** The devices that were told since the page was opened. */
  const told = new Set<string>()
  let trouble: unknown = null

  const active = (): OwnDevice[] =>
    watch
      .all()
      .filter(({ state }) => state === 'active')
      .map(({ device }) => device)

  /**
   * Say to each device's account where this browser is rung. One account's refusal keeps no other from being told.
   *
   * @param isWanted false once the payer has turned it off meanwhile
   * @returns why an account was not told; null if each was. Throws if none was.
   */
  async function tell(devices: readonly OwnDevice[], isWanted = () => true): Promise<unknown> {
    if (devices.length === 0) return null
    const pushKey = await pushKeyOf(devices)
    if (!isWanted()) return null
    const subscription = (await subscribed(pushKey)).toJSON()
    if (!isWanted()) {
      await unsubscribe()
      return null
    }
    const results = await Promise.allSettled(
      devices.map((device) => calls.push(device, { subscription })),
    )
    const failures = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    if (failures.length === devices.length) throw failures[0]
    for (const { kid } of devices) told.add(kid)
    return failures[0] ?? null
  }

  /** The server has one key, which any account's device may ask for. */
  async function pushKeyOf(devices: readonly OwnDevice[]): Promise<string> {
    let why: unknown
    for (const device of devices) {
      try {
        return (await calls.push(device, {})).pushKey
      } catch (error) {
        why = error
      }
    }
    throw why
  }

  /**
   * A browser may have replaced its subscription, or lost it, and not every browser wakes the worker for that. A
   * subscription that the server has and this browser has not is somebody else's: it is ended.
   */
  async function renew(): Promise<void> {
    const untold = active().filter(({ kid }) => !told.has(kid))
    if (untold.length === 0) return
    // At once, because the next round may come meanwhile.
    for (const { kid } of untold) told.add(kid)
    trouble = await (state() === 'on'
      ? tell(untold, () => state() === 'on')
      : endOthers(untold)
    ).catch((error) => error)
    // Without network it is tried again; another trouble would come again.
    if (trouble !== null && detailsOf(trouble).kind === 'unreachable') {
      for (const { kid } of untold) told.delete(kid)
    }
  }

  async function endOthers(devices: readonly OwnDevice[]): Promise<null> {
    for (const device of devices) {
      const { subscribed } = await calls.push(device, {})
      if (subscribed && state() !== 'on') await calls.push(device, { subscription: null })
    }
    return null
  }

  return {
    state,

    /** The page is seen again: look again whether each account rings this browser and no other. */
    lookAgain: (): void => told.clear(),

    /** Whether the payer has ever said yes or no to it here. */
    isChosen: () => chosen() !== null,

    /** Why the subscription could not be renewed since the page was opened; null if it could. */
    trouble: () => trouble,

    renew,

    /** Ask the payer, and subscribe. Call it directly in the press of a button. */
    async turnOn(): Promise<'on' | 'denied' | 'dismissed'> {
      const answer = await Notification.requestPermission()
      if (answer !== 'granted') return answer === 'denied' ? 'denied' : 'dismissed'
      trouble = await tell(active())
      choose('on')
      return 'on'
    },

    /** The browser rings no more, even if the server cannot be told now: it learns that when it rings. */
    async turnOff(): Promise<void> {
      choose('off')
      told.clear()
      await unsubscribe()
      await Promise.all(active().map((device) => calls.push(device, { subscription: null })))
    },

    /** Ring this browser now. */
    async test(): Promise<void> {
      const [first] = active()
      if (!first) return
      const { subscribed } = await calls.push(first, { test: true })
      if (subscribed) return
      // A push service has said that the subscription is no more.
      await tell(active())
      await calls.push(first, { test: true })
    },

    /** The last device of this browser is gone: nothing is left to ring for. */
    async endIfAlone(): Promise<void> {
      if (watch.all().length > 0) return
      choose(null)
      told.clear()
      await unsubscribe()
    },
  }
}

function state(): RingState {
  const isSupported =
    'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  if (!isSupported) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  return Notification.permission === 'granted' && chosen() === 'on' ? 'on' : 'off'
}

/** The browser's subscription for this server, a new one if it has none or one for another key. */
async function subscribed(pushKey: string): Promise<PushSubscription> {
  const { pushManager } = await startWorker()
  const existing = await pushManager.getSubscription()
  const { applicationServerKey = null } = existing?.options ?? {}
  if (existing && applicationServerKey && base64url(applicationServerKey) === pushKey) {
    return existing
  }
  await existing?.unsubscribe()
  return pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(pushKey),
  })
}

async function unsubscribe(): Promise<void> {
  const subscription = await (await worker())?.pushManager?.getSubscription()
  await subscription?.unsubscribe()
}

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function choose(choice: 'on' | 'off' | null): void {
  try {
    if (choice === null) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // Storage is full: the payer is asked again the next time.
  }
}

/**
 * Makes what closes the notifications of what waits no more. One that was shown before a round of answers and
 * is not in the next one has ended; a newer one may be of what the round did not know yet.
 */
export function createCloser(): (all: readonly Watched[]) => Promise<void> {
  let shownBefore = new Set<string>()
  return async (all) => {
    const isKnown = ({ state, trouble, hasUnreadable }: Watched) =>
      state !== 'asking' && (trouble === null || isLocked(trouble)) && !hasUnreadable
    if (!all.every(isKnown)) return
    const waiting = new Set(
      all.flatMap(({ requests, stops, trouble }) =>
        isLocked(trouble) ? [] : [...requests, ...stops].map(({ id }) => id),
      ),
    )
    const shown = (await (await worker())?.getNotifications?.()) ?? []
    const over = shown
      .map((notification) => ({ notification, id: requestOf(notification) }))
      .filter(({ id }) => id !== undefined && !waiting.has(id))
    for (const { notification, id = '' } of over) if (shownBefore.has(id)) notification.close()
    shownBefore = new Set(over.map(({ id = '' }) => id))
  }
}

/** The operator's lock has ended all that waited. */
const isLocked = (trouble: unknown): boolean =>
  trouble !== null && detailsOf(trouble).code === 'locked'

/** The id of what waits in a notification that our worker has shown, or the browser itself for a declarative message. */
function requestOf({ data, navigate }: Notification & { readonly navigate?: string }) {
  const address = Object(data).place ?? navigate ?? ''
  return /#((?:payment|device|phone|stop)\.[\w-]+)$/.exec(String(address))?.[1]
}

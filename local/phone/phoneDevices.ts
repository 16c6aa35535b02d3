/** The devices that the pretend phone plays: each asks one account to be let in, and then answers what waits there. */
import { typedCode } from '../../functions/core/device.ts'
import {
  asRefused,
  type CallOptions,
  type DeviceAnswer,
  deviceCalls,
  type Refused,
} from './deviceCalls.ts'
import { type Item, isWaiting, merge, secondsUntil, shownItem } from './deviceItems.ts'
import { endRings, type Ring, ringOf } from './deviceRings.ts'
import { newSubscription, type PretendSubscription, subscriptionJson } from './pushService.ts'
import { keysAfterClearing, type PhoneKeys, type SoftwarePhone } from './softwarePhone.ts'

/** How often the API is asked, while somebody looks or something waits. */
const LOOK_MS = 2000
/** Whether it was turned away is asked in every third round, because it is a second question. */
const ROUNDS_TO_ASK_AGAIN = 3
/** Only this much is shown of each device. */
const ITEMS_SHOWN = 20
const RINGS_SHOWN = 5
/** `…/approve.html#add/CODE`, as the page's QR has it. */
const LINK = /^https?:\/\/\S*#add\/([^/#\s]+)$/

/** What of a device is kept across a restart. */
export type KnownDevice = {
  readonly kid: string
  readonly email: string
  readonly name: string
  /** Null once it was let in. */
  readonly asking: {
    readonly digits: string
    readonly expiresAt: Date
    /** What it asked with: asked again, the API tells whether it was turned away. */
    readonly code: string
    readonly isTurnedAway: boolean
  } | null
  /** Its storage was cleared: the device key is lost, and the passkey is there. */
  readonly isCleared: boolean
  /** Where it is rung; null until it was let in. */
  readonly push: PretendSubscription | null
  readonly keys: PhoneKeys
}

type Device = Omit<KnownDevice, 'keys' | 'asking' | 'isCleared' | 'push'> & {
  phone: SoftwarePhone
  asking: KnownDevice['asking']
  isCleared: boolean
  push: KnownDevice['push']
  /** The API knows its subscription. */
  isSubscribed: boolean
  /** The notifications that it shows, by their tags, newest last. */
  readonly rings: Map<string, Ring>
  /** Why its push service did not take the last ring; null once one was taken. */
  missed: string | null
  /** The document by which it removes itself. Null until it was let in, and once the page has removed it. */
  removal: string | null
  /** False once the page has removed it, as long as that can be undone. */
  isTrusted: boolean
  /** RFC 3339: it was let in, and approves nothing until then. */
  activeFrom: string | null
  /** Why the API did not list what waits. */
  trouble: Refused | null
  /** Newest last. */
  readonly items: Map<string, Item>
}

export type DevicesOptions = CallOptions & {
  readonly known: readonly KnownDevice[]
  readonly onKnown?: (devices: KnownDevice[]) => void
  readonly onChange: () => void
  /** Whether the phone's page is open. */
  readonly isWatched: () => boolean
}

/** What became of a press: the problem in words, null without one, undefined if there is no such thing. */
type Pressed = string | null | undefined

export type PhoneDevices = ReturnType<typeof phoneDevices>

/** The devices of the pretend phone. */
export function phoneDevices({ known, onKnown, onChange, isWatched, ...options }: DevicesOptions) {
  const { clock } = options
  const calls = deviceCalls(options)
  const devices = new Map<string, Device>()
  for (const { keys, ...kept } of known)
    take({ ...kept, phone: calls.phone(keys), isSubscribed: false })
  let round = 0
  let looking: Promise<void> | undefined
  let next: Promise<void> | undefined
  const ticking = setInterval(() => {
    if (isWatched() || [...devices.values()].some(waits)) void look()
  }, LOOK_MS)
  ticking.unref()

  function take(
    device: Omit<
      Device,
      'missed' | 'removal' | 'isTrusted' | 'activeFrom' | 'trouble' | 'items' | 'rings'
    >,
  ): void {
    const told = { missed: null, removal: null, isTrusted: true, activeFrom: null, trouble: null }
    devices.set(device.kid, { ...device, ...told, items: new Map(), rings: new Map() })
  }

  function keep(): void {
    onKnown?.(
      [...devices.values()].map(({ kid, email, name, asking, isCleared, push, phone }) => ({
        ...{ kid, email, name, asking, isCleared, push },
        keys: phone.keys(),
      })),
    )
    onChange()
  }

  function waits({ asking, isCleared, items }: Device): boolean {
    if (isCleared) return false
    if (asking) return !asking.isTurnedAway && clock() < asking.expiresAt
    return [...items.values()].some((item) => isWaiting(item, clock()))
  }

  /**
   * Ask the API what waits for each device. One round at a time; who asks meanwhile gets the next one, so that what they
   * see is no older than their question.
   */
  function look(): Promise<void> {
    if (looking) {
      next ??= looking.then(() => {
        next = undefined
        return look()
      })
      return next
    }
    round += 1
    looking = Promise.all([...devices.values()].map(lookFor)).then(() => {
      looking = undefined
      onChange()
    })
    return looking
  }

  async function lookFor(device: Device): Promise<void> {
    if (device.isCleared || device.asking?.isTurnedAway) return
    try {
      const listed = await calls.list(device)
      device.trouble = null
      device.removal = listed.device.removal
      device.activeFrom = listed.device.activeFrom
      device.isTrusted = listed.trusted || device.activeFrom !== null
      merge(device.items, listed.approvals, clock())
      endRings(device.rings, device.items, clock())
      // What waits is listed all the same, and the next look tries again.
      if (listed.trusted) await subscribe(device).catch(() => {})
      if (!device.asking) return
      device.asking = null
      keep()
    } catch (error) {
      const refused = asRefused(error)
      // Until a device is let in, the API does not know it.
      const isAsking = device.asking !== null && refused.code === 'device_not_trusted'
      device.trouble = isAsking ? null : refused
      if (isAsking && round % ROUNDS_TO_ASK_AGAIN === 0) await lookIfTurnedAway(device)
    }
  }

  /** Wrong digits too often, or a no: its digits let nobody in any more, so they are shown no longer. */
  async function lookIfTurnedAway(device: Device): Promise<void> {
    const { asking, phone, name } = device
    if (!asking || asking.code === '' || clock() >= asking.expiresAt) return
    try {
      await calls.enrol(phone, asking.code, name)
    } catch (error) {
      // It was perhaps let in between the two questions: only what no list knows was turned away.
      const isGone = asRefused(error).code === 'not_found'
      if (!isGone || (await calls.list(device).then(Boolean, () => false))) return
      device.asking = { ...asking, isTurnedAway: true }
      keep()
    }
  }

  /** As a browser's page does at each start: subscribe for the server's key, and say where, unless that is known. */
  async function subscribe(device: Device): Promise<void> {
    if (device.isSubscribed) return
    const { pushKey, subscribed } = await calls.push(device, {})
    if (!subscribed || device.push?.serverKey !== pushKey) {
      device.push = newSubscription(pushKey)
      const subscription = subscriptionJson(device.push, options.pushUrl())
      await calls.push(device, { subscription })
      keep()
    }
    device.isSubscribed = true
  }

  /** Ask with the page's code or its link to be let in. */
  async function ask(
    how: typeof calls.enrol,
    phone: SoftwarePhone,
    { typed, name }: { readonly typed: string; readonly name: string },
  ): Promise<Pressed> {
    const code = typedCode(LINK.exec(typed.trim())?.[1] ?? typed)
    if (code === undefined) return 'This is not a code of the page: it has ten letters and digits.'
    try {
      // Another name than the one asked for, if another phone has it.
      const { kid, email, name: distinct, ...asked } = await how(phone, code, name)
      // By an assertion it cannot ask twice in the same way.
      const asking = { ...asked, code: how === calls.enrol ? code : '', isTurnedAway: false }
      take({
        kid,
        email,
        name: distinct,
        asking,
        phone,
        isCleared: false,
        push: null,
        isSubscribed: false,
      })
      return null
    } catch (error) {
      const { code: refusal, message } = asRefused(error)
      return refusal === 'not_found' ? `${message} The code is wrong, used or too old.` : message
    }
  }

  return {
    look,

    /** Make new keys, and ask with the page's code or its link to be let in. */
    async add(typed: string, name: string): Promise<Pressed> {
      const problem = await ask(calls.enrol, calls.phone(), { typed, name })
      if (problem === null) keep()
      return problem
    },

    /** Lose a device's key, as a browser does that clears the site's data. Its passkey stays. */
    async clear(kid: string): Promise<Pressed> {
      const device = devices.get(kid)
      if (!device) return undefined
      device.phone = calls.phone(keysAfterClearing(device.phone.keys()))
      device.isCleared = true
      device.asking = null
      device.removal = null
      device.trouble = null
      device.items.clear()
      device.rings.clear()
      device.push = null
      keep()
      return null
    },

    /** Ask by its passkey, with a new device key, to be let in again. */
    async renew(kid: string, typed: string): Promise<Pressed> {
      const device = devices.get(kid)
      if (!device?.isCleared) return undefined
      const problem = await ask(calls.renew, device.phone, { typed, name: device.name })
      if (problem !== null) return problem
      devices.delete(kid)
      keep()
      return null
    },

    /** Answer something that waits. */
    async answer(kid: string, id: string, answer: DeviceAnswer): Promise<Pressed> {
      const device = devices.get(kid)
      const item = device?.items.get(id)
      if (!device || !item) return undefined
      try {
        item.status = await calls.answer(device, item, answer)
        item.problem = null
      } catch (error) {
        item.problem = asRefused(error).message
      }
      onChange()
      return item.problem
    },

    /** Ring a device for a test, the whole way round. */
    async testRing(kid: string): Promise<Pressed> {
      const device = devices.get(kid)
      if (!device) return undefined
      try {
        device.missed = null
        const { subscribed } = await calls.push(device, { test: true })
        if (subscribed) return null
        // Its push service had ended the subscription; a browser's page subscribes again when it is opened.
        device.isSubscribed = false
        await subscribe(device)
        await calls.push(device, { test: true })
        return null
      } catch (error) {
        return asRefused(error).message
      }
    },

    /** The subscription of a push service's address. */
    subscription: (token: string) =>
      [...devices.values()].find(({ push }) => push?.token === token)?.push ?? undefined,

    subscriptionOf: (kid: string) => devices.get(kid)?.push ?? undefined,

    /** Show a message of the push service, and look what waits, as the page of a tapped notification does. */
    rung(token: string, text: string): void {
      const device = [...devices.values()].find(({ push }) => push?.token === token)
      const ring = device && ringOf(text, clock())
      if (!ring) return
      device.missed = null
      device.rings.delete(ring.tag)
      device.rings.set(ring.tag, ring)
      onChange()
      void look()
    },

    /** Say why a message of the push service was not shown. */
    missed(token: string, why: string): void {
      const device = [...devices.values()].find(({ push }) => push?.token === token)
      if (!device) return
      device.missed = why
      onChange()
    },

    /** Remove a device: at the API, signed by its passkey, and then here. */
    async remove(kid: string): Promise<Pressed> {
      const device = devices.get(kid)
      if (!device?.removal) return undefined
      try {
        await calls.remove(device, device.removal)
      } catch (error) {
        return asRefused(error).message
      }
      devices.delete(kid)
      keep()
      return null
    },

    /** Lose a device's keys without telling the API. */
    async forget(kid: string): Promise<Pressed> {
      if (!devices.delete(kid)) return undefined
      keep()
      return null
    },

    /** The devices as the page shows them, newest first. */
    shown(now: Date) {
      return [...devices.values()].reverse().map(({ kid, email, name, ...device }) => ({
        ...{ kid, email, name },
        asking: device.asking && {
          digits: device.asking.isTurnedAway ? '' : device.asking.digits,
          isTurnedAway: device.asking.isTurnedAway,
          secondsLeft: secondsUntil(device.asking.expiresAt, now),
        },
        isCleared: device.isCleared,
        isTrusted: device.isTrusted,
        activeFrom: device.activeFrom,
        trouble: device.trouble?.message ?? null,
        missed: device.missed,
        canRemove: device.removal !== null && device.trouble?.code !== 'device_not_trusted',
        canRing: device.isSubscribed,
        rings: [...device.rings.values()].reverse().slice(0, RINGS_SHOWN),
        items: [...device.items.values()]
          .reverse()
          .slice(0, ITEMS_SHOWN)
          .map((item) => shownItem(item, now)),
      }))
    },

    close(): void {
      clearInterval(ticking)
      calls.stop()
    },
  }
}

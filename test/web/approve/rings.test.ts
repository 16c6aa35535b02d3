/** One browser with several accounts: what one of them refuses changes nothing for the others. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem } from '../../../web/problem.ts'

// TypeScript has no types of pages for Node's programs, so that it may not look into this file of the page.
const RINGS: string = '../../../web/approve/rings.ts'
const { createCloser, createRings } = await import(RINGS)

type Device = { readonly kid: string }
const KEY = 'B'.repeat(87)
const locked = new Problem({ kind: 'refusal', code: 'locked' })
const JSON_OF_IT = { endpoint: 'https://push.example/x' }

let subscribed: boolean
let shown: { readonly data: { readonly place: string }; close(): void }[]
let closed: string[]
beforeEach(() => {
  subscribed = false
  shown = []
  closed = []
  const subscription = {
    options: { applicationServerKey: null },
    toJSON: () => JSON_OF_IT,
    unsubscribe: async () => (subscribed = false),
  }
  const registration = {
    pushManager: {
      getSubscription: async () => (subscribed ? subscription : null),
      subscribe: async () => {
        subscribed = true
        return subscription
      },
    },
    getNotifications: async () => shown,
  }
  const stored = new Map<string, string>()
  const notification = { permission: 'granted', requestPermission: async () => 'granted' }
  vi.stubGlobal('Notification', notification)
  vi.stubGlobal('PushManager', class {})
  vi.stubGlobal('window', { Notification: notification, PushManager: class {} })
  vi.stubGlobal('navigator', {
    serviceWorker: {
      register: async () => registration,
      getRegistration: async () => registration,
      ready: Promise.resolve(registration),
    },
  })
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  })
})
afterEach(() => vi.unstubAllGlobals())

const account = (kid: string, more: object = {}) => ({
  device: { kid },
  ...{ state: 'active', told: null, removal: null, others: [], requests: [], stops: [] },
  ...{ notices: [], hasUnreadable: false, trouble: null },
  ...more,
})

/** The rings of these accounts, of which some refuse, and what the others were told. */
function ringsOf(kids: readonly string[], refusing: readonly string[], before = async () => {}) {
  const told: string[] = []
  const push = async ({ kid }: Device, body: object) => {
    await before()
    if (refusing.includes(kid)) throw locked
    if ('subscription' in body) told.push(`${kid} ${body.subscription === null ? 'off' : 'on'}`)
    return { pushKey: KEY, subscribed: true }
  }
  const all = () => kids.map((kid) => account(kid))
  return { told, rings: createRings({ push }, { all, listen: () => {} }) }
}

test.each([[['a']], [['b']]])('with %s locked the other account rings here', async (refusing) => {
  const { rings, told } = ringsOf(['a', 'b'], refusing)
  expect(await rings.turnOn()).toBe('on')
  expect(told).toEqual([refusing.includes('a') ? 'b on' : 'a on'])
  expect(rings.state()).toBe('on')
  expect(rings.trouble()).toBe(locked)
})

test('a browser of which every account is locked does not ring, and says so', async () => {
  const { rings, told } = ringsOf(['a', 'b'], ['a', 'b'])
  await expect(rings.turnOn()).rejects.toBe(locked)
  expect(told).toEqual([])
  expect(rings.state()).toBe('off')
})

test('what was turned off while it was renewed stays off', async () => {
  const first = ringsOf(['a'], [])
  await first.rings.turnOn()
  const gate = Promise.withResolvers<void>()
  let waits = 0
  const { rings, told } = ringsOf(['a'], [], () =>
    ++waits === 1 ? gate.promise : Promise.resolve(),
  )
  const renewing = rings.renew()
  await rings.turnOff()
  gate.resolve()
  await renewing
  expect(told).toEqual(['a off'])
  expect(subscribed).toBe(false)
})

test('a subscription that the server has and this browser has not is ended when the page is opened', async () => {
  const { rings, told } = ringsOf(['a', 'b'], [])
  await rings.renew()
  expect(told).toEqual(['a off', 'b off'])
  rings.lookAgain()
  await rings.turnOn()
  told.length = 0
  await rings.renew()
  expect(told).toEqual([])
  // The page is seen again: somebody may have put another one in its place.
  rings.lookAgain()
  await rings.renew()
  expect(told).toEqual(['a on', 'b on'])
})

test.each([
  ['is open', null, [], ['#payment.1', '#stop.2']],
  ['the operator has locked', locked, [], ['#payment.1', '#stop.2']],
  ['does not answer', new Problem({ kind: 'unreachable' }), [], []],
  ['still asks for one', null, ['payment.1'], ['#stop.2']],
])('notifications of an account that %s end as far as is known', async (_, trouble, ids, ends) => {
  shown = ['#payment.1', '#stop.2', ''].map((place) => ({
    data: { place },
    close: () => void closed.push(place),
  }))
  const requests = ids.map((id) => ({ id }))
  const logged = vi.spyOn(console, 'error')
  const close = createCloser()
  const all = [account('a'), account('b', { trouble, requests })]
  await close(all)
  expect(closed).toEqual([])
  await close(all)
  expect(closed).toEqual(ends)
  expect(logged).not.toHaveBeenCalled()
})

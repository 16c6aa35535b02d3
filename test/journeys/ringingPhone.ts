/**
 * Test support: a phone whose browser can be rung. The test browser allows no notification and has no push service, so
 * that these parts of the platform are played here; worker, page, server and encryption are the real ones.
 */
import type { Browser, Worker } from 'playwright-core'
import { expect } from 'vitest'
import type { JourneyHarness, Visitor } from '../harness/journeyHarness.ts'
import { startPushServer } from '../harness/pushServer.ts'
import { addedPhone, type DevicePhone, startDeviceJourney } from './devicePhone.ts'

type Permission = 'granted' | 'denied' | 'default'
type PushServer = Awaited<ReturnType<typeof startPushServer>>

/** All of Payfriend, which rings by a push service of the test's. */
export async function startRingingJourney(launch?: () => Promise<Browser>) {
  const pushes = await startPushServer()
  const harness = await startDeviceJourney(launch, { PUSH_STAND_IN: pushes.url })
  return { harness, pushes }
}

/**
 * A phone of this payer's that approves.
 *
 * @param answer what its owner says when the browser asks; null if this browser shows notifications itself
 */
export async function phoneThatRings(
  { harness, pushes }: { readonly harness: JourneyHarness; readonly pushes: PushServer },
  payer: Visitor,
  answer: Permission | null = 'granted',
): Promise<DevicePhone & { readonly asked: string[] }> {
  const context = await harness.newContext()
  const asked: string[] = []
  await context.exposeFunction('playedSubscribe', pushes.newSubscription)
  await context.exposeFunction('playedQuestion', (within: string) => {
    asked.push(within)
    return answer
  })
  const origin = new URL(harness.payfriend.pageUrl).origin
  if (answer === null) await context.grantPermissions(['notifications'], { origin })
  await context.addInitScript(`{${KEPT}${answer === null ? '' : QUESTION}${SUBSCRIPTION}}`)
  return { ...(await addedPhone(harness, payer, { context })), asked }
}

/** In the storage, because the browser keeps it too when a page is loaded again. */
const KEPT = `
  const kept = (name) => JSON.parse(localStorage.getItem('played.' + name))
  const keep = (name, value) => localStorage.setItem('played.' + name, JSON.stringify(value))
`
const QUESTION = `
  Object.defineProperty(Notification, 'permission', { get: () => kept('permission') ?? 'default' })
  Notification.requestPermission = async () => {
    const answer = await playedQuestion(String(window.event?.type))
    keep('permission', answer)
    return answer
  }
`
const SUBSCRIPTION = `
  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')),
    (one) => one.charCodeAt(0),
  )
  const read = () => {
    const { json, key } = kept('subscription') ?? {}
    return json ? {
      options: { applicationServerKey: bytes(key).buffer },
      toJSON: () => json,
      async unsubscribe() { keep('subscription', null); return true },
    } : null
  }
  PushManager.prototype.getSubscription = async () => read()
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly) throw new DOMException('visible only', 'NotAllowedError')
    const key = btoa(String.fromCharCode(...new Uint8Array(applicationServerKey)))
      .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '')
    keep('subscription', { json: await playedSubscribe(key), key })
    return read()
  }
`

/** The worker of a phone, with what it shows kept where a test can read it. */
export async function workerOf({ context }: DevicePhone): Promise<Worker> {
  await expect.poll(() => context.serviceWorkers().length).toBe(1)
  const [worker] = context.serviceWorkers()
  if (!worker) throw new Error('there is no worker')
  await worker.evaluate(`
    self.shown = []
    registration.showNotification = async (title, { body, tag, data }) => {
      shown.push({ title, body, tag, place: data.place })
    }
  `)
  return worker
}

/** The browser gives a message to its worker; what that shows then. */
export async function pushed(worker: Worker, message: unknown): Promise<unknown> {
  await worker.evaluate(`
    dispatchEvent(new PushEvent('push', { data: ${JSON.stringify(JSON.stringify(message))} }))
  `)
  await expect.poll(() => worker.evaluate('shown.length')).toBeGreaterThan(0)
  return worker.evaluate('shown.splice(0)')
}

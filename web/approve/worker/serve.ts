/** The worker of the phone's page: it shows what rings and opens what is pressed. It fetches nothing for the page and keeps nothing. */
import { PAYMENT_TTL_SECONDS_MAX } from '../../../functions/core/limits.ts'
import { APPROVE_PATH } from '../../invitation.ts'
import { GENERAL, placeOf, type Ring, readRing } from './ring.ts'
import type { Pressed, PushHeard, SubscriptionChanged, WorkerScope } from './scope.ts'

/**
 * Answer the browser's events. Call it while the worker's script runs for the first time: browsers demand that.
 *
 * @param renew tell the server that the browser has replaced its subscription
 */
export function serve(
  scope: WorkerScope,
  renew: (scope: WorkerScope, event: SubscriptionChanged) => Promise<void>,
): void {
  // Nothing is kept from one version to the next, so that a new one need not wait until pages are closed.
  scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()))
  scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()))
  scope.addEventListener('push', (event) => event.waitUntil(ring(scope, event)))
  scope.addEventListener('notificationclick', (event) => event.waitUntil(pressed(scope, event)))
  scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(scope, event)))
}

async function ring(scope: WorkerScope, event: PushHeard): Promise<void> {
  const read = readEvent(event, scope.location.origin)
  try {
    await show(scope, read)
  } catch {
    // A browser that does not take these words takes the general ones.
    await show(scope, GENERAL)
  }
  await closeEnded(scope)
}

function readEvent({ data }: PushHeard, origin: string): Ring {
  try {
    return readRing(data?.text() ?? '', origin)
  } catch {
    return GENERAL
  }
}

const show = ({ registration }: WorkerScope, { title, body, tag, place }: Ring): Promise<void> =>
  registration.showNotification(title, {
    body,
    tag,
    icon: '/logo.png',
    // A second ring of one payment says nothing new; of anything else it does.
    renotify: !isOfPayment(place),
    data: { place, shownAt: Date.now() },
  })

async function pressed(scope: WorkerScope, { notification }: Pressed): Promise<void> {
  const place = placeOf(Object(notification.data).place)
  notification.close()
  await open(scope, place)
  await closeEnded(scope)
}

async function open({ clients }: WorkerScope, place: string): Promise<void> {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const found = windows.find(({ url }) => new URL(url).pathname === APPROVE_PATH)
  try {
    await found?.focus()
    // The page goes there itself: a worker may navigate only pages that it controls.
    if (place !== '') found?.postMessage({ place })
    if (found) return
  } catch {
    // The browser gives that window no focus, so that another one is opened.
  }
  await clients.openWindow(`${APPROVE_PATH}${place}`)
}

/** Close the notifications of payments that cannot wait any more; the page closes those that ended before. */
async function closeEnded({ registration }: WorkerScope): Promise<void> {
  // Some browsers do not tell what is shown; it stays until the payer closes it.
  const shown = await registration.getNotifications().catch(() => [])
  const before = Date.now() - PAYMENT_TTL_SECONDS_MAX * 1000
  for (const notification of shown) {
    const { place, shownAt } = Object(notification.data)
    if (isOfPayment(place) && shownAt < before) notification.close()
  }
}

const isOfPayment = (place: unknown): boolean => placeOf(place).startsWith('#payment.')

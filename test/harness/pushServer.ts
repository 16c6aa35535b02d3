/** Test support: a push service with the subscriptions of test devices, and what it could decrypt for them. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { noFaults } from '../../local/phone/faults.ts'
import {
  newSubscription,
  type PretendSubscription,
  PUSH_PATH,
  pushService,
  subscriptionJson,
} from '../../local/phone/pushService.ts'

type Received = {
  readonly token: string
  /** The payload, as the browser reads it. */
  // biome-ignore lint/suspicious/noExplicitAny: a payload is looked into freely
  readonly payload: any
}

/** A test device, as far as it is asked here. */
type Subscriber = {
  request(
    name: 'devicePush',
    id: undefined,
    body: object,
    // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely
  ): Promise<{ readonly status: number; readonly body: any }>
}

async function asked(device: Subscriber, body: object) {
  const reply = await device.request('devicePush', undefined, body)
  if (reply.status !== 200) throw new Error(JSON.stringify(reply))
  return reply.body
}

export async function startPushServer() {
  const subscriptions = new Map<string, PretendSubscription>()
  const faults = noFaults()
  const requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = []
  const received: Received[] = []
  const timers: (() => void)[] = []
  let url = ''
  const take = pushService({
    faults,
    setTimer: (_ms, fn) => void timers.push(fn),
    url: () => url,
    onMissed: () => {},
    find: (token) => subscriptions.get(token),
    onMessage: (token, text) => void received.push({ token, payload: JSON.parse(text) }),
  })
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request
    requests.push({ path, headers })
    const gone = new Promise<void>((resolve) => response.once('close', resolve))
    const body = await buffer(request)
    response.writeHead(await take({ path, headers, body, gone })).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    faults,
    requests,
    received,
    runTimers() {
      for (const fn of timers.splice(0)) fn()
    },

    /** A browser's new subscription for a server's key. */
    newSubscription(pushKey: string) {
      const subscription = newSubscription(pushKey)
      subscriptions.set(subscription.token, subscription)
      return subscriptionJson(subscription, url)
    },

    /** Subscribe a device as its browser does; the messages that it gets from then on. */
    async subscribe(device: Subscriber) {
      const { pushKey } = await asked(device, {})
      const subscription = newSubscription(pushKey)
      subscriptions.set(subscription.token, subscription)
      const json = subscriptionJson(subscription, url)
      await asked(device, { subscription: json })
      return {
        json,
        endpointPath: `${PUSH_PATH}${subscription.token}`,
        got: () =>
          received
            .filter(({ token }) => token === subscription.token)
            .map(({ payload }) => payload),
        /** The browser has ended it, and its service answers 410. */
        end: () => subscriptions.delete(subscription.token),
      }
    },

    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

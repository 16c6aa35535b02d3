// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of other files
/** Sabotages of how devices are rung: which addresses are called, with what, who is rung, and how it ends. */
import type { Sabotage } from './sabotages.ts'

const testOf = {
  handlers: ['test/handlers/ringing.test.ts'],
  core: ['test/core/ringing.test.ts'],
  post: ['test/adapters/webPush/postOnce.test.ts'],
  address: ['test/adapters/webPush/publicAddress.test.ts'],
  push: ['test/adapters/webPush/webPush.test.ts'],
  key: ['test/adapters/vapidKey.test.ts'],
  asks: ['test/handlers/ringingAsks.test.ts'],
}
const inFile =
  (file: string, caughtBy: readonly string[]) =>
  (name: string, from: string, to: string): Sabotage => ({ name, file, from, to, caughtBy })

const ADAPTER = 'functions/adapters/webPush'
const endpoints = inFile('functions/core/pushSubscription.ts', testOf.handlers)
const subscribing = inFile('functions/core/channels/subscribing.ts', testOf.handlers)
const keys = inFile('functions/adapters/pushKeys.ts', testOf.handlers)
const table = inFile('functions/adapters/dynamodb/devicePushes.ts', testOf.handlers)
const removals = inFile('functions/adapters/dynamodb/deviceRemovals.ts', testOf.handlers)
const ringing = inFile('functions/core/ringing.ts', testOf.core)
const words = inFile('functions/core/ringWords.ts', testOf.core)
const post = inFile(`${ADAPTER}/postOnce.ts`, testOf.post)
const address = inFile(`${ADAPTER}/publicAddress.ts`, testOf.address)
const push = inFile(`${ADAPTER}/webPush.ts`, testOf.push)
const begun = inFile('functions/core/ringEvent.ts', testOf.asks)
const asking = inFile('functions/core/ringWords.ts', testOf.asks)
const vapid = inFile('functions/adapters/vapidKey.ts', testOf.key)

export const ringSabotages: readonly Sabotage[] = [
  endpoints(
    'a ring goes to a host that begins like one of the list',
    'hostname === host',
    '(hostname === host || hostname.startsWith(`${host}.`))',
  ),
  endpoints(
    'a ring goes to a name that only ends in the letters of a host',
    'hostname.endsWith(host.slice(1))',
    'hostname.endsWith(host.slice(2))',
  ),
  endpoints('a ring goes by plain HTTP', "url.protocol !== 'https:' || ", ''),
  endpoints('a ring goes to another port', " || url.port !== ''", ''),
  endpoints('a ring’s address may name a user', "url.username !== '' || ", ''),
  endpoints('a ring’s address may have a fragment', " || endpoint.includes('#')", ''),
  endpoints(
    'a ring’s address may be spelled otherwise than it is called',
    ' || url.href !== endpoint',
    '',
  ),
  endpoints(
    'a ring’s address may be of any length',
    'if (endpoint.length > ENDPOINT_LENGTH_MAX) return false',
    '',
  ),
  subscribing(
    'a ring’s address is stored unchecked',
    'if (!isPushEndpoint(subscription.endpoint, services)) {',
    'if (false) {',
  ),
  subscribing(
    'a removed device silences its ring',
    "if (!isActive) throw new Refusal('device_not_trusted')",
    '',
  ),
  subscribing(
    'an equal subscription to rings is written again',
    'if (isSame(device.push, subscription)) return true',
    '',
  ),
  subscribing(
    'a device has test rings without end',
    'if (!(await devices.countTestRing(payerId, id, lastBefore, now))) {',
    'if (!(await devices.countTestRing(payerId, id, lastBefore, now)) && false) {',
  ),
  keys('a ring’s key may be no point of the curve', 'return false\n  }\n}', 'return true\n  }\n}'),
  table(
    'a ring’s end is told to nobody',
    "event: 'device.silenced', by: 'payer'",
    "event: 'device.restored', by: 'payer'",
  ),
  table(
    'an old ring’s end ends the newer subscription',
    "['devices.#id.#push.endpoint = :endpoint']",
    "['(devices.#id.#push.endpoint = :endpoint OR attribute_exists(devices.#id.#push))']",
  ),
  removals(
    'a device that removed itself keeps its address for rings',
    "...(by.by === 'device' && { remove: 'devices.#id.#push' }),",
    "...(by.by === 'device' && { remove: 'devices.#id.#push.testedAt' }),",
  ),
  ringing(
    'a ring comes for what is over',
    'if (ports.clock() >= until) return []',
    'if (ports.clock() >= new Date(until.getTime() + 1e9)) return []',
  ),
  ringing(
    'a ring comes for a payment that was cancelled or decided',
    'if (!payer || isOver) return []',
    'if (!payer) return []',
  ),
  {
    name: 'what asks for a yes rings without end',
    file: 'functions/core/ringing.ts',
    from: 'if (isAsk && !(await ports.devices.countAskRing(payer.payerId, ports.clock()))) return []',
    to: '',
    caughtBy: testOf.asks,
  },
  ringing(
    'a ring tells a removed device of payments',
    'return state ? [] : active\n',
    'return state ? [] : devices.all\n',
  ),
  ringing('a ring comes to a locked account', 'return state ? [] : active\n', 'return active\n'),
  ringing(
    'a ring tells the new device of itself',
    'const others = active.filter(({ id }) => id !== event.deviceId)',
    'const others = devices.all.filter(({ removedAt }) => !removedAt)',
  ),
  ringing(
    'a ring of a recovery passes by a removed device',
    "(event.type === 'device.waiting' || isItsOwn(device.id)) &&",
    'isItsOwn(device.id) &&',
  ),
  ringing(
    'a removed device hears of everything',
    "(event.type === 'device.waiting' || isItsOwn(device.id)) &&",
    '',
  ),
  ringing('a ring of a recovery outlives its wait', 'waitOf(event, payer) ?? until', 'until'),
  subscribing(
    'turning rings on and off fills the trail',
    'const isTold = !wasToldLately(payer, device.id, now)',
    'const isTold = true',
  ),
  post(
    'a ring that ends in another protocol is waited for',
    "if (!isAnswered) done({ fault: 'no answer' })",
    'isAnswered',
  ),
  ringing(
    'a test ring comes to every device',
    'return active.filter(({ id }) => id === event.deviceId)',
    'return active',
  ),
  ringing('a ring is tried three times', 'const TRIES_MAX = 2', 'const TRIES_MAX = 3'),
  ringing('a ring is tried once', 'const TRIES_MAX = 2', 'const TRIES_MAX = 1'),
  ringing(
    'a ring is tried again whatever the answer',
    "if (answer !== 'busy') break",
    "if (answer === 'taken') break",
  ),
  ringing('a ring is sent in no time', 'if (ttlSeconds <= 0) break', ''),
  ringing('an ended ring’s address stays', "if (answer === 'gone')", "if (answer === 'late')"),
  words(
    'a ring of a stopped recovery comes all the same',
    'if (!about || !isWaiting(about, now)) return undefined',
    '',
  ),
  words(
    'a ring of a device has two topics',
    "...named(deviceId.slice(0, TOPIC_LENGTH) || 'device'),",
    '...named(event.type),',
  ),
  post('a ring goes to a private address', 'lookup: onlyPublic(resolve)', 'agent: false'),
  post(
    'a ring goes where one of the addresses is private',
    '!found.every(({ address })',
    '!found.some(({ address })',
  ),
  post(
    'a ring waits for ever',
    'const signal = AbortSignal.timeout(totalMs)',
    'const signal = AbortSignal.timeout(totalMs * 1e4)',
  ),
  post('a ring reads all of an answer', 'if (bytes >= ANSWER_BYTES_MAX) break', ''),
  post('a ring’s status is lost with a body that hangs', 'if (isAnswered) return', ''),
  address('a ring goes to a network of our own', "  ['10.0.0.0', 8],\n", ''),
  address('a ring goes to the cloud’s metadata', "  ['169.254.0.0', 16],\n", ''),
  address('a ring goes to this machine', "  ['127.0.0.0', 8],\n", ''),
  address(
    'a ring goes to any address of IPv6',
    "isIPv6(address) && outward.check(address, 'ipv6')",
    'isIPv6(address)',
  ),
  push('a ring is not urgent', "Urgency: 'high',", "Urgency: 'normal',"),
  push(
    'a ring does not say how it is encrypted',
    "'Content-Encoding': ENCODING,",
    "'Content-Encoding': 'aesgcm',",
  ),
  push(
    'a ring is sent to a host that is not on the list any more',
    "if (!isPushEndpoint(endpoint, services)) return refused(host, 'not of pushHosts')",
    '',
  ),
  push('a ring’s redirect counts as taken', 'status < 300', 'status < 400'),
  push(
    'a ring that is refused ends the subscription',
    'status === 404 ||',
    'status === 403 || status === 404 ||',
  ),
  vapid('the key of rings is another one', "'payfriend vapid v1'", "'payfriend vapid v2'"),
  begun(
    'every change of a payer’s item rings for what asks already',
    'is.signing !== was?.signing',
    'is',
  ),
  asking(
    'a device that was let in, or another, rings as if it asked',
    'if (pending?.id !== event.deviceId || hasYes(payer.devices, now)) return undefined',
    'if (!pending) return undefined',
  ),
  asking(
    'a device with a yes rings as if it asked',
    ' || hasYes(payer.devices, now)) return undefined',
    ') return undefined',
  ),
  asking(
    'a number that has its leave rings as if it asked',
    'if (!isAsked || phoneLeaveOf(payer, now)) return undefined',
    'if (!isAsked) return undefined',
  ),
]

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GENERAL } from '../../../../web/approve/worker/ring.ts'
import { serve } from '../../../../web/approve/worker/serve.ts'
import { fakeScope, ORIGIN } from './fakeScope.ts'

const PAYMENT = 'Xk3vLq9sT2bYw8mZr5nPcA'
const notification = {
  title: 'Approve this payment?',
  body: 'Pay €20.50 to Neville Longbottom (neville)',
  navigate: `${ORIGIN}/approve.html#payment.${PAYMENT}`,
  tag: PAYMENT,
}
const message = (changes: object = {}) =>
  JSON.stringify({ web_push: 8030, notification: { ...notification, ...changes } })

function started(...how: Parameters<typeof fakeScope>) {
  const fake = fakeScope(...how)
  serve(fake.scope, async () => void fake.done.push('renew'))
  return fake
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 29, 12) })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the worker hears pushes and presses, and no request of a page', () => {
  expect(started().heard().sort()).toEqual([
    'activate',
    'install',
    'notificationclick',
    'push',
    'pushsubscriptionchange',
  ])
})

test('a new worker replaces the old one at once', async () => {
  const fake = started()
  await fake.fire('install', {})
  await fake.fire('activate', {})
  expect(fake.done).toEqual(['skipWaiting', 'claim'])
})

test('the server is told when the browser has replaced the subscription', async () => {
  const fake = started()
  await fake.fire('pushsubscriptionchange', {})
  expect(fake.done).toEqual(['renew'])
})

describe('a push shows', () => {
  test('the words of its message, and none of ours', async () => {
    const fake = started()
    await fake.pushText(message())
    expect(fake.shown).toEqual([
      {
        title: notification.title,
        options: {
          body: notification.body,
          tag: PAYMENT,
          icon: '/logo.png',
          renotify: false,
          data: { place: `#payment.${PAYMENT}`, shownAt: Date.now() },
        },
        closed: false,
      },
    ])
  })

  test.each([
    ['a payment, which says nothing new', {}, false],
    ['a new phone', { navigate: `${ORIGIN}/approve.html#stop.thumb` }, true],
    ['a test', { navigate: `${ORIGIN}/approve.html` }, true],
  ])('a second ring of %s', async (_, changes, renotify) => {
    const fake = started()
    await fake.pushText(message(changes))
    expect(fake.shown[0]?.options.renotify).toBe(renotify)
  })

  test.each(['title', 'body'])('general words where the %s is blank', async (name) => {
    const fake = started()
    await fake.pushText(message({ [name]: ' \n' }))
    expect(fake.shown).toMatchObject([{ title: GENERAL.title, options: { body: GENERAL.body } }])
  })

  test.each([
    ['no data', null],
    ['data that cannot be read', { text: () => JSON.parse('{') }],
  ])('one with general words for a push with %s', async (_, data) => {
    const fake = started()
    await fake.push(data)
    expect(fake.shown.map(({ title }) => title)).toEqual([GENERAL.title])
  })

  test('general words where the browser does not take those of the message', async () => {
    const fake = started({ takes: (title) => title !== notification.title })
    await fake.pushText(message())
    expect(fake.shown).toMatchObject([{ title: GENERAL.title, options: { body: GENERAL.body } }])
  })

  test('exactly one notification, whatever comes: a thousand messages that are wrong somehow', async () => {
    const right = { web_push: 8030, notification }
    const wrong = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      // Cut off.
      fc.nat({ max: message().length - 1 }).map((length) => message().slice(0, length)),
      // With a member that is something else, or is not there.
      fc
        .tuple(fc.constantFrom('title', 'body'), fc.oneof(fc.anything(), fc.constant(undefined)))
        .filter(([, value]) => typeof value !== 'string' || value.trim() === '')
        .map(([name, value]) =>
          text({ ...right, notification: { ...notification, [name]: value } }),
        ),
      fc
        .anything()
        .filter((value) => value !== 8030)
        .map((web_push) => text({ ...right, web_push })),
      fc.anything().map((other) => text({ web_push: 8030, notification: other })),
    )
    await fc.assert(
      fc.asyncProperty(wrong, async (sent) => {
        const fake = started()
        await fake.pushText(sent)
        expect(fake.shown).toMatchObject([
          { title: GENERAL.title, options: { body: GENERAL.body, data: { place: '' } } },
        ])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a press', () => {
  const pressed = async (changes: object, urls: readonly string[] = [], takesFocus = true) => {
    const fake = started()
    for (const url of urls) fake.windows.push({ url, takesFocus, focused: false })
    await fake.pushText(message(changes))
    const [one] = fake.shown
    if (!one) throw new Error('nothing was shown')
    await fake.press(one)
    expect(one.closed).toBe(true)
    return fake
  }

  test('opens the payment on our own page', async () => {
    expect((await pressed({})).opened).toEqual([`/approve.html#payment.${PAYMENT}`])
  })

  test.each([
    'https://evil.example/approve.html#payment.abc',
    `${ORIGIN}.evil.example/approve.html#payment.abc`,
    'http://pay.example.com/approve.html#payment.abc',
    `${ORIGIN}/index.html#payment.abc`,
    `${ORIGIN}/approve.html#add/K7QMX4H2RW`,
    `${ORIGIN}/approve.html#payment.<b>`,
    'javascript:alert(1)',
    'data:text/html,#payment.abc',
    '//evil.example/approve.html',
    '/approve.html#payment.abc',
    '',
    null,
    7,
    { href: `${ORIGIN}/approve.html#payment.abc` },
  ])('goes to our own page alone, whatever the message names: %j', async (navigate) => {
    const fake = await pressed({ navigate })
    expect(fake.shown).toMatchObject([
      { title: notification.title, options: { data: { place: '' } } },
    ])
    expect(fake.opened).toEqual(['/approve.html'])
  })

  test('uses the page that is open, and tells it what to show', async () => {
    const fake = await pressed({}, [`${ORIGIN}/`, `${ORIGIN}/approve.html#waiting`])
    expect(fake.opened).toEqual([])
    expect(fake.windows.map(({ focused }) => focused)).toEqual([false, true])
    expect(fake.told).toEqual([{ place: `#payment.${PAYMENT}` }])
  })

  test('without a place leaves the open page at what it shows', async () => {
    const fake = await pressed({ navigate: ORIGIN }, [`${ORIGIN}/approve.html`])
    expect(fake.windows[0]?.focused).toBe(true)
    expect(fake.told).toEqual([])
  })

  test('opens a page of its own if the open one cannot be shown', async () => {
    const fake = await pressed({}, [`${ORIGIN}/approve.html`], false)
    expect(fake.opened).toEqual([`/approve.html#payment.${PAYMENT}`])
  })
})

describe('what has ended', () => {
  const isClosed = ({ shown }: ReturnType<typeof fakeScope>) =>
    Object.fromEntries(shown.map(({ options, closed }) => [options.tag, closed]))
  const stop = { navigate: `${ORIGIN}/approve.html#stop.thumb`, tag: 'thumb' }

  test('is closed with the next push, when no payment can wait so long; the rest stays', async () => {
    const fake = started()
    await fake.pushText(message())
    await fake.pushText(message(stop))
    vi.advanceTimersByTime(600_000)
    await fake.pushText(message({ tag: 'second' }))
    expect(isClosed(fake)).toEqual({ [PAYMENT]: false, thumb: false, second: false })
    vi.advanceTimersByTime(1)
    await fake.pushText(message({ tag: 'third' }))
    expect(isClosed(fake)).toEqual({ [PAYMENT]: true, thumb: false, second: false, third: false })
  })

  test('hinders no ring where the browser does not tell what is shown', async () => {
    const fake = started({ tellsShown: false })
    await fake.pushText(message())
    expect(fake.shown).toHaveLength(1)
  })
})

/** JSON of what may have none. */
function text(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined'
  } catch {
    return '{'
  }
}

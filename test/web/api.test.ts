import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GATEWAY_SECONDS, LAMBDA_SECONDS } from '../../functions/core/limits.ts'
import { createApi } from '../../web/api.ts'
import { explain } from '../../web/problem.ts'

const api = createApi(
  async () => 'token',
  async () => Promise.reject(new Error('no sign-in here')),
  { learn: () => {} },
  { waits: () => {}, goes: () => {}, follow: () => {} },
)
/** For so long the server takes; without an end it never answers. */
let answersAfterSeconds = Number.POSITIVE_INFINITY

beforeEach(() => {
  vi.useFakeTimers()
  // The one of the browser goes by a clock that no test can move.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const over = new AbortController()
    setTimeout(() => over.abort(), ms)
    return over.signal
  })
  vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      if (answersAfterSeconds === Number.POSITIVE_INFINITY) return
      setTimeout(() => resolve(Response.json({ to: 'the phone' })), answersAfterSeconds * 1000)
    })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** What the page shows of a request once so much time went by: nothing yet, the answer, or a sentence. */
async function after(seconds: number, asking: Promise<unknown>): Promise<unknown> {
  let shown: unknown
  asking.then(
    (answer) => {
      shown = answer
    },
    (error) => {
      shown = explain(error)
    },
  )
  await vi.advanceTimersByTimeAsync(seconds * 1000)
  return shown
}

test.each([15, LAMBDA_SECONDS, GATEWAY_SECONDS])(
  'a change of phone that takes the server %i s is answered, and not told as out of reach',
  async (seconds) => {
    answersAfterSeconds = seconds
    const asking = api.startPhone('+447400123456', 'sms')
    expect(await after(seconds - 0.001, asking)).toBeUndefined()
    expect(await after(0.001, asking)).toEqual({ to: 'the phone' })
  },
)

test('what is never answered is told as out of reach, a look sooner than a change', async () => {
  answersAfterSeconds = Number.POSITIVE_INFINITY
  const beyond = /^We can’t reach Payfriend/
  expect(await after(10, api.profile())).toMatch(beyond)
  const cancel = api.cancel('N2xh5v0SgVq3uQK1mYw8Tg')
  expect(await after(34.999, cancel)).toBeUndefined()
  expect(await after(0.001, cancel)).toMatch(beyond)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { ORIGIN_HEADER } from '../../functions/http/originHeader.ts'
import { lambdas } from '../../functions/routes.ts'
import { type Harness, no, type RouteName, startHarness } from '../harness/harness.ts'

/** What CloudFront sends now, and what it sends after the next turn. */
const [NOW, NEXT] = ['a'.repeat(32), 'B7'.repeat(32)] as const
const BY_ADDRESS = Object.entries(lambdas).flatMap(([name, lambda]) =>
  'route' in lambda && lambda.route.open !== 'public' ? [name as RouteName] : [],
)

let harness: Harness
/** The same Lambdas behind a firewall. */
let walled: ReturnType<Harness['with']>
beforeAll(async () => {
  harness = await startHarness()
  walled = harness.with({ ORIGIN_SECRETS: `${NOW},${NEXT}` })
})
afterAll(() => harness.close())

const id = 'A'.repeat(22)
const nothingIsAsked = async (name: RouteName, headers: Record<string, string>) => {
  const before = harness.store.calls.length + harness.provider.calls.length
  // Neither payer nor body could pass: so nothing else is looked at before.
  const reply = await walled.call(name, { id, headers, text: '{', requestId: 'request-1' })
  expect(reply).toMatchObject({
    ...no(403, 'wrong_address'),
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
  expect(reply.body).toEqual({
    title: expect.any(String),
    status: 403,
    code: 'wrong_address',
    requestId: 'request-1',
  })
  expect(harness.store.calls.length + harness.provider.calls.length).toBe(before)
}

test.each(BY_ADDRESS)('%s refuses what came past the firewall, before all else', async (name) => {
  await nothingIsAsked(name, {})
})

test.each([
  ['nothing', ''],
  ['another secret', 'c'.repeat(32)],
  ['the beginning of it', NOW.slice(0, -1)],
  ['it and more', `${NOW}a`],
  ['it in other letters', NOW.toUpperCase()],
  ['both, as the environment has them', `${NOW},${NEXT}`],
])('a request with %s as the secret came past the firewall', async (_, secret) => {
  await nothingIsAsked('profile', { [ORIGIN_HEADER]: secret })
})

test.each([
  ['now', NOW],
  ['after the next turn', NEXT],
])('what CloudFront sends %s is answered as without a firewall', async (_, secret) => {
  const as = await harness.person()
  const headers = { 'Origin-Secret': secret }
  const reply = await walled.call('profile', { as, headers, requestId: 'request-1' })
  expect(reply.status).toBe(200)
  expect(reply).toEqual(await harness.call('profile', { as, requestId: 'request-1' }))
  for (const name of BY_ADDRESS) {
    const { body } = await walled.call(name, { as, id, headers, text: '{' })
    expect([name, body.code]).not.toEqual([name, 'wrong_address'])
  }
})

test('a callback decides at its own address, where no firewall stands', async () => {
  const as = await harness.person()
  const { paymentId } = await harness.pending(as)
  const { call } = harness
  harness.call = walled.call
  await harness.answers(as, 'approved')
  harness.call = call
  expect((await harness.item(paymentId))?.status).toBe('approved')
})

test('a forged callback is refused there as before', async () => {
  expect(await walled.call('authyCallback', { body: {} })).toMatchObject(no(403, 'forged_callback'))
})

test.each(['', 'short', `${NOW},`, `${NOW} `, '{{resolve:secretsmanager:x:SecretString:::}}'])(
  'a Lambda whose secret is malformed (%j) fails at its start',
  (ORIGIN_SECRETS) => {
    expect(() => harness.with({ ORIGIN_SECRETS })).toThrow('This setting is wrong: ORIGIN_SECRETS')
  },
)

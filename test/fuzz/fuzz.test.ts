import './loud.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { byDepth } from '../harness/depth.ts'
import { overhear, withoutProof } from '../harness/leaks.ts'
import { everyKind } from './apiFile.ts'
import { type Failure, fuzz, type Progress, startServers } from './fuzz.ts'
import { leaksIn, withoutAmount, withoutNewNumber } from './secrets.ts'

/** The same in each run, so that whoever sees it fail can look into it; `npm run fuzz` takes others. */
const SEED = 2019
const REQUESTS = byDepth(1000, 3000)

/** What no client can bring about. */
const UNSEEN: readonly (readonly [kind: RegExp, why: string])[] = [
  [
    / (429|503) message$/,
    'API Gateway says it when there are too many requests, or nobody answers',
  ],
  [/ 500 message$/, 'a fault of ours'],
  [/^(?!authyCallback).* 404 message$/, 'what leads to no route leads to no operation'],
  [/^authyCallback 503 provider_unavailable$/, 'the owner has not filled in the key'],
  [/ 403 wrong_address$/, 'there is no firewall'],
  [/ 503 (sms|payments)_off$/, 'the owner has turned a switch'],
  [
    /^(sendPayment|endSessions) 423 locked$|^sendPayment 409 already_decided$/,
    'the operator locks the account',
  ],
  [
    /^(deviceInvite|deviceRemove|listApprovals|decideApproval|devicePush) 423 locked$/,
    'the operator locks the account',
  ],
  [
    /^(deviceConfirm|decideApproval) 409 too_many_devices$/,
    'another device was let in at the same moment',
  ],
  [
    /^device(Leave|Confirm) 403 device_required$/,
    'a device has stopped another one that waited, and nobody here has a second device so soon',
  ],
  [/^deviceEnrol 409 too_many_devices$/, 'nobody here has three devices'],
  [/^sendPayment 423 starts_locked$/, 'nobody here disowns a payment and then starts one'],
  [/^sendPayment 429 too_many_payments$/, 'five are open before twenty were started in an hour'],
  [/^deviceInvite 429 too_many_invitations$/, 'nobody here asks thirty times in an hour'],
  [
    /^decideApproval 409 no_attempts_left$/,
    'five signatures were right and no approval was written',
  ],
  [
    /^(smsVerify|deviceConfirm) 422 code_expired$/,
    'a code was used, and the approval it should give was not written',
  ],
]

const written: string[] = []
const answers: string[] = []
let servers: Awaited<ReturnType<typeof startServers>>
let letGo: () => void
let result: Progress & { failure?: Failure }

beforeAll(async () => {
  letGo = overhear(written)
  servers = await startServers()
  const witness = (_: unknown, text: string) => void answers.push(text)
  result = await fuzz({ servers, seed: SEED, requests: REQUESTS, witness })
}, 300_000)
afterAll(async () => {
  await servers.close()
  letGo()
})

test('a hostile client is never answered but as the file tells, and strangers change nothing', () => {
  const { failure, requests } = result
  expect(failure && `${failure.message}\n\n${JSON.stringify(failure)}`).toBeUndefined()
  expect(requests).toBeGreaterThanOrEqual(REQUESTS)
})

test('every kind of answer that the file tells was seen, but for those that no client can bring about', () => {
  const unseen = everyKind().filter((kind) => !result.kinds.has(kind))
  expect(unseen.filter((kind) => !UNSEEN.some(([known]) => known.test(kind)))).toEqual([])
  for (const [known] of UNSEEN) expect(unseen.some((kind) => known.test(kind))).toBe(true)
})

test('no log line and no metric of all that has a code, a token, a key, a password or a number', () => {
  const lines = written.join('\n')
  for (const expected of ['"message":"request"', '"CloudWatchMetrics"', '"CallbackForged":1']) {
    expect(lines).toContain(expected)
  }
  expect(leaksIn(written, servers)).toEqual([])
})

test('no answer has them', () => {
  expect(answers.length).toBeGreaterThan(REQUESTS * 0.9)
  expect(leaksIn(answers.map(withoutNewNumber), servers)).toEqual([])
})

test('no payment has them, and of people only the number is stored', async () => {
  for (const running of [servers.authy, servers.twilioVerify]) {
    const payments = await running.items('payments')
    expect(payments.length).toBeGreaterThan(20)
    expect(leaksIn(payments.map(withoutAmount).map(withoutProof), servers)).toEqual([])
    expect(leaksIn(await running.items('users'), servers, ['number'])).toEqual([])
  }
})

test('each of them would be found', () => {
  const { phone, people } = servers.authy
  const [number = ''] = phone.book.numbers()
  const code = phone.book.numbers().flatMap((one) => phone.book.messages(one))[0]?.code
  const secrets = [code, number, people[0]?.tokens.access, people[0]?.tokens.id, 'fuzz-authy-key']
  for (const secret of secrets) {
    expect(leaksIn([`{"of":"what /${secret}/1 says"}`], servers)).toHaveLength(1)
  }
})

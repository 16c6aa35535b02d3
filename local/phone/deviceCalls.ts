/** The calls of a pretend device to Payfriend's own API, over HTTP and signed as a browser's would be. */
import * as z from 'zod'
import { sha256 } from '../../functions/adapters/sha256.ts'
import { DENIAL_REASONS } from '../../functions/core/channel.ts'
import { challengeOf, type SignedAs } from '../../functions/core/signing.ts'
import type { Faults } from './faults.ts'
import { type PhoneKeys, type SoftwarePhone, softwarePhone } from './softwarePhone.ts'

const ANSWER_WITHIN_MS = 10_000
/** The fault: twice the difference that a proof may have. */
const CLOCK_WRONG_MS = 120_000
/** The passkey's flags without "user verified": user present, may be synced, is synced. */
const NOT_VERIFIED = 0x01 | 0x08 | 0x10

export type CallOptions = {
  /** The page's address, under which the API is too. */
  readonly siteUrl: string
  /** The address of the phone's push service. */
  readonly pushUrl: () => string
  readonly clock: () => Date
  readonly faults: Faults
}

/** Why the API did not do what was asked, in words; `code` is its refusal's. */
export class Refused extends Error {
  readonly code: string | undefined
  constructor(words: string, code?: string) {
    super(words)
    this.code = code
  }
}

/** Any error of a call, in words for the phone's page. */
export const asRefused = (error: unknown): Refused =>
  error instanceof Refused ? error : new Refused(`The API’s answer was not understood: ${error}`)

/** Yes, or no, with a reason why. */
export const deviceAnswer = z.enum(['approve', 'deny', ...DENIAL_REASONS])
export type DeviceAnswer = z.infer<typeof deviceAnswer>

/** As what the documents are signed for a yes and a no. */
const SIGNED = {
  payment: ['approve', 'deny'],
  device: ['device', 'refuseDevice'],
  phone: ['phone', 'refusePhone'],
  // It is stopped or let be: there is no no.
  stop: ['stop', 'stop'],
} as const satisfies Record<string, readonly [SignedAs, SignedAs]>

/** A device's phone, and its `kid` at the server. */
type Caller = { readonly phone: SoftwarePhone; readonly kid: string }

const enrolled = z.object({
  kid: z.string(),
  email: z.string(),
  name: z.string(),
  digits: z.string(),
  expiresAt: z.coerce.date(),
})
const listed = z.object({
  /** False for a device that the page has removed, or that waits until `activeFrom`. */
  trusted: z.boolean(),
  device: z.object({ removal: z.string().nullable(), activeFrom: z.string().nullable() }),
  approvals: z.array(
    z.object({
      kind: z.enum(['payment', 'device', 'phone', 'stop']),
      id: z.string(),
      signing: z.string(),
    }),
  ),
})
export type Listed = z.infer<typeof listed>

const answered = z.object({ status: z.enum(['approved', 'denied', 'stopped', 'undo_asked']) })
const pushed = z.object({ pushKey: z.string(), subscribed: z.boolean() })
const removed = z.object({ status: z.literal('removed') })
const problem = z.object({
  code: z.string(),
  title: z.string(),
  attemptsLeft: z.number().optional(),
  fields: z.array(z.object({ reason: z.string() })).default([]),
})

/** The requests of all pretend devices; after `stop` none is answered. */
export function deviceCalls({ siteUrl, clock, faults }: CallOptions) {
  const apiUrl = `${siteUrl}/api`
  const stopped = new AbortController()
  const phoneClock = () =>
    new Date(clock().getTime() + (faults.deviceClockWrong ? CLOCK_WRONG_MS : 0))

  async function call<T>(
    { phone, kid }: { readonly phone: SoftwarePhone; readonly kid?: string },
    [method, path]: readonly ['GET' | 'POST', string],
    schema: z.ZodType<T>,
    sent?: object,
  ): Promise<T> {
    const url = `${apiUrl}${path}`
    const body = sent && JSON.stringify(sent)
    const proof = phone.proof({ method, url, ...(body && { body }), ...(kid && { kid }) })
    const { ok, status, text } = await exchange(url, {
      method,
      headers: { 'device-proof': proof, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body }),
      redirect: 'error',
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    })
    if (!ok) throw refusalOf(status, text)
    return schema.parse(JSON.parse(text))
  }

  /** The document to sign, or with the fault another one. */
  const document = (signing: string) =>
    faults.signAnotherDocument
      ? JSON.stringify({ ...JSON.parse(signing), nonce: 'another' })
      : signing

  /** A yes by the passkey, over the document. */
  const yes = (phone: SoftwarePhone, as: SignedAs, signing: string) => ({
    answer: 'approve',
    assertion: phone.get(
      challengeOf(sha256, as, document(signing)),
      faults.passkeyAsksNobody ? { flags: NOT_VERIFIED } : {},
    ),
  })

  /** A no by the device key alone. */
  const no = (as: SignedAs, signing: string, reason: Exclude<DeviceAnswer, 'approve'>) => ({
    answer: 'deny',
    ...(reason !== 'deny' && { reason }),
    signed: challengeOf(sha256, as, document(signing)),
  })

  return {
    /** A phone of this site, with new keys or those that were kept. */
    phone: (kept?: PhoneKeys) =>
      softwarePhone({
        origin: new URL(siteUrl).origin,
        rpId: new URL(siteUrl).hostname,
        clock: phoneClock,
        ...(kept && { kept }),
      }),
    enrol: (phone: SoftwarePhone, code: string, name: string) =>
      call({ phone }, ['POST', '/devices'], enrolled, {
        code,
        name,
        key: phone.jwk,
        credential: phone.create(challengeOf(sha256, 'add', code)),
      }),
    /** Ask to be let in again by the passkey of an active device, with a new device key. */
    renew: (phone: SoftwarePhone, code: string, name: string) =>
      call({ phone }, ['POST', '/devices'], enrolled, {
        code,
        name,
        key: phone.jwk,
        assertion: phone.get(challengeOf(sha256, 'renew', `${code}.${phone.thumbprint}`)),
      }),
    /** Where it is rung; without a subscription only the answer, with the server's key, is wanted. */
    push: (by: Caller, sent: object) => call(by, ['POST', '/device/push'], pushed, sent),
    list: (by: Caller) => call(by, ['GET', '/approvals'], listed),
    async answer(
      by: Caller,
      { kind, id, signing }: Listed['approvals'][number],
      said: DeviceAnswer,
    ) {
      const [asYes, asNo] = SIGNED[kind]
      const body = said === 'approve' ? yes(by.phone, asYes, signing) : no(asNo, signing, said)
      return (await call(by, ['POST', `/approvals/${id}`], answered, body)).status
    },
    remove: (by: Caller, removal: string) =>
      call(by, ['POST', '/approvals/removal'], removed, yes(by.phone, 'remove', removal)),
    stop: () => stopped.abort(),
  }
}

async function exchange(url: string, request: RequestInit) {
  try {
    const response = await fetch(url, request)
    const { ok, status } = response
    return { ok, status, text: await response.text() }
  } catch (error) {
    throw new Refused(`The API does not answer: ${error}`)
  }
}

function refusalOf(status: number, text: string): Refused {
  let told: z.infer<typeof problem> | undefined
  try {
    told = problem.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON, so not the API's own answer.
  }
  if (!told) return new Refused(`The API answered ${status}.`)
  const { code, title, attemptsLeft, fields } = told
  const words = [`The API refused: ${status} ${code}.`, title, ...fields.map((f) => f.reason)]
  if (attemptsLeft !== undefined) words.push(`Attempts left: ${attemptsLeft}.`)
  return new Refused(words.join(' '), code)
}

/** Callbacks: as the pretend phone signs them, and spoilt in every way that a letter can be. */
import { callbackSignature } from '../../local/phone/phoneCallback.ts'
import { API_KEY } from '../harness/harness.ts'
import type { Letter } from './paymentFlows.ts'

/** A callback as it was sent. */
export type Sent = { readonly text: string; readonly headers: Readonly<Record<string, string>> }

/** Not the provider's: something was changed after it was signed, or somebody else signed it. */
export const forgeries = [
  'signature bit',
  'body bit',
  'other answer',
  'other body',
  'other nonce',
  'other key',
  'other url',
  'other method',
  'no signature',
  'no nonce',
] as const
/** The provider's, but not of this payment as it stands, or of no sense. */
export const mistakes = [
  'other payment',
  'other payer',
  'other phone',
  'other words',
  'other amount',
  'other reference',
  'detail more',
  'detail less',
  'other push inside',
  'other answer inside',
  'no answer',
  'other action',
] as const
/** The provider's, and good for the same as before, though something is missing. */
export const losses = ['no hidden details', 'no payer named', 'nonce that is no time'] as const

export type Spoil = (typeof forgeries)[number] | (typeof mistakes)[number] | (typeof losses)[number]

export const isForgery = (spoil: Spoil | undefined): boolean =>
  (forgeries as readonly (string | undefined)[]).includes(spoil)

export type Around = {
  readonly now: number
  readonly url: string
  /** Of another push. */
  readonly letter: Sent | undefined
  /** What this letter is not about. */
  readonly payment: string
  readonly payer: string
  readonly authyId: number
}

/** A letter with one thing wrong with it; as it is where that thing can't be. */
export function spoilt(sent: Sent, spoil: Spoil, around: Around): Sent {
  const { now, url } = around
  const { text, headers } = sent
  const signature = headers['x-authy-signature'] ?? ''
  const nonce = headers['x-authy-signature-nonce'] ?? ''
  const heads = (more: Record<string, string | undefined>): Sent => ({
    text,
    headers: Object.fromEntries(
      Object.entries({ ...headers, ...more }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  })
  const signed = (body: unknown, key = API_KEY, to = url, method = 'POST'): Sent => {
    const fresh = spoil === 'nonce that is no time' ? 'not-a-time' : String(Math.floor(now / 1000))
    const by = { nonce: fresh, method, url: to, params: body }
    return {
      text: JSON.stringify(body),
      headers: {
        ...headers,
        'x-authy-signature': callbackSignature(key, by),
        'x-authy-signature-nonce': fresh,
      },
    }
  }
  const body = JSON.parse(text)
  const inside = body.approval_request.transaction
  switch (spoil) {
    case 'signature bit':
      return heads({ 'x-authy-signature': flipped(signature, Math.floor(now / 1000)) })
    case 'body bit':
      return { ...sent, text: text.replace(inside.message, () => flipped(inside.message, 5)) }
    case 'other answer':
      return { ...sent, text: text.replaceAll(`"${body.status}"`, `"${opposite(body.status)}"`) }
    case 'other body':
      return { ...sent, text: around.letter?.text ?? text.replace('"approval', '"Approval') }
    case 'other nonce':
      return heads({ 'x-authy-signature-nonce': String(Number(nonce) + 1) })
    case 'other key':
      return signed(body, `not ${API_KEY}`)
    case 'other url':
      return signed(body, API_KEY, 'https://pay.example.com/api/payments/callback')
    case 'other method':
      return signed(body, API_KEY, url, 'GET')
    case 'no signature':
      return heads({ 'x-authy-signature': undefined })
    case 'no nonce':
      return heads({ 'x-authy-signature-nonce': undefined })
    case 'other payment':
      inside.hidden_details.payment_id = around.payment
      return signed(body)
    case 'other payer':
      inside.hidden_details.requester_user_id = around.payer
      return signed(body)
    case 'other phone':
      body.authy_id = around.authyId
      return signed(body)
    case 'other words':
      inside.message = inside.message.replace('Pay ', 'Pay  ')
      return signed(body)
    case 'other amount':
      inside.details.Amount = '€0.01'
      return signed(body)
    case 'other reference':
      inside.details.Reference = '222222'
      return signed(body)
    case 'detail more':
      inside.details.Tip = '€1.00'
      return signed(body)
    case 'detail less':
      delete inside.details['Your account']
      return signed(body)
    case 'other push inside':
      inside.uuid = `${inside.uuid}0`
      return signed(body)
    case 'other answer inside':
      inside.status = opposite(inside.status)
      return signed(body)
    case 'no answer':
      body.status = inside.status = 'expired'
      return signed(body)
    case 'other action':
      body.callback_action = 'user_phone_changed'
      return signed(body)
    case 'no hidden details':
      inside.hidden_details = null
      return signed(body)
    case 'no payer named':
      delete inside.hidden_details.requester_user_id
      return signed(body)
    case 'nonce that is no time':
      return signed(body)
  }
}

const opposite = (answer: string) => (answer === 'approved' ? 'denied' : 'approved')

/** With one bit of one letter turned, which leaves it a letter. */
function flipped(text: string, at: number): string {
  const i = at % text.replace(/=+$/, '').length
  const letter = text.charCodeAt(i)
  return text.slice(0, i) + String.fromCharCode(letter ^ 1) + text.slice(i + 1)
}

/**
 * What a letter says, in the model's terms.
 *
 * @param numberOf whose phone the provider means
 * @param refOf which push
 * @param referenceOf which payment's reference it is, or what it says
 */
export function readLetter(
  { text, headers }: Sent,
  spoil: Spoil | undefined,
  now: number,
  numberOf: (authyId: number) => string,
  refOf: (uuid: string) => string,
  referenceOf: (reference: string) => string,
): Letter {
  const nonce = headers['x-authy-signature-nonce'] ?? ''
  const isTime = /^\d+$/.test(nonce)
  const isGenuine = !isForgery(spoil)
  const signedAt = isTime ? Number(nonce) * 1000 : now
  const body = JSON.parse(text)
  const inside = body.approval_request?.transaction
  const makesSense =
    body.callback_action === 'approval_request_status' &&
    inside &&
    /^(approved|denied)$/.test(body.status) &&
    inside.status === body.status &&
    inside.uuid === body.uuid
  const { payment_id, requester_user_id } = inside?.hidden_details ?? {}
  const names = { payment: payment_id, refs: [body.uuid, inside?.uuid].map((one) => refOf(one)) }
  if (!makesSense) return { isGenuine, signedAt, names, says: undefined }
  return {
    isGenuine,
    signedAt,
    names,
    says: {
      answer: body.status,
      ref: refOf(body.uuid),
      number: numberOf(body.authy_id),
      shown: shownAs(inside.message, {
        ...inside.details,
        Reference: referenceOf(inside.details.Reference),
      }),
      payment: payment_id,
      payer: requester_user_id,
    },
  }
}

/** What a push shows as one text, whatever order it comes in. */
export const shownAs = (message: string, details: Readonly<Record<string, string>>): string =>
  JSON.stringify([message, ...Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))])

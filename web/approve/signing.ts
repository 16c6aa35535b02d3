/**
 * The documents that a phone signs. Each is shown from the very text that is hashed: what the payer sees is what the
 * passkey signs.
 */
import { base64url } from '../base64url.ts'
import { sha256 } from '../digest.ts'

/** What stands before the document, so that a yes can never be used as a no or for another kind of document. */
const PREFIXES = {
  payment: { approve: 'payfriend approve v1\n', deny: 'payfriend deny v1\n' },
  device: { approve: 'payfriend device v1\n', deny: 'payfriend device deny v1\n' },
} as const
const REMOVE = 'payfriend remove v1\n'
const ADD = 'payfriend add v1\n'

/** A payment or a new phone that waits for this phone's answer. */
export type Request = AskedPayment | AskedDevice

type Asked = {
  /** Names it in the API and in the fragment. */
  readonly id: string
  readonly signing: string
  /** The heading. */
  readonly words: string
  readonly reference: string
  readonly createdAt: number
  readonly expiresAt: number
}

type AskedPayment = Asked & {
  readonly kind: 'payment'
  readonly payee: { readonly name: string; readonly id: string }
  readonly amount: { readonly value: string; readonly currency: string }
}

type AskedDevice = Asked & {
  readonly kind: 'device'
  readonly name: string
  readonly digits: string
}

/**
 * Read a document of `GET /approvals`; null if it is not one that this page knows, or not of this id and this payer.
 *
 * @param payer the account of the device that got it, as in its `kid`
 */
export function readRequest(
  { kind, id, signing }: { readonly kind: string; readonly id: string; readonly signing: string },
  payer: string,
): Request | null {
  const told = parsed(signing)
  if (told.version !== 1 || told.kind !== kind || told.payer !== payer) return null
  const createdAt = Date.parse(textOf(told.createdAt))
  const expiresAt = Date.parse(textOf(told.expiresAt))
  if (Number.isNaN(createdAt) || Number.isNaN(expiresAt)) return null
  const asked = { id, signing, createdAt, expiresAt }
  if (kind === 'payment') return paymentOf(asked, told)
  return kind === 'device' ? deviceOf(asked, told) : null
}

type Told = { readonly [name: string]: unknown }
type Known = Pick<Asked, 'id' | 'signing' | 'createdAt' | 'expiresAt'>

function paymentOf(asked: Known, told: Told): AskedPayment | null {
  const payee = Object(told.payee)
  const amount = Object(told.amount)
  const { displayText, reference, paymentId } = told
  const texts = [displayText, reference, payee.name, payee.id, amount.value, amount.currency]
  if (!texts.every(isText) || asked.id !== `payment.${paymentId}`) return null
  return {
    ...asked,
    kind: 'payment',
    words: textOf(displayText),
    reference: textOf(reference),
    payee: { name: payee.name, id: payee.id },
    amount: { value: amount.value, currency: amount.currency },
  }
}

function deviceOf(asked: Known, told: Told): AskedDevice | null {
  const { thumbprint, name, reference, digits } = Object(told.subject)
  if (![name, reference].every(isText) || asked.id !== `device.${thumbprint}`) return null
  if (!isText(digits) || !/^\d{4}$/.test(digits)) return null
  return {
    ...asked,
    kind: 'device',
    words: `Let “${name}” approve payments?`,
    reference,
    name,
    digits,
  }
}

/** The challenge that the passkey signs for a yes. */
export const approveChallenge = ({ kind, signing }: Pick<Request, 'kind' | 'signing'>) =>
  sha256(PREFIXES[kind].approve + signing)

/** What a no carries, signed with the device's key alone. */
export const denial = async ({ kind, signing }: Pick<Request, 'kind' | 'signing'>) =>
  base64url(await sha256(PREFIXES[kind].deny + signing))

/** The challenge that removes this phone. */
export const removeChallenge = (removal: string) => sha256(REMOVE + removal)

/** The challenge with which a passkey is made. */
export const addChallenge = (code: string) => sha256(ADD + code)

function parsed(text: string): Told {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const textOf = (value: unknown): string => (isText(value) ? value : '')

/**
 * The documents that a phone signs. Each is shown from the very text that is hashed: what the payer sees is what the
 * passkey signs.
 */
import { approveWords } from '#words/approveWords.ts'

/** A payment, a new phone or a new number that waits for this phone's answer. */
export type Request = AskedPayment | AskedDevice | AskedNumber

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

type AskedNumber = Asked & {
  readonly kind: 'phone'
  readonly number: string
}

/** What this phone can stop: a new phone that nobody's yes lets in, or its own removal. */
export type Stop = Pick<Asked, 'id' | 'signing' | 'createdAt' | 'expiresAt'> & {
  readonly what: 'recovery' | 'removal'
  /** Of the phone that would be let in, or was removed. */
  readonly name: string
}

type Listed = { readonly kind: string; readonly id: string; readonly signing: string }

/**
 * Read a document of `GET /approvals`; null if it is not one that this page knows, or not of this id and this payer.
 *
 * @param payer the account of the device that got it, as in its `kid`
 */
export function readRequest(listed: Listed, payer: string): Request | null {
  const read = opened(listed, payer)
  if (read === null) return null
  switch (listed.kind) {
    case 'payment':
      return paymentOf(read.asked, read.told)
    case 'device':
      return deviceOf(read.asked, read.told)
    case 'phone':
      return numberOf(read.asked, read.told)
    default:
      return null
  }
}

/**
 * Read a document by which something is stopped, as `readRequest`.
 *
 * @param own the thumbprint of the device that got it
 */
export function readStop(listed: Listed, payer: string, own: string): Stop | null {
  const read = listed.kind === 'stop' ? opened(listed, payer) : null
  if (read === null) return null
  const { what, thumbprint, name } = Object(read.told.subject)
  if (!isText(name) || read.asked.id !== `stop.${thumbprint}`) return null
  // It undoes its own removal only, and never stops itself.
  if (what === 'removal' && thumbprint === own) return { ...read.asked, what, name }
  return what === 'recovery' && thumbprint !== own ? { ...read.asked, what, name } : null
}

/** The document, if it is of this kind, version and payer and has its times. */
function opened({ kind, id, signing }: Listed, payer: string) {
  const told = parsed(signing)
  if (told.version !== 1 || told.kind !== kind || told.payer !== payer) return null
  const createdAt = Date.parse(textOf(told.createdAt))
  const expiresAt = Date.parse(textOf(told.expiresAt))
  if (Number.isNaN(createdAt) || Number.isNaN(expiresAt)) return null
  return { told, asked: { id, signing, createdAt, expiresAt } }
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
    words: approveWords.letIn(name),
    reference,
    name,
    digits,
  }
}

function numberOf(asked: Known, told: Told): AskedNumber | null {
  const { number, verificationId, reference } = Object(told.subject)
  if (![number, reference].every(isText) || asked.id !== `phone.${verificationId}`) return null
  const words = approveWords.changeNumber(number)
  return { ...asked, kind: 'phone', words, reference, number }
}

function parsed(text: string): Told {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const textOf = (value: unknown): string => (isText(value) ? value : '')

import * as z from 'zod'
import { checkSignature } from '../adapters/authy/authySignature.ts'
import { denialPorts, lambda, payments, type World } from '../composition.ts'
import {
  type CallbackOutcome,
  decideByPush,
  type Named,
  type PushAnswer,
  refuseAnswer,
} from '../core/channels/push.ts'
import type { PaymentStore } from '../core/ports.ts'
import { Refusal } from '../core/refusals.ts'
import { publicEndpoint } from '../http/endpoint.ts'
import { count, logger, reportFault, securityEvent } from '../observe.ts'
import { callbackSignature } from '../providerComposition.ts'

/**
 * `POST /payments/callback`: a payer's answer to a push, signed by Authy.
 *
 * Callbacks come twice, late and for payments that are over: all that is ordinary, answers 200 and
 * changes nothing. One that shows something else than was asked, or is not understood, answers 200 too, and is
 * noted on the payment that it names. Only a bad signature is refused.
 */
export const authyCallback = (world: World) => {
  const ports = { ...denialPorts(world), payments: payments(world), clock: world.clock }
  const { url, apiKey } = callbackSignature(world)
  return publicEndpoint(async ({ text, headers }) => {
    const nonce = headers['x-authy-signature-nonce']
    const signature = headers['x-authy-signature']
    const signed = { method: 'POST', url, body: text, signature, nonce }
    const key = await apiKey(false)
    if (key === undefined) {
      logger.error('NoAuthyKey', { why: 'the secret with the API key is empty' })
      throw new Refusal('provider_unavailable', { retryAfterSeconds: NO_KEY_RETRY_SECONDS })
    }
    const verdict = checkSignature(signed, key, world.clock())
    if (verdict === 'forged') {
      await noteForged(ports.payments, text, Boolean(signature))
      throw new Refusal('forged_callback')
    }
    if (verdict === 'timeless') count('CallbackTimeless')

    const answer = understood(text, nonce ?? '')
    if (!answer) {
      const noted = await refuseAnswer(ports, namedIn(text), 'answer_not_understood')
      securityEvent('CallbackNotUnderstood', { paymentId: noted.join(' ') || null })
      // The test of Authy's console names no payment. What names one that waits is for the owner to look at.
      if (noted.length > 0) count('CallbackMismatched')
      return { status: 200, body: {} }
    }
    const outcome = await decideByPush(ports, answer)
    note(outcome, answer)
    return { status: 200, body: {} }
  })
}

export const handler = lambda(authyCallback)

/** Until the owner has filled the secret, Authy may come again. */
const NO_KEY_RETRY_SECONDS = 60

const texts = z.record(z.string(), z.string()).nullish()

const callback = z.object({
  callback_action: z.literal('approval_request_status'),
  authy_id: z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)]),
  uuid: z.string().min(1).max(100),
  status: z.enum(['approved', 'denied']),
  device_uuid: z.union([z.number(), z.string()]).nullish(),
  signature: z.string().max(1024).nullish(),
  approval_request: z.object({
    transaction: z.object({
      uuid: z.string(),
      status: z.string(),
      message: z.string(),
      details: texts,
      hidden_details: texts,
      device_signing_time: z.number().nullish(),
    }),
  }),
})

const PAYMENT_ID = /^[A-Za-z0-9_-]{22}$/

const pushId = z.string().min(1).max(100).optional().catch(undefined)
/** As much as can be read of what is not understood: each part by itself, and what is no part is left out. */
const naming = z
  .object({
    uuid: pushId,
    approval_request: z
      .object({
        transaction: z
          .object({
            uuid: pushId,
            hidden_details: z
              .object({ payment_id: z.string().regex(PAYMENT_ID).optional().catch(undefined) })
              .optional()
              .catch(undefined),
          })
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  })
  .catch({})

function namedIn(text: string): Named {
  const { uuid, approval_request } = naming.parse(JSON.parse(text))
  const { transaction } = approval_request ?? {}
  return {
    paymentId: transaction?.hidden_details?.payment_id,
    pushIds: [uuid, transaction?.uuid].filter((id) => id !== undefined),
  }
}

/** What the callback says, if it says one thing: the outer and the inner answer must be the same. */
function understood(text: string, nonce: string): PushAnswer | undefined {
  const parsed = callback.safeParse(JSON.parse(text))
  if (!parsed.success) return undefined
  const { uuid, status, authy_id, device_uuid, signature, approval_request } = parsed.data
  const { transaction } = approval_request
  if (transaction.uuid !== uuid || transaction.status !== status) return undefined
  const { payment_id, requester_user_id } = transaction.hidden_details ?? {}
  if (payment_id !== undefined && !PAYMENT_ID.test(payment_id)) return undefined
  return {
    pushId: uuid,
    providerPhoneId: String(authy_id),
    status,
    content: { message: transaction.message, details: transaction.details ?? {} },
    paymentId: payment_id,
    payerId: requester_user_id,
    proof: {
      device_signature: signature ?? null,
      device_id: device_uuid === null || device_uuid === undefined ? null : String(device_uuid),
      signed_at: transaction.device_signing_time?.toString() ?? null,
      nonce,
    },
  }
}

/**
 * Strays and scanners know no payment's id, so one forged callback that names a payment which is there is told
 * apart from many that name none. The answer is the same either way.
 */
async function noteForged(store: Pick<PaymentStore, 'find'>, text: string, isSigned: boolean) {
  const paymentId = paymentNamedIn(text)
  if (paymentId && (await isThere(store, paymentId))) {
    return securityEvent('CallbackForgedForPayment', { paymentId })
  }
  securityEvent(isSigned ? 'CallbackForged' : 'CallbackUnsigned', {})
}

function paymentNamedIn(text: string): string | undefined {
  try {
    return namedIn(text).paymentId
  } catch {
    return undefined
  }
}

/** A fault is counted and not answered, or the answer would tell what the table has. */
async function isThere(store: Pick<PaymentStore, 'find'>, paymentId: string): Promise<boolean> {
  try {
    return (await store.find(paymentId)) !== undefined
  } catch (fault) {
    reportFault(fault)
    return false
  }
}

function note(outcome: CallbackOutcome, { paymentId, pushId }: PushAnswer) {
  const details = { paymentId: paymentId ?? null, pushId }
  if (outcome === 'mismatch') return securityEvent('CallbackMismatched', details)
  logger.info('callback', { ...details, outcome })
}

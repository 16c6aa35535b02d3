import * as z from 'zod'
import { devices, lambda, payers, payments, type World } from '../composition.ts'
import { DENIAL_REASONS } from '../core/channel.ts'
import { answerApproval, paymentAsked } from '../core/channels/answering.ts'
import { trustedDevice } from '../core/channels/approvals.ts'
import { deviceApiUrl, deviceProof, newNonce, signatures } from '../deviceComposition.ts'
import { assertion } from '../http/assertion.ts'
import { deviceEndpoint } from '../http/endpoint.ts'
import { count, reportFault, securityEvent } from '../observe.ts'
import { deviceRules } from '../providerComposition.ts'

/** The body: yes with what `navigator.credentials.get()` gave (`toJSON`), or no with what the device key signed. */
export const body = z.discriminatedUnion(
  'answer',
  [
    z.strictObject({
      answer: z.literal('approve'),
      assertion,
    }),
    z.strictObject({
      answer: z.literal('deny'),
      reason: z.enum(DENIAL_REASONS).optional(),
      /** The SHA-256 of the denial's bytes, in base64url. */
      signed: z.string(),
    }),
  ],
  'Answer with approve or deny.',
)

/**
 * `POST /approvals/{approvalId}`: a device's answer to a payment, a new device or a new phone number, a stop, or its own
 * removal.
 *
 * Refuses: `device_not_trusted`, `locked`, `invalid_request`, `not_found`, `expired`, `already_decided`,
 * `no_attempts_left`, `approval_not_signed`, `too_many_devices`.
 */
export const decideApproval = (world: World) => {
  const ports = {
    payments: payments(world),
    payers: payers(world),
    devices: devices(world),
    clock: world.clock,
    rules: deviceRules(world),
    newNonce,
    ...signatures(world),
    onNotMe: (payerId: string, approvalId: string) =>
      securityEvent('NotMe', { payerId, approvalId }),
    onCounterFallen: () => count('CounterFallen'),
    onUseFault: (fault: unknown) => reportFault(fault),
  }
  return deviceEndpoint(world, { apiUrl: deviceApiUrl(world), body }, async (request) => {
    const proof = deviceProof(request, world.clock())
    const id = request.approvalId()
    const [trusted, payment] = await Promise.all([
      trustedDevice(ports, proof),
      paymentAsked(ports, proof, id),
    ])
    const signed = { body: request.text, proof: proof.jws }
    const answered = await answerApproval(
      ports,
      { ...trusted, payment },
      id,
      request.body(),
      signed,
    )
    return { status: 200, body: answered }
  })
}

export const handler = lambda(decideApproval)

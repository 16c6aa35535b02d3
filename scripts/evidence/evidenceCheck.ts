/** Checks that the payer was shown payee and amount, and that the evidence belongs to what was shown. */
import { isDeepStrictEqual } from 'node:util'
import { linkOf } from '../../functions/adapters/twilioVerify/verifyLink.ts'
import { displayText, type PaymentAction } from '../../functions/core/action.ts'
import { CHANNELS } from '../../functions/core/channel.ts'
import {
  CHANNEL_RULES,
  EVIDENCE_RULES,
  type Evidence,
  type EvidenceKind,
  type KindByProvider,
} from '../../functions/core/channels/all.ts'
import type { EvidenceCheck, EvidenceRules } from '../../functions/core/channels/channelRules.ts'
import { pushDetails, pushDetailsText } from '../../functions/core/channels/pushRules.ts'
import { ANY_AMOUNT, parseAmount } from '../../functions/core/money.ts'
import type { PaymentEntry, PaymentFacts } from '../../functions/core/paymentTrail.ts'
import { paymentSigning } from '../../functions/core/signing.ts'
import { jsonIn } from './archivedEntry.ts'
import { type DecidedFacts, deviceKeyProblem, passkeyProblem } from './deviceCheck.ts'

/** RTS Art. 5(1)(a): the payer was made aware of this amount and this payee. */
export function shownProblem(facts: PaymentFacts): string | undefined {
  const action = actionIn(facts)
  if (!action) return 'its amount is not valid'
  if (facts.displayText !== displayText(action)) return SHOWN_OTHERWISE
  const details = facts.pushDetails
  if (!details) return undefined
  const account = details['Your account'] ?? ''
  const expected = pushDetails(action, account, facts.reference)
  return pushDetailsText(details) === pushDetailsText(expected) ? undefined : SHOWN_OTHERWISE
}

const SHOWN_OTHERWISE = 'what was shown is not its payee, amount and reference'

/** RTS Art. 5(1)(b): the document that a device signs must be of this payment, member for member. */
export function documentProblem({
  payment,
  paymentId,
}: Pick<PaymentEntry, 'payment' | 'paymentId'>): string | undefined {
  const { signing, createdAt, expiresAt, ...facts } = payment
  const action = actionIn(payment)
  if (signing === undefined || !action) return undefined
  const document = Object(jsonIn(signing))
  const expected = paymentSigning({
    ...facts,
    action,
    paymentId,
    nonce: String(document.nonce),
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
  })
  if (signing === expected) return undefined
  const right = JSON.parse(expected)
  const names = [...new Set([...Object.keys(right), ...Object.keys(document)])]
  const others = names.filter((name) => !isDeepStrictEqual(document[name], right[name]))
  return others.length > 0
    ? `the document for devices has another ${others.join(', ')}`
    : 'the document for devices is not written as it is signed'
}

/** RTS Art. 5(1)(b) and (c): the evidence must be bound to what was shown, and to this payment. */
export function evidenceProblem({
  payment,
  historyEntry,
  evidence,
  paymentId,
}: PaymentEntry): string | undefined {
  const { event, channel, by } = historyEntry
  const isAnswer = event === 'approved' || event === 'denied'
  if (!evidence) return isAnswer ? `${event} without evidence` : undefined
  if (!isAnswer) return `evidence of a decision, and it is "${event}"`
  if (!answersOf(evidence.kind).includes(`${event} ${channel} ${by}`)) {
    return `the evidence ${evidence.kind} does not belong to this kind of answer`
  }
  if ('provider_phone_id' in evidence && evidence.provider_phone_id !== payment.providerPhoneId)
    return 'the answer is of another phone'
  return bindingProblem(evidence, { ...payment, paymentId, answeredAt: historyEntry.at })
}

const answersOf = (kind: EvidenceKind): string[] =>
  CHANNELS.filter((channel) => kind in CHANNEL_RULES[channel].evidence).flatMap((channel) =>
    EVIDENCE_RULES[kind].answers.map((answer) => answer.replace(' ', ` ${channel} `)),
  )

/** What only an adapter knows: to what a code was bound, and whether a signature is right. */
const BY_PROVIDER: {
  readonly [K in KindByProvider]: EvidenceCheck<
    Extract<Evidence, { readonly kind: K }>,
    DecidedFacts
  >
} = {
  'verify-code': ({ amount, payee }, facts) => {
    const action = actionIn(facts)
    const link = action && linkOf({ action, reference: facts.reference })
    return amount === link?.amount && payee === link.payee
      ? undefined
      : 'the code was for another amount or payee'
  },
  passkey: passkeyProblem,
  'device-key': deviceKeyProblem,
}

function bindingProblem(evidence: Evidence, payment: DecidedFacts): string | undefined {
  const { problem }: EvidenceRules<Evidence> = EVIDENCE_RULES[evidence.kind]
  if (problem !== 'by-provider') return problem(evidence, payment)
  const checks: Partial<Record<EvidenceKind, EvidenceCheck<Evidence, DecidedFacts>>> = BY_PROVIDER
  const check = checks[evidence.kind]
  return check ? check(evidence, payment) : `to what ${evidence.kind} was bound cannot be checked`
}

function actionIn({ payee, amount }: PaymentFacts): PaymentAction | undefined {
  const money = parseAmount(amount, ANY_AMOUNT)
  if (!('amountMinor' in money)) return undefined
  return { kind: 'payment', payee, amount: money } satisfies Required<PaymentAction>
}

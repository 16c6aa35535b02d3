/** Checks that the payer was shown payee and amount, and that the evidence belongs to what was shown. */
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
import type {
  BoundPayment,
  EvidenceCheck,
  EvidenceRules,
} from '../../functions/core/channels/channelRules.ts'
import { pushDetails, pushDetailsText } from '../../functions/core/channels/pushRules.ts'
import { ANY_AMOUNT, parseAmount } from '../../functions/core/money.ts'
import type { PaymentEntry, PaymentFacts } from '../../functions/core/paymentTrail.ts'

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
  if (evidence.provider_phone_id !== payment.providerPhoneId)
    return 'the answer is of another phone'
  return bindingProblem(evidence, { ...payment, paymentId, answeredAt: historyEntry.at }, payment)
}

const answersOf = (kind: EvidenceKind): string[] =>
  CHANNELS.filter((channel) => kind in CHANNEL_RULES[channel].evidence).flatMap((channel) =>
    EVIDENCE_RULES[kind].answers.map((answer) => answer.replace(' ', ` ${channel} `)),
  )

/** What only a provider's adapter knows: to what a code was bound. */
const BY_PROVIDER: {
  readonly [K in KindByProvider]: EvidenceCheck<
    Extract<Evidence, { readonly kind: K }>,
    PaymentFacts
  >
} = {
  'verify-code': ({ amount, payee }, facts) => {
    const action = actionIn(facts)
    const link = action && linkOf({ action, reference: facts.reference })
    return amount === link?.amount && payee === link.payee
      ? undefined
      : 'the code was for another amount or payee'
  },
}

function bindingProblem(
  evidence: Evidence,
  bound: BoundPayment,
  facts: PaymentFacts,
): string | undefined {
  const { problem }: EvidenceRules<Evidence> = EVIDENCE_RULES[evidence.kind]
  if (problem !== 'by-provider') return problem(evidence, bound)
  const checks: Partial<Record<EvidenceKind, EvidenceCheck<Evidence, PaymentFacts>>> = BY_PROVIDER
  const check = checks[evidence.kind]
  return check ? check(evidence, facts) : `to what ${evidence.kind} was bound cannot be checked`
}

function actionIn({ payee, amount }: PaymentFacts): PaymentAction | undefined {
  const money = parseAmount(amount, ANY_AMOUNT)
  if (!('amountMinor' in money)) return undefined
  return { kind: 'payment', payee, amount: money } satisfies Required<PaymentAction>
}

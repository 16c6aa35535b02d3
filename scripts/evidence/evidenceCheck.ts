/** Checks that the payer was shown payee and amount, and that the evidence belongs to what was shown. */
import { linkOf } from '../../functions/adapters/twilioVerify/verifyLink.ts'
import { displayText, type PaymentAction } from '../../functions/core/action.ts'
import { ANY_AMOUNT, parseAmount } from '../../functions/core/money.ts'
import type { Evidence } from '../../functions/core/outcome.ts'
import { type PushContent, pushContent, shownText } from '../../functions/core/payment.ts'
import type { PaymentEntry, PaymentFacts } from '../../functions/core/paymentTrail.ts'

/** RTS Art. 5(1)(a): the payer was made aware of this amount and this payee. */
export function shownProblem(facts: PaymentFacts): string | undefined {
  const action = actionIn(facts)
  if (!action) return 'its amount is not valid'
  const { message, details } = facts.shown
  if (facts.displayText !== message) return 'its display text is not that of the push'
  const account = details['Your account'] ?? ''
  const full = pushContent(action, account, facts.reference)
  const shown = shownText(facts.shown)
  if (
    message !== displayText(action) ||
    (shown !== shownText(full) && shown !== beforeReferences(full))
  ) {
    return 'what was shown is not its payee, amount and reference'
  }
  return undefined
}

/** The content of older pushes, which had no reference; their payments can still be proven. */
function beforeReferences({ message, details: { Reference: _, ...details } }: PushContent): string {
  return shownText({ message, details })
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
  if (!OF[evidence.kind].includes(`${event} ${channel} ${by}`)) {
    return `the evidence ${evidence.kind} does not belong to this kind of answer`
  }
  if (evidence.provider_phone_id !== payment.providerPhoneId)
    return 'the answer is of another phone'
  switch (evidence.kind) {
    case 'push-callback':
      return evidence.shown === shownText(payment.shown)
        ? undefined
        : 'what came back is not what was shown'
    case 'provider-read':
      return evidence.push_id !== '' && evidence.read_at === historyEntry.at
        ? undefined
        : 'the push was read at another time, or there was none'
    case 'sms-code':
      if (evidence.action !== paymentId) return 'the code was for another payment'
      return evidence.display_text === payment.displayText
        ? undefined
        : 'the code was for another display text'
    case 'verify-code':
      return isOfAction(evidence, payment) ? undefined : 'the code was for another amount or payee'
  }
}

/** The answers of which each kind can be evidence. */
const OF: Record<Evidence['kind'], readonly string[]> = {
  'push-callback': ['approved push payer', 'denied push payer'],
  'provider-read': ['approved push provider', 'denied push provider'],
  'sms-code': ['approved sms payer'],
  'verify-code': ['approved sms payer'],
}

function isOfAction(
  { amount, payee }: Extract<Evidence, { kind: 'verify-code' }>,
  facts: PaymentFacts,
): boolean {
  const action = actionIn(facts)
  if (!action) return false
  const link = linkOf({ action, reference: facts.reference })
  return amount === link.amount && payee === link.payee
}

function actionIn({ payee, amount }: PaymentFacts): PaymentAction | undefined {
  const money = parseAmount(amount, ANY_AMOUNT)
  return 'amountMinor' in money ? { kind: 'payment', payee, amount: money } : undefined
}

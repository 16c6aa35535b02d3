/** Checks that the entries of a payment's history, in order, follow the rules of a payment. */
import { CHANNEL_EVENTS, CHANNELS, type ChannelEvent } from '../../functions/core/channel.ts'
import { answerersOf } from '../../functions/core/channels/all.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from '../../functions/core/channels/smsCodeRules.ts'
import type { HistoryEntry } from '../../functions/core/payment.ts'
import { type PaymentFacts, statusIn } from '../../functions/core/paymentTrail.ts'

type Lived = {
  ended: boolean
  answered: boolean
  deniedLate: boolean
  paused: boolean
  refused: boolean
  texts: number
  tries: number
  wrong: number
}

/** For each history entry, oldest first, its problem; undefined if it may follow those before it. */
export function lifeProblems(
  { createdAt, expiresAt }: Pick<PaymentFacts, 'createdAt' | 'expiresAt'>,
  historyEntries: readonly HistoryEntry[],
): (string | undefined)[] {
  const lived: Lived = {
    ended: false,
    answered: false,
    deniedLate: false,
    paused: false,
    refused: false,
    texts: 0,
    tries: 0,
    wrong: 0,
  }
  return historyEntries.map((historyEntry, index) => {
    const isFirst = index === 0
    if (isFirst !== (historyEntry.event === 'started')) {
      return isFirst ? 'a payment begins with "started"' : 'a payment is started once'
    }
    const { event, at } = historyEntry
    if (!whoMay(event).includes(`${historyEntry.channel} ${historyEntry.by}`)) {
      return `"${event}" cannot be by ${historyEntry.by}${historyEntry.channel ? ` on ${historyEntry.channel}` : ''}`
    }
    if (lived.ended && !isLateAnswer(historyEntry)) return `"${event}" after the payment was over`
    if (isFirst && at !== createdAt) return 'the payment was started at another time'
    if (event === 'expired' && at < expiresAt) return 'expired before its time was over'
    if (event !== 'expired' && !isLateAnswer(historyEntry) && at >= expiresAt) {
      return `"${event}" when the time was over`
    }
    if (event === 'denied_late' && !lived.ended && at < expiresAt) {
      return `"${event}" before the payment was over`
    }
    return live(lived, historyEntry)
  })
}

/** For each event that no single channel owns, the allowed channels and actors. */
const WHO: Record<Exclude<HistoryEntry['event'], ChannelEvent>, readonly string[]> = {
  started: ['null payer'],
  approved: answerersOf('approved'),
  denied: answerersOf('denied'),
  expired: ['null clock'],
  failed: ['sms payer'],
  cancelled: ['null payer', 'null operator'],
}

function whoMay(event: HistoryEntry['event']): readonly string[] {
  const ofChannels = CHANNELS.flatMap((channel) => {
    const events: Partial<Record<string, readonly string[]>> = CHANNEL_EVENTS[channel]
    return (events[event] ?? []).map((by) => `${channel} ${by}`)
  })
  const others: Partial<Record<string, readonly string[]>> = WHO
  return [...ofChannels, ...(others[event] ?? [])]
}

/** Events that may follow the payment's end: the payer may answer before the push counts as sent, or too late. */
const isLateAnswer = ({ event }: HistoryEntry) =>
  event === 'push_sent' || event === 'push_unavailable' || event === 'denied_late'

/** Count texts and codes again, as the table counted them (RTS Art. 4(3)(b)). */
function live(lived: Lived, historyEntry: HistoryEntry): string | undefined {
  const { event, channel } = historyEntry
  const status = statusIn(historyEntry)
  lived.ended ||= status !== undefined && status !== 'pending'
  if (event === 'answer_mismatched' || event === 'answer_not_understood') {
    if (lived.refused) return `"${event}" when one was noted before`
    lived.refused = true
    return undefined
  }
  if (event === 'denied_late') {
    if (lived.answered) return `"${event}" after an answer that decided`
    if (lived.deniedLate) return `"${event}" when one was noted before`
    lived.deniedLate = true
  }
  lived.answered ||= status === 'approved' || status === 'denied'
  if (lived.paused && channel === 'push') return `"${event}" though no push was asked for`
  lived.paused ||= event === 'push_paused'
  // RTS Art. 5(1)(c): after an answer that showed another payment, a provider's word, which shows none, cannot approve.
  if (event === 'approved' && historyEntry.by === 'provider' && lived.refused) {
    return 'approved by the provider’s word, after a signed answer was refused'
  }
  if (event === 'text_asked') {
    lived.texts += 1
    return lived.texts > TEXTS_MAX ? `more than ${TEXTS_MAX} texts` : undefined
  }
  if (event === 'code_tried') {
    lived.tries += 1
    if (lived.texts === 0) return 'a code was tried before one was sent'
    return lived.tries > CODE_ATTEMPTS_MAX ? `more than ${CODE_ATTEMPTS_MAX} codes` : undefined
  }
  const isByCode = event === 'approved' && channel === 'sms'
  if (!isByCode && event !== 'code_wrong' && event !== 'failed') return undefined
  if (!isByCode) lived.wrong += 1
  if (lived.wrong + (isByCode ? 1 : 0) > lived.tries) return `"${event}" without a code tried`
  if (event === 'code_wrong' && lived.wrong >= CODE_ATTEMPTS_MAX) {
    return `${CODE_ATTEMPTS_MAX} wrong codes, and the payment went on`
  }
  if (event === 'failed' && lived.wrong !== CODE_ATTEMPTS_MAX) {
    return `failed after ${lived.wrong} wrong codes and not ${CODE_ATTEMPTS_MAX}`
  }
  return undefined
}

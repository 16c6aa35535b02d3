/** Checks that the entries of a payment's history, in order, follow the rules of a payment. */
import { CHANNEL_EVENTS, CHANNELS, type ChannelEvent } from '../../functions/core/channel.ts'
import { answerersOf } from '../../functions/core/channels/all.ts'
import { ASSERTIONS_MAX } from '../../functions/core/channels/deviceRules.ts'
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
  readonly codes: Tried
  readonly assertions: Tried
}
/** Attempts that were counted before they were checked, and those that failed. */
type Tried = { tries: number; wrong: number }

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
    codes: { tries: 0, wrong: 0 },
    assertions: { tries: 0, wrong: 0 },
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
  failed: ['sms payer', 'device payer'],
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

/** Count texts, codes and assertions again, as the table counted them (RTS Art. 4(3)(b)). */
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
  if (event === 'code_tried' && lived.texts === 0) return 'a code was tried before one was sent'
  if (channel === 'sms') return attempt(lived.codes, event, CODES)
  if (channel === 'device') return attempt(lived.assertions, event, ASSERTIONS)
  return undefined
}

/** The events of a channel's attempts, and how they are told. */
type Attempts = {
  readonly max: number
  readonly tried: HistoryEntry['event']
  readonly wrong: HistoryEntry['event']
  readonly one: string
  readonly many: string
}
const CODES: Attempts = {
  max: CODE_ATTEMPTS_MAX,
  tried: 'code_tried',
  wrong: 'code_wrong',
  one: 'a code',
  many: 'codes',
}
const ASSERTIONS: Attempts = {
  max: ASSERTIONS_MAX,
  tried: 'assertion_tried',
  wrong: 'assertion_failed',
  one: 'an assertion',
  many: 'assertions',
}

function attempt(
  lived: Tried,
  event: HistoryEntry['event'],
  { max, tried, wrong, one, many }: Attempts,
): string | undefined {
  if (event === tried) {
    lived.tries += 1
    return lived.tries > max ? `more than ${max} ${many}` : undefined
  }
  const isRight = event === 'approved'
  if (!isRight && event !== wrong && event !== 'failed') return undefined
  if (!isRight) lived.wrong += 1
  if (lived.wrong + (isRight ? 1 : 0) > lived.tries) return `"${event}" without ${one} tried`
  if (event === wrong && lived.wrong >= max) return `${max} wrong ${many}, and the payment went on`
  if (event === 'failed' && lived.wrong !== max) {
    return `failed after ${lived.wrong} wrong ${many} and not ${max}`
  }
  return undefined
}

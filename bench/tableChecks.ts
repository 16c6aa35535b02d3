/** What must be true of every payment in the table when all is over, told from the items alone. */
import type { Evidence, PaymentStatus } from '../functions/core/outcome.ts'
import type { HistoryEntry } from '../functions/core/payment.ts'

export type Item = {
  readonly payment_id: string
  readonly status: PaymentStatus
  readonly history: readonly HistoryEntry[]
  readonly provider_phone_id: string
  readonly push_id?: string
  readonly display_text: string
  readonly push_details?: string
  readonly evidence?: Evidence
  readonly code_attempts: number
  readonly wrong_codes: number
  readonly sms_sends: number
  readonly expires_at: string
  readonly decided_at?: string
  readonly decided_by?: string
  readonly answer_refused_at?: string
}

const FINAL: readonly string[] = ['approved', 'denied', 'expired', 'failed', 'cancelled']

/** What is wrong with an item, in words; nothing if it is as its history tells. */
export function flawOf(item: Item): string | undefined {
  const { history, status, decided_at, decided_by, expires_at } = item
  const ends = history.filter(({ event }) => FINAL.includes(event))
  const [end] = ends
  const many = (...events: string[]) => history.filter(({ event }) => events.includes(event)).length
  if (history[0]?.event !== 'started') return 'it was never started'
  if (ends.length !== 1 || !end) return `it ended ${ends.length} times`
  if (end.event !== status) return `it is ${status}, and its history says ${end.event}`
  if (decided_at !== (status === 'expired' ? expires_at : end.at))
    return 'its end is at another time'
  if (status !== 'expired' && end.at >= expires_at) return 'it was decided when its time was over'
  if ((decided_by ?? null) !== end.channel) return 'it was decided by another channel'
  if (many('text_asked') !== item.sms_sends) return 'its texts are other than counted'
  if (many('code_tried') !== item.code_attempts) return 'its attempts are other than counted'
  const wrong = many('code_wrong') + (status === 'failed' ? 1 : 0)
  if (wrong !== item.wrong_codes) return 'its wrong codes are other than counted'
  const after = history.slice(history.indexOf(end) + 1)
  if (after.some(({ event }) => !event.startsWith('push_') && event !== 'denied_late'))
    return 'something happened after its end'
  return status === 'approved' || status === 'denied' ? evidenceFlaw(item) : undefined
}

function evidenceFlaw(item: Item): string | undefined {
  const { evidence, provider_phone_id, push_id, payment_id, display_text } = item
  if (!evidence) return 'nothing proves its decision'
  if (evidence.provider_phone_id !== provider_phone_id) return 'another phone decided it'
  if (evidence.kind === 'sms-code') {
    const isBound = evidence.action === payment_id && evidence.display_text === display_text
    return isBound ? undefined : 'its code was for something else'
  }
  if (evidence.kind !== 'provider-read' && evidence.kind !== 'push-callback')
    return 'no such provider was there'
  if (evidence.push_id !== push_id) return 'another push decided it'
  const isReadYes = evidence.kind === 'provider-read' && item.status === 'approved'
  if (isReadYes && item.answer_refused_at)
    return 'the provider’s word approved what a callback did not'
  const shown = JSON.stringify([display_text, ...JSON.parse(item.push_details ?? '[]')])
  const isShown = evidence.kind === 'provider-read' || evidence.push_content === shown
  return isShown ? undefined : 'something else was shown'
}

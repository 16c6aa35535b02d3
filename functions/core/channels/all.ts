/** The rules of each channel under its name: the core's one map, from which all else about channels is derived. */
import { CHANNELS, type Channel, type ChannelViews, type PaymentChannels } from '../channel.ts'
import type { ChannelRules } from './channelRules.ts'
import { type PushEvidence, pushRules } from './pushRules.ts'
import { type SmsCodeEvidence, smsCodeRules } from './smsCodeRules.ts'

/** What proves a decision on each channel, and what it was bound to. */
type ChannelEvidence = {
  readonly push: PushEvidence
  readonly sms: SmsCodeEvidence
}

export type Evidence = ChannelEvidence[Channel]
export type EvidenceKind = Evidence['kind']

export const CHANNEL_RULES = {
  push: pushRules,
  sms: smsCodeRules,
} as const satisfies { [C in Channel]: ChannelRules<C, ChannelEvidence[C]> }

type Rules = typeof CHANNEL_RULES
/** The rules of each kind of evidence, whatever its channel. */
type RulesOfKind = {
  [C in Channel]: (kinds: Rules[C]['evidence']) => void
}[Channel] extends (kinds: infer All) => void
  ? All
  : never

export type Proof = RulesOfKind[EvidenceKind]['proof']

/** The kinds of which only a provider's adapter knows to what they were bound. */
export type KindByProvider = {
  [K in EvidenceKind]: RulesOfKind[K]['problem'] extends 'by-provider' ? K : never
}[EvidenceKind]

/** The rules of each kind of evidence. */
export const EVIDENCE_RULES = Object.assign(
  {},
  ...CHANNELS.map((channel) => CHANNEL_RULES[channel].evidence),
) as RulesOfKind

/** Who may give which answer on a channel: `push provider`. */
export const answerersOf = (status: 'approved' | 'denied'): string[] =>
  CHANNELS.flatMap((channel) =>
    Object.values(CHANNEL_RULES[channel].evidence)
      .flatMap(({ answers }): readonly string[] => answers)
      .filter((answer) => answer.startsWith(`${status} `))
      .map((answer) => `${channel} ${answer.slice(status.length + 1)}`),
  )

/** What the payer sees of each channel. */
export const channelViews = (channels: PaymentChannels): ChannelViews =>
  Object.assign({}, ...CHANNELS.map((channel) => viewOf(channel, channels)))

function viewOf(channel: Channel, channels: PaymentChannels): Partial<ChannelViews> {
  const rules: { view(state: PaymentChannels[Channel]): Partial<ChannelViews> } =
    CHANNEL_RULES[channel]
  return rules.view(channels[channel])
}

/** The rules of each channel by its name: the core's one map, from which evidence, proofs and views are derived. */
import { CHANNELS, type Channel, type ChannelViews, type PaymentChannels } from '../channel.ts'
import type { ChannelRules } from './channelRules.ts'
import { type DeviceEvidence, deviceRules } from './deviceRules.ts'
import { type PushEvidence, pushRules } from './pushRules.ts'
import { type SmsCodeEvidence, smsCodeRules } from './smsCodeRules.ts'

/** The evidence of a decision on each channel. */
type ChannelEvidence = {
  readonly push: PushEvidence
  readonly sms: SmsCodeEvidence
  readonly device: DeviceEvidence
}

export type Evidence = ChannelEvidence[Channel]
export type EvidenceKind = Evidence['kind']

export const CHANNEL_RULES = {
  push: pushRules,
  sms: smsCodeRules,
  device: deviceRules,
} as const satisfies { [C in Channel]: ChannelRules<C, ChannelEvidence[C]> }

type Rules = typeof CHANNEL_RULES
/** The type of the rules of each kind of evidence, all channels together. */
type RulesOfKind = {
  [C in Channel]: (kinds: Rules[C]['evidence']) => void
}[Channel] extends (kinds: infer All) => void
  ? All
  : never

export type Proof = RulesOfKind[EvidenceKind]['proof']

/** The kinds of evidence whose binding an adapter checks, because it needs the provider's rules or a signature's. */
export type KindByProvider = {
  [K in EvidenceKind]: RulesOfKind[K]['problem'] extends 'by-provider' ? K : never
}[EvidenceKind]

/** The rules of each kind of evidence. */
export const EVIDENCE_RULES = Object.assign(
  {},
  ...CHANNELS.map((channel) => CHANNEL_RULES[channel].evidence),
) as RulesOfKind

/** The channels and answerers that may give this answer, as "push provider". */
export const answerersOf = (status: 'approved' | 'denied'): string[] =>
  CHANNELS.flatMap((channel) =>
    Object.values(CHANNEL_RULES[channel].evidence)
      .flatMap(({ answers }): readonly string[] => answers)
      .filter((answer) => answer.startsWith(`${status} `))
      .map((answer) => `${channel} ${answer.slice(status.length + 1)}`),
  )

/** Each channel's part of the payment's view. */
export const channelViews = (channels: PaymentChannels): ChannelViews =>
  Object.assign({}, ...CHANNELS.map((channel) => viewOf(channel, channels)))

function viewOf(channel: Channel, channels: PaymentChannels): Partial<ChannelViews> {
  const rules: { view(state: PaymentChannels[Channel]): Partial<ChannelViews> } =
    CHANNEL_RULES[channel]
  return rules.view(channels[channel])
}

/**
 * What a payment knows of each channel, as it lies in its item: for each the attributes, read and written; and what
 * proves a decision on it.
 */
import * as z from 'zod'
import {
  CHANNELS,
  type Channel,
  type PaymentChannels,
  type PushChannel,
  type PushDetails,
  type SmsChannel,
} from '../../core/channel.ts'
import type { Evidence } from '../../core/channels/all.ts'
import { pushDetailsText } from '../../core/channels/pushRules.ts'
import type { Same } from '../../core/same.ts'

export const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))

/** `write` is of a payment that starts, before anybody was reached: later attributes are written one by one. */
const codec = <S, Shape extends z.ZodRawShape>(
  shape: Shape,
  read: (found: z.infer<z.ZodObject<Shape>>) => S,
  write: (state: S) => Readonly<Record<string, unknown>>,
) => ({ shape, read, write })

const CODECS = {
  push: codec(
    {
      push: z.enum(['sending', 'sent', 'unavailable']),
      push_asked_at: instant.optional(),
      push_details: z.string().optional(),
      push_id: z.string().optional(),
      push_paused_until: instant.optional(),
      push_read_at: instant.optional(),
      denied_late_at: instant.optional(),
    },
    (found): PushChannel => ({
      state: found.push,
      askedAt: found.push_asked_at,
      details: found.push_details === undefined ? undefined : detailsOf(found.push_details),
      id: found.push_id,
      pausedUntil: found.push_paused_until,
      readAt: found.push_read_at,
      deniedLateAt: found.denied_late_at,
    }),
    ({ state, askedAt, details, pausedUntil }) => ({
      push: state,
      ...(askedAt && { push_asked_at: askedAt.toISOString() }),
      ...(details && { push_details: pushDetailsText(details) }),
      ...(pausedUntil && { push_paused_until: pausedUntil.toISOString() }),
    }),
  ),
  sms: codec(
    {
      sms_to: z.string(),
      sms_sends: z.int(),
      sms_sent_at: instant.optional(),
      sms_id: z.string().optional(),
      code_attempts: z.int(),
      wrong_codes: z.int(),
    },
    (found): SmsChannel => ({
      to: found.sms_to,
      sends: found.sms_sends,
      sentAt: found.sms_sent_at,
      textId: found.sms_id,
      attempts: found.code_attempts,
      wrongCodes: found.wrong_codes,
    }),
    ({ to, sends, attempts, wrongCodes }) => ({
      sms_to: to,
      sms_sends: sends,
      code_attempts: attempts,
      wrong_codes: wrongCodes,
    }),
  ),
} satisfies {
  [C in Channel]: {
    read(found: never): PaymentChannels[C]
    write(state: PaymentChannels[C]): object
  }
}

/** The attributes of every channel; one whose attributes are missing here cannot be read below. */
export const channelShapes = { ...CODECS.push.shape, ...CODECS.sms.shape }

export const channelsOf = (found: z.infer<z.ZodObject<typeof channelShapes>>): PaymentChannels => ({
  push: CODECS.push.read(found),
  sms: CODECS.sms.read(found),
})

export const itemOfChannels = (channels: PaymentChannels): Readonly<Record<string, unknown>> =>
  Object.assign({}, ...CHANNELS.map((channel) => written(channel, channels)))

function written(channel: Channel, channels: PaymentChannels) {
  const one: { write(state: PaymentChannels[Channel]): object } = CODECS[channel]
  return one.write(channels[channel])
}

/** From the one text as which they are stored, so that a condition can compare them (`pushDetailsText`). */
const detailsOf = (text: string): PushDetails =>
  Object.fromEntries(z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(text)))

/** Evidence of an item; what is none, or has anything more, is a fault. */
export const storedEvidence = (attribute: unknown): Evidence => evidence().parse(attribute)

let made: ReturnType<typeof schema> | undefined
/** Made when it is first needed, because most requests read no payment that is decided. */
export function evidence() {
  made ??= schema()
  return made
}

true satisfies Same<z.infer<ReturnType<typeof schema>>, Evidence>

/** Strict, so that nothing of the item is left out of the audit trail without being noticed. */
const schema = () =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('push-callback'),
      push_id: z.string(),
      provider_phone_id: z.string(),
      push_content: z.string(),
      device_signature: z.string().nullable(),
      device_id: z.string().nullable(),
      signed_at: z.string().nullable(),
      nonce: z.string(),
    }),
    z.strictObject({
      kind: z.literal('provider-read'),
      push_id: z.string(),
      provider_phone_id: z.string(),
      read_at: z.string(),
    }),
    z.strictObject({
      kind: z.literal('sms-code'),
      provider_phone_id: z.string(),
      action: z.string(),
      display_text: z.string(),
    }),
    z.strictObject({
      kind: z.literal('verify-code'),
      provider_phone_id: z.string(),
      verification_sid: z.string(),
      amount: z.string(),
      payee: z.string(),
    }),
  ])

/**
 * The stored form of a payment's channels: the attributes of each, how they are read and written, and the evidence of
 * a decision.
 */
import * as z from 'zod'
import {
  CHANNELS,
  type Channel,
  type DeviceChannel,
  type PaymentChannels,
  type PushChannel,
  type PushDetails,
  type SmsChannel,
} from '../../core/channel.ts'
import type { Evidence } from '../../core/channels/all.ts'
import { pushDetailsText } from '../../core/channels/pushRules.ts'
import { LEAVES } from '../../core/device.ts'
import type { Same } from '../../core/same.ts'
import { deviceKey } from '../deviceKey.ts'
import { optionalInstant, optionalText, text, whole } from './attributes.ts'

/** `write` gives the attributes of a new payment; later writes set single attributes. */
const codec = <S, Shape extends z.ZodRawShape>(
  shape: Shape,
  read: (found: z.infer<z.ZodObject<Shape>>) => S,
  write: (state: S) => Readonly<Record<string, unknown>>,
) => ({ shape, read, write })

const CODECS = {
  push: codec(
    {
      push: z.enum(['sending', 'sent', 'unavailable']),
      push_asked_at: optionalInstant,
      push_details: optionalText,
      push_id: optionalText,
      push_paused_until: optionalInstant,
      push_read_at: optionalInstant,
      denied_late_at: optionalInstant,
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
      sms_to: optionalText,
      sms_sends: whole,
      sms_sent_at: optionalInstant,
      sms_id: optionalText,
      code_attempts: whole,
      wrong_codes: whole,
    },
    (found): SmsChannel => ({
      to: found.sms_to ?? null,
      sends: found.sms_sends,
      sentAt: found.sms_sent_at,
      textId: found.sms_id,
      attempts: found.code_attempts,
      wrongCodes: found.wrong_codes,
    }),
    ({ to, sends, attempts, wrongCodes }) => ({
      ...(to !== null && { sms_to: to }),
      sms_sends: sends,
      code_attempts: attempts,
      wrong_codes: wrongCodes,
    }),
  ),
  device: codec(
    {
      signing: optionalText,
      device_tried: z.set(text).optional(),
      device_failed: z.set(text).optional(),
    },
    (found): DeviceChannel => ({
      signing: found.signing,
      tried: [...(found.device_tried ?? [])],
      failed: [...(found.device_failed ?? [])],
    }),
    ({ signing }) => ({ ...(signing !== undefined && { signing }) }),
  ),
} satisfies {
  [C in Channel]: {
    read(found: never): PaymentChannels[C]
    write(state: PaymentChannels[C]): object
  }
}

/** The attributes of every channel; `read` below does not compile for a channel without its attributes here. */
export const channelShapes = { ...CODECS.push.shape, ...CODECS.sms.shape, ...CODECS.device.shape }

export const channelsOf = (found: z.infer<z.ZodObject<typeof channelShapes>>): PaymentChannels => ({
  push: CODECS.push.read(found),
  sms: CODECS.sms.read(found),
  device: CODECS.device.read(found),
})

export const itemOfChannels = (channels: PaymentChannels): Readonly<Record<string, unknown>> =>
  Object.assign({}, ...CHANNELS.map((channel) => written(channel, channels)))

function written(channel: Channel, channels: PaymentChannels) {
  const one: { write(state: PaymentChannels[Channel]): object } = CODECS[channel]
  return one.write(channels[channel])
}

/** Push details are stored as one text (`pushDetailsText`), so that a condition can compare them. */
const storedDetails = z.array(z.tuple([text, text]))
const detailsOf = (stored: string): PushDetails =>
  Object.fromEntries(storedDetails.parse(JSON.parse(stored)))

/** The evidence in an item. Throws if it cannot be parsed or has an unknown member. */
export const storedEvidence = (attribute: unknown): Evidence => evidence().parse(attribute)

let made: ReturnType<typeof schema> | undefined
/** Built at first use, because most requests read no decided payment. */
export function evidence() {
  made ??= schema()
  return made
}

true satisfies Same<z.infer<ReturnType<typeof schema>>, Evidence>

const signedRequest = {
  device_id: text,
  jwk: deviceKey,
  bound_by: z.enum(LEAVES),
  body: text,
  proof: text,
}

/** Strict, so that an unknown member of the item is a fault and not silently missing from the audit trail. */
const schema = () =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('push-callback'),
      push_id: text,
      provider_phone_id: text,
      push_content: text,
      device_signature: z.string().nullable(),
      device_id: z.string().nullable(),
      signed_at: z.string().nullable(),
      nonce: text,
    }),
    z.strictObject({
      kind: z.literal('provider-read'),
      push_id: text,
      provider_phone_id: text,
      read_at: text,
    }),
    z.strictObject({
      kind: z.literal('sms-code'),
      provider_phone_id: text,
      action: text,
      display_text: text,
    }),
    z.strictObject({
      kind: z.literal('verify-code'),
      provider_phone_id: text,
      verification_sid: text,
      amount: text,
      payee: text,
    }),
    z.strictObject({
      kind: z.literal('passkey'),
      ...signedRequest,
      spki: text,
      alg: whole,
      ua_type: text,
    }),
    z.strictObject({ kind: z.literal('device-key'), ...signedRequest }),
  ])

/** What a device signed, in plain words. */
import type { Evidence } from '../../functions/core/channels/all.ts'
import type { Leave } from '../../functions/core/device.ts'
import type { PayerEntry } from '../../functions/core/payerTrail.ts'
import { SIGNED_AS } from '../../functions/core/signing.ts'
import { siteOf } from './deviceCheck.ts'
import type { DeviceOrigin } from './payerDeviceCheck.ts'

/** What let a device in. */
const LET_IN_BY: Record<Leave, string> = {
  device: 'by the yes of another device of the payer',
  text: 'by a code that was texted to the verified phone',
  'sign-in': 'by a sign-in that was not older than five minutes',
  invitation: 'by an invitation of the operator',
}

type Rows = readonly (readonly [string, string])[]

/** The document that waited for a device. */
export const signedTold = (signing: string): Rows => [['document', signing]]

/** Which device answered, how it had been let in, and what it signed; nothing if no device answered. */
export function deviceTold(evidence: Evidence, origin: DeviceOrigin | undefined): Rows {
  if (evidence.kind !== 'passkey' && evidence.kind !== 'device-key') return []
  const since = origin && 'letIn' in origin ? ` on ${origin.letIn.at}${waited(origin.letIn)}` : ''
  const isYes = evidence.kind === 'passkey'
  return [
    ['device', `${evidence.device_id} (the thumbprint of its key; its name is on the page)`],
    ['let in', `${LET_IN_BY[evidence.bound_by]}${since}`],
    ['page', siteOf(evidence)?.origin ?? 'none'],
    ['request', "signed by the device's key, with the hash of its body"],
    [
      isYes ? 'passkey' : 'denial',
      isYes
        ? `signed the SHA-256 of ${quoted(SIGNED_AS.approve)} and the document, after it had verified its user by finger, face or PIN`
        : `the body has the SHA-256 of ${quoted(SIGNED_AS.deny)} and the document; a no needs no passkey`,
    ],
    ...(isYes ? [['shown by', shownBy(evidence)] as const] : []),
  ]
}

/** What is verified of a device's answer. */
export function deviceVerified(
  evidence: Evidence | undefined,
  origin: DeviceOrigin | undefined,
): readonly string[] {
  if (evidence?.kind !== 'passkey' && evidence?.kind !== 'device-key') return []
  return [
    "  the document that was signed is the payment's, member for member",
    evidence.kind === 'passkey'
      ? "  both signatures are right: the device's over its request, the passkey's over the document"
      : "  the device's signature is right, over its request with the hash of the denial",
    ...(hasSheet(evidence)
      ? [
          "  the browser's own sheet showed this payee and this amount, as what the passkey signed says",
        ]
      : []),
    ...(origin && 'letIn' in origin
      ? [
          `  its keys are those that were let in on ${origin.letIn.at} ${LET_IN_BY[evidence.bound_by]}, as entry ${origin.letIn.seq} of the payer's own audit trail says`,
        ]
      : [
          `  NOT VERIFIED: whether its keys are those of the payer's device${origin ? ` (${origin.whyNotCompared})` : ''}`,
        ]),
  ]
}

/** Of a device that waited, until when. */
const waited = ({ device }: PayerEntry) =>
  device?.activeFrom === undefined ? '' : `, and waited until ${device.activeFrom}`

/** What an entry of the account's trail says of a device or an invitation. */
export function changeTold({ event, device, isNow }: PayerEntry): string {
  if (!device) return isNow ? '  without a wait' : ''
  const until = event === 'device.waiting' ? `, approves from ${device.activeFrom}` : ''
  const renewed = device.renews === undefined ? '' : `, in place of ${device.renews}`
  return `  ${device.id}, let in ${LET_IN_BY[device.boundBy]}${until}${renewed}`
}

const hasSheet = (evidence: Evidence) =>
  evidence.kind === 'passkey' && evidence.ua_type === 'payment.get'

const shownBy = (evidence: Evidence) =>
  hasSheet(evidence)
    ? 'the browser itself, in a sheet with payee and amount, and before it the page'
    : 'the page'

const quoted = (text: string) => JSON.stringify(text)

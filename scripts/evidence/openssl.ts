/** The commands by which anybody verifies the signatures of a device's answer, with openssl and without Payfriend. */
import type { DeviceEvidence } from '../../functions/core/channels/deviceRules.ts'
import { SIGNED_AS } from '../../functions/core/signing.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { jsonIn } from './archivedEntry.ts'
import { claimsIn, proofSignature, yesIn } from './deviceAnswer.ts'
import { type FoundEvidence, unproven } from './evidenceText.ts'
import { deviceDecision } from './payerDeviceCheck.ts'

/**
 * A script for a POSIX shell, to be read and run in an empty folder. Throws `CannotLook` if no device decided the
 * payment.
 */
export function opensslCommands(found: FoundEvidence): string {
  const decision = deviceDecision(found.entries)
  if (!decision) {
    throw new CannotLook(
      `No device decided payment ${found.paymentId}: there is no signature that openssl can verify.`,
    )
  }
  const { entry, evidence } = decision
  const { signing = '' } = entry.payment
  return [
    `# Payment ${found.paymentId}: ${entry.historyEntry.event} by the device ${JSON.stringify(evidence.device_id)}.`,
    ...(found.problems.length > 0 ? [`# ${unproven(found.problems)}`] : []),
    '# Run this with sh in an empty folder, where openssl is.',
    'set -e',
    '',
    ...proofLines(evidence),
    '',
    ...(evidence.kind === 'passkey' ? yesLines(evidence, signing) : noLines(signing)),
  ].join('\n')
}

type PasskeyEvidence = Extract<DeviceEvidence, { readonly kind: 'passkey' }>

/** The first signature: the device's key signed the request. */
function proofLines(evidence: DeviceEvidence): string[] {
  const { body, proof } = evidence
  const { key, signed, signature } = proofSignature(evidence) ?? malformed()
  const { bh } = claimsIn(proof) ?? malformed()
  return [
    "# 1. The device's key signed its request: the header and the claims of Device-Proof.",
    pemFile('device-key.pem', Buffer.from(key)),
    base64File('request.signed', Buffer.from(signed)),
    base64File('request.sig', Buffer.from(signature)),
    'openssl dgst -sha256 -verify device-key.pem -signature request.sig request.signed',
    '# The claims name the body by its SHA-256 (bh). These two must be equal:',
    base64File('body.json', Buffer.from(body)),
    hashOf('body.json'),
    `echo '${base64(bh)}'`,
  ]
}

/** The second signature of a yes: the passkey signed the payment. */
function yesLines({ body, spki }: PasskeyEvidence, signing: string): string[] {
  const { clientDataJSON, authenticatorData, signature } = yesIn(body)?.response ?? malformed()
  return [
    '# 2. The passkey signed its own data (whose page, whose user was verified) and the hash of the client data.',
    pemFile('passkey.pem', bytes(spki)),
    base64File('client-data.json', bytes(clientDataJSON)),
    base64File('passkey.signed', bytes(authenticatorData)),
    'openssl dgst -sha256 -binary client-data.json >> passkey.signed',
    base64File('passkey.sig', bytes(signature)),
    'openssl dgst -sha256 -verify passkey.pem -signature passkey.sig passkey.signed',
    '# The client data name the payment by the SHA-256 of this text (challenge). These two must be equal:',
    base64File('approved.txt', Buffer.from(SIGNED_AS.approve + signing)),
    hashOf('approved.txt'),
    `echo '${base64(challengeIn(bytes(clientDataJSON).toString()))}'`,
    'cat approved.txt; echo',
  ]
}

/** A no: the body has the hash of the denial. */
const noLines = (signing: string): string[] => [
  '# The body says no to the payment by the SHA-256 of this text (signed), in base64url. These two belong together:',
  base64File('denied.txt', Buffer.from(SIGNED_AS.deny + signing)),
  hashOf('denied.txt'),
  'cat body.json; echo',
  'cat denied.txt; echo',
]

function challengeIn(clientData: string): string {
  const { challenge } = Object(jsonIn(clientData))
  return typeof challenge === 'string' ? challenge : malformed()
}

/** Base64url as base64, which openssl writes. No text of the evidence is in the script but as base64, so none can be a command. */
const base64 = (text: string): string => bytes(text).toString('base64')
const bytes = (base64url: string): Buffer => Buffer.from(base64url, 'base64url')

const base64File = (name: string, content: Buffer) =>
  `printf '%s' '${content.toString('base64')}' | openssl base64 -d -A > ${name}`

function pemFile(name: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  const pem = ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----']
  return `printf '%s\\n' ${pem.map((line) => `'${line}'`).join(' ')} > ${name}`
}

const hashOf = (name: string) =>
  `openssl dgst -sha256 -binary ${name} | openssl base64 -A; echo "  ${name}"`

const malformed = (): never => {
  throw new CannotLook(
    'The evidence of the device is not in the form that Payfriend stores: there is nothing to verify.',
  )
}

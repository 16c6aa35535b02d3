/** Phones in somebody's hand, and what was said with them: what only an onlooker knows of devices. */
import { createHash } from 'node:crypto'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'
import { type Request, SITE } from '../harness/event.ts'
import type { Reply } from './approvalFlows.ts'
import type { ReplySpoil } from './deviceSpoils.ts'

/** Whose hand: the payer's own, or that of a thief, who has a copy of the session but not the payer's number. */
export type Hand = 'own' | 'thief'

type SoftwarePhone = ReturnType<typeof softwarePhone>

export type Handheld = {
  readonly hand: Hand
  readonly phone: SoftwarePhone
  readonly id: string
  /** The passkey's public key, as the phone itself gives it. */
  readonly spki: string
  /** The passkey's id. */
  readonly passkey: string
}

/** A phone that a payer's account has taken in, as it knows itself. */
export type Joined = Handheld & {
  readonly payer: string
  readonly name: string
  readonly digits: string
}

/** A device's answer that is ready to be sent, once or again. */
export type ReadyReply = Reply & {
  readonly joined: Joined
  readonly request: Request
  readonly spoil: ReplySpoil | undefined
  readonly body: string
}

/** And as it was sent: whether its proof was good then, and what was said. */
export type SentReply = ReadyReply & { readonly isProven: boolean; readonly status: number }

export type Entry = {
  readonly seq: number
  readonly at: string
  readonly event: string
  readonly device?: {
    readonly id: string
    readonly spki: string
    readonly key: { readonly x: string }
    readonly boundBy: string
    readonly activeFrom?: string
    readonly renews?: string
  }
}

export const nothingSeen = () => ({
  handhelds: [] as Handheld[],
  invites: [] as { readonly code: string; readonly hash: string; readonly payer: string }[],
  joined: [] as Joined[],
  /** What each text was for, the same code again too. */
  texts: [] as string[],
  /** What a page typed to let a device in. */
  typed: [] as {
    readonly payer: string
    readonly device: string
    readonly digits: string
    readonly code: string | undefined
    /** Of the operator's invitation. */
    readonly invitation: string | undefined
    readonly authTime: number
    readonly at: number
  }[],
  /** The operator's invitations, as they were handed over. */
  ownerCodes: [] as {
    readonly code: string
    readonly hash: string
    readonly payer: string
    readonly isNow: boolean
  }[],
  /** By which passkeys asked for a new device key: of the new key's id. */
  renewals: [] as {
    readonly id: string
    readonly code: string
    readonly assertion: ReturnType<SoftwarePhone['get']>
  }[],
  replies: [] as SentReply[],
  /** Each payer's audit entries, in order. */
  trails: new Map<string, Entry[]>(),
  /** Each payer's number, as it was last read. */
  numberOf: new Map<string, string>(),
})

/** A new phone; or one whose browser has lost the device key of this one, and has its passkey. */
export function newHandheld(hand: Hand, clock: () => Date, cleared?: Handheld): Handheld {
  const made = softwarePhone({ ...SITE, clock })
  const kept = cleared && { ...cleared.phone.keys(), device: made.keys().device }
  const phone = kept ? softwarePhone({ ...SITE, clock, kept }) : made
  const { publicKey } = phone.create(sha256Url('any')).response
  return { hand, phone, id: phone.thumbprint, spki: publicKey, passkey: phone.credentialId }
}

export const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')
export const sha256Url = (text: string | Buffer) =>
  createHash('sha256').update(text).digest('base64url')

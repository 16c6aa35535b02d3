/** What a phone signs, and how its answers to a document differ. */
import { base64url } from '../base64url.ts'
import { sha256 } from '../digest.ts'
import type { Request, Stop } from './documents.ts'

/** What stands before the document, so that a yes can never be used as a no or for another kind of document. */
const PREFIXES = {
  payment: { approve: 'payfriend approve v1\n', deny: 'payfriend deny v1\n' },
  device: { approve: 'payfriend device v1\n', deny: 'payfriend device deny v1\n' },
  phone: { approve: 'payfriend phone v1\n', deny: 'payfriend phone deny v1\n' },
} as const satisfies Record<Request['kind'], object>
const STOP = 'payfriend stop v1\n'
const REMOVE = 'payfriend remove v1\n'
const ADD = 'payfriend add v1\n'
const RENEW = 'payfriend renew v1\n'

/** The challenge that the passkey signs for a yes. */
export const approveChallenge = ({ kind, signing }: Pick<Request, 'kind' | 'signing'>) =>
  sha256(PREFIXES[kind].approve + signing)

/** What a no carries, signed with the device's key alone. */
export const denial = async ({ kind, signing }: Pick<Request, 'kind' | 'signing'>) =>
  base64url(await sha256(PREFIXES[kind].deny + signing))

/** The challenge that stops a new phone, or undoes the removal of this one. */
export const stopChallenge = ({ signing }: Pick<Stop, 'signing'>) => sha256(STOP + signing)

/** The challenge that removes this phone. */
export const removeChallenge = (removal: string) => sha256(REMOVE + removal)

/** The challenge with which a passkey is made. */
export const addChallenge = (code: string) => sha256(ADD + code)

/** The challenge with which a passkey that is there already gets a new device key, named by its thumbprint. */
export const renewChallenge = (code: string, thumbprint: string) =>
  sha256(`${RENEW}${code}.${thumbprint}`)

/** Twilio Verify: codes by text in PSD2 mode, and phones verified by text or call. */
import { international } from '../../core/payer.ts'
import type { Codes, Phones, Verdict } from '../../core/ports.ts'
import { invalidField, Refusal } from '../../core/refusals.ts'
import { RETRY_AFTER_SECONDS } from '../askProvider.ts'
import { linkOf, type VerifyLink } from './verifyLink.ts'
import {
  NOT_FOUND,
  type VerifyAnswer,
  type VerifySettings,
  verifyService,
} from './verifyService.ts'

/** The form of a code. Twilio also allows fewer digits, which five guesses would hit too often. */
const CODE = /^[0-9]{6,10}$/
/** The life of a verification at Twilio, after which a reached limit ends too. */
const VERIFICATION_SECONDS = 600

/**
 * Codes that Twilio binds to amount and payee (PSD2 mode), each checked by the SID of its verification. An answer with
 * another amount or payee is refused.
 */
export function verifyCodes(settings: VerifySettings): Codes {
  const service = verifyService(settings)
  return {
    byTextId: true,

    async send({ phone }, bound, { orByCall } = { orByCall: false }) {
      const link = linkOf(bound)
      const to = international(phone)
      const start = async (channel: 'sms' | 'call') =>
        unlessTooMany(await service.start({ to, channel, ...link }))
      const texted = await start('sms')
      const takesTexts = texted.errorCode !== TAKES_NO_TEXTS
      if (!takesTexts && !orByCall) {
        throw invalidField('phoneNumber', 'Your phone takes no texts. Change it to a mobile phone.')
      }
      const answer = takesTexts ? texted : await start('call')
      const { verification } = answer
      if (!verification) throw service.unclear(answer, 'unexpected answer')
      if (!isLinked(verification, link)) {
        await service.end(verification.sid)
        throw service.unclear(answer, NOT_LINKED)
      }
      if (verification.to !== to || verification.status !== 'pending') {
        throw service.unclear(answer, 'unexpected answer')
      }
      return verification.sid
    },

    async check({ textId }, bound, code) {
      if (!CODE.test(code)) return 'wrong'
      if (textId === undefined) return 'over'
      const link = linkOf(bound)
      const answer = await service.check({ verificationSid: textId, code, ...link })
      const { verification } = answer
      if (verification && !isLinked(verification, link)) {
        throw service.unclear(answer, NOT_LINKED)
      }
      return verdictOf(answer, textId, (reason) => service.unclear(answer, reason))
    },

    evidenceOf({ providerPhoneId, textId }, bound) {
      if (textId === undefined) throw new Error(`${bound.actionId} has a code without a text`)
      return {
        kind: 'verify-code',
        provider_phone_id: providerPhoneId,
        verification_sid: textId,
        ...linkOf(bound),
      }
    },

    end: service.end,
  }
}

/** Verification of numbers by a code in a text or a call; the code is bound only to the number. */
export function verifyPhones(settings: VerifySettings): Phones {
  const service = verifyService(settings)
  return {
    async startVerification(phone, channel) {
      const to = international(phone)
      const start = async () => unlessTooMany(await service.start({ to, channel }))
      let answer = await start()
      if (answer.verification?.status === 'max_attempts_reached') {
        // The attempts are used up, perhaps by another account's guesses for this number. Until it ends, this
        // verification would block a new one.
        await service.end(answer.verification.sid)
        answer = await start()
      }
      const { verification, errorCode } = answer
      if (errorCode === COUNTRY_CLOSED) {
        service.tell(answer, 'the account’s geographic permissions forbid the country')
        throw invalidField('phoneNumber', 'Codes can’t be sent to this country.')
      }
      if (errorCode === TAKES_NO_TEXTS) {
        throw invalidField('phoneNumber', 'This number takes no texts. Choose a call instead.')
      }
      if (errorCode === INVALID) {
        throw invalidField('phoneNumber', 'This number can’t be reached. Please check it.')
      }
      if (verification?.to !== to || verification.status !== 'pending') {
        throw service.unclear(answer, 'unexpected answer')
      }
      return verification.sid
    },

    async checkVerification({ textId }, code) {
      if (!CODE.test(code)) return 'wrong'
      if (textId === undefined) return 'over'
      const answer = await service.check({ verificationSid: textId, code })
      return verdictOf(answer, textId, (reason) => service.unclear(answer, reason))
    },

    endVerification: service.end,
  }
}

const INVALID = '60200'
/** The country is not allowed by the Twilio account's geographic permissions. */
const COUNTRY_CLOSED = '60605'
const NO_CHECKS_LEFT = '60202'
const NO_SENDS_LEFT = '60203'
const TAKES_NO_TEXTS = '60205'
const TOO_MANY = new Set([NO_SENDS_LEFT, '60207', '20429'])
const NOT_LINKED = 'amount and payee are not the ones sent: is the service in PSD2 mode?'

const isLinked = (
  verification: { readonly amount: string | null; readonly payee: string | null },
  { amount, payee }: VerifyLink,
) => verification.amount === amount && verification.payee === payee

function unlessTooMany(answer: VerifyAnswer): VerifyAnswer {
  const { errorCode } = answer
  if (!TOO_MANY.has(errorCode ?? '')) return answer
  const ofLife = errorCode === NO_SENDS_LEFT ? VERIFICATION_SECONDS : undefined
  const retryAfterSeconds = answer.retryAfterSeconds ?? ofLife ?? RETRY_AFTER_SECONDS
  throw new Refusal('too_many_sms', { retryAfterSeconds })
}

/** The verdict of a check. Refuses `provider_unavailable` for an answer that is neither a clear yes nor a clear no. */
function verdictOf(
  { verification, errorCode }: VerifyAnswer,
  sid: string,
  unclear: (reason: string) => Refusal,
): Verdict {
  if (errorCode === NOT_FOUND) return 'over'
  // The code has another length than the service's codes.
  if (errorCode === INVALID) return 'wrong'
  if (errorCode === NO_CHECKS_LEFT) throw new Refusal('no_attempts_left')
  if (verification?.sid !== sid) throw unclear('unexpected answer')
  const { status, valid } = verification
  if (status === 'approved' && valid) return 'right'
  if (valid || status === 'approved') throw unclear('status and valid contradict each other')
  // The fifth wrong code is answered by either. It was checked, so it has to stay one of the payer's attempts.
  if (status === 'pending' || status === 'max_attempts_reached') return 'wrong'
  return 'over'
}

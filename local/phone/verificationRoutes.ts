import { parsePhoneNumberFromString } from 'libphonenumber-js'
import * as z from 'zod'
import { some, text } from './requestParts.ts'
import type { Purpose, Verification } from './verifications.ts'
import type { VerifyCall } from './verifyRequest.ts'
import {
  checked,
  invalid,
  isoSeconds,
  notFound,
  type VerifyAnswer,
  VerifyRefusal,
} from './verifyRequest.ts'
import { isPsd2, serviceOf } from './verifyServiceRoutes.ts'
import type { VerifyService } from './verifyServices.ts'

const WARNING = 'Do not share it with anyone, nobody of ours will ever ask for it.'

/** A possible number is enough, because developers try numbers reserved for fiction. */
const e164 = text.pipe(
  z.string().refine((to) => {
    return /^\+[1-9][0-9]{1,14}$/.test(to) && parsePhoneNumberFromString(to)?.isPossible() === true
  }),
)
/** The facts to which a code is bound. Twilio documents no limit of their length. */
const terms = { Amount: text.optional(), Payee: text.optional() }

const start = z.object({ To: e164, Channel: z.enum(['sms', 'call']), ...terms })

/** Send a code; while a code is valid, the same one is sent again. */
export function startVerification(call: VerifyCall): VerifyAnswer {
  const service = serviceOf(call)
  const { To: number, Channel: channel, ...given } = checked(start, call.params)
  const purpose = { serviceSid: service.sid, number, ...factsOf(call, service, given) }
  // Twilio may text a landline if the service has no lookup; here this is always refused.
  if (channel === 'sms' && call.book.isLandline(number)) throw new VerifyRefusal(60205)

  const verification = call.book.verify.start(purpose, service.codeLength)
  if (!verification.send(channel)) throw new VerifyRefusal(60203)
  const kind = channel === 'call' ? 'call' : 'text'
  call.book.receive(number, kind, verification.code, wordsOf(service, verification, kind))
  return { status: 201, body: verificationJson(call, service, verification) }
}

const update = z.object({ Status: z.literal('canceled') })

/** Cancel a verification that is alive. It is a guess that a second cancel gets a 404. */
export function updateVerification(call: VerifyCall): VerifyAnswer {
  const service = serviceOf(call)
  checked(update, call.params)
  const verification = call.book.verify.withSid(service.sid, call.verificationSid)
  if (!verification?.isAlive) throw notFound(call.resource)
  verification.cancel()
  return { status: 200, body: verificationJson(call, service, verification) }
}

const check = z.object({
  Code: text.pipe(z.string().min(4).max(10)),
  To: e164.optional(),
  VerificationSid: some.optional(),
  ...terms,
})

/** Check a code. At Twilio a wrong code is no error: the verification stays pending. */
export function checkVerification(call: VerifyCall): VerifyAnswer {
  const service = serviceOf(call)
  const { Code: code, To: number, VerificationSid: sid, ...given } = checked(check, call.params)
  if (number === undefined && sid === undefined) throw invalid('To')
  const asked = factsOf(call, service, given)
  const { verify } = call.book
  // It is not known which of the two counts if both are given.
  const found =
    sid === undefined
      ? verify.alive({ serviceSid: service.sid, number: number ?? '', ...asked })
      : verify.withSid(service.sid, sid)
  if (!found?.isAlive) throw notFound(call.resource)

  // By number, other terms name another verification: so it is documented ("unique to the To + Amount +
  // Payee combination"). For a SID with other terms nothing is documented: here the code is then wrong,
  // and the check is spent.
  const { amount, payee } = found
  const isForThese = !isPsd2(call, service) || (amount === asked.amount && payee === asked.payee)
  const verdict = found.spendCheck(isForThese && code === found.code)
  if (verdict === 'none left') throw new VerifyRefusal(60202)
  const { send_code_attempts, lookup, sna, url, ...same } = verificationJson(call, service, found)
  const sna_attempts_error_codes: string[] = []
  // By the same report, the fifth wrong code is answered `pending` too.
  const status = verdict === 'right' ? same.status : 'pending'
  return { status: 200, body: { ...same, status, sna_attempts_error_codes } }
}

type Terms = Pick<Purpose, 'amount' | 'payee'>

/** In PSD2 mode both are required; otherwise Twilio ignores them. */
function factsOf(
  call: VerifyCall,
  service: VerifyService,
  { Amount, Payee }: { Amount?: string | undefined; Payee?: string | undefined },
): Terms {
  if (!isPsd2(call, service)) return { amount: null, payee: null }
  if (!Amount || !Payee) throw new VerifyRefusal(60206)
  return { amount: Amount, payee: Payee }
}

/** The words of a text or call. Twilio adds its warning only to texts. */
function wordsOf(
  { friendlyName, doNotShareWarningEnabled }: VerifyService,
  { amount, payee, code }: Verification,
  kind: 'text' | 'call',
): string {
  const words =
    amount === null
      ? `Your ${friendlyName} verification code is: ${code}`
      : `Your ${friendlyName} code to pay ${amount} to ${payee} is ${code}.`
  if (kind === 'call' || !doNotShareWarningEnabled) return words
  return `${words.replace(/\.$/, '')}. ${WARNING}`
}

function verificationJson(call: VerifyCall, service: VerifyService, verification: Verification) {
  const { sid, number, status, attempts, createdAt, updatedAt } = verification
  const isBound = isPsd2(call, service)
  return {
    sid,
    service_sid: service.sid,
    account_sid: call.accountSid,
    to: number,
    channel: attempts.at(-1)?.channel,
    status,
    valid: status === 'approved',
    date_created: isoSeconds(createdAt),
    date_updated: isoSeconds(updatedAt),
    lookup: {},
    amount: isBound ? verification.amount : null,
    payee: isBound ? verification.payee : null,
    send_code_attempts: attempts.map(({ at, channel, sid: attempt_sid }) => ({
      time: isoSeconds(at),
      channel: channel.toUpperCase(),
      attempt_sid,
    })),
    sna: null,
    url: `${call.baseUrl()}/v2/Services/${service.sid}/Verifications/${sid}`,
  }
}

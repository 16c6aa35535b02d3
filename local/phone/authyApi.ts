import { createHash } from 'node:crypto'
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js'
import * as z from 'zod'
import { type AuthyAnswer, AuthyRefusal, checked, flag } from './authyRequest.ts'
import type { AuthyUser, PhoneBook } from './phoneBook.ts'
import type { Push } from './phonePush.ts'
import { type Params, some, text, whole } from './requestParts.ts'

/** The application of the API key; Authy names it in approval requests. */
export const APP = { name: 'Payfriend', serial: 46_001, id: '5f1e0c8a7b6d4e3f2a1b0c9d' } as const

/**
 * The part of Authy's HTTP API with which clients approve payments: the answer to `method` on `path`
 * (its segments, decoded) with these parameters. Throws `AuthyRefusal`.
 */
export function authyApi(
  book: PhoneBook,
  method: string,
  path: string[],
  params: Params,
): AuthyAnswer {
  for (const [verb, pattern, handle] of ROUTES) {
    const value = verb === method ? match(pattern, path) : null
    if (value) return { status: 200, body: handle(book, params, value) }
  }
  throw new AuthyRefusal(404, '60000', 'Not found')
}

type Handle = (book: PhoneBook, params: Params, inPath: InPath) => Record<string, unknown>
/** The values of `{id}` and `{token}` in a pattern. */
type InPath = { id: string; token: string }

const ROUTES: readonly (readonly [string, string, Handle])[] = [
  ['POST', 'protected/json/users/new', createUser],
  ['GET', 'protected/json/users/{id}/status', userStatus],
  ['GET', 'protected/json/sms/{id}', sendSms],
  ['GET', 'protected/json/verify/{token}/{id}', verifyToken],
  ['POST', 'protected/json/phones/verification/start', startVerification],
  ['GET', 'protected/json/phones/verification/check', checkVerification],
  ['POST', 'onetouch/json/users/{id}/approval_requests', createApprovalRequest],
  ['GET', 'onetouch/json/approval_requests/{id}', readApprovalRequest],
]

function match(pattern: string, path: string[]): InPath | null {
  const parts = pattern.split('/')
  if (parts.length !== path.length) return null
  const found: InPath = { id: '', token: '' }
  for (const [at, part] of parts.entries()) {
    const given = path[at] ?? ''
    if (part === '{id}') found.id = given
    else if (part === '{token}') found.token = given
    else if (part !== given) return null
  }
  return found
}

const newUser = z.object({
  user: z.object({ email: text, cellphone: text, country_code: text }).partial(),
  send_install_link_via_sms: text.nullish().transform((value) => value !== 'false'),
})

function createUser(book: PhoneBook, params: Params) {
  const { user, send_install_link_via_sms: sendLink } = checked(newUser, params)
  const phone = phoneNumber(user.country_code ?? '', user.cellphone ?? '')
  const email = /^[^@\s]+@[^@\s]+$/.test(user.email ?? '') ? user.email : undefined
  if (!phone || !email) {
    const beside = {
      ...(phone ? {} : { cellphone: 'is invalid' }),
      ...(email ? {} : { email: 'is invalid' }),
    }
    const message = 'User was not valid'
    throw new AuthyRefusal(400, '60027', message, { beside, errors: { ...beside, message } })
  }
  const { authyId, number } = book.addUser(phone.number, email)
  if (sendLink && !book.hasApp(number)) book.textInstallLink(number)
  return { message: 'User created successfully.', user: { id: authyId }, success: true }
}

function userStatus(book: PhoneBook, _params: Params, { id }: InPath) {
  const { authyId, number, email, confirmed, registeredAt } = user(book, id)
  const registered = book.hasApp(number)
  const device = {
    device_type: 'authy',
    os_type: registered ? 'android' : 'unknown',
    registration_device_id: null,
    registration_method: null,
    device_id: authyId + 1,
    last_sync_date: 0,
    creation_date: seconds(registeredAt),
  }
  const status = {
    authy_id: authyId,
    confirmed,
    registered,
    country_code: Number(parsePhoneNumberFromString(number)?.countryCallingCode),
    phone_number: `XXX-XXX-${number.slice(-4)}`,
    email,
    devices: registered ? ['android'] : [],
    has_hard_token: false,
    account_disabled: false,
    detailed_devices: [device],
    deleted_devices: [],
  }
  return { status, message: 'User status.', success: true }
}

/** The limit of the strictest client library; the server's own limits are not published. */
const action = text.pipe(z.string().max(255)).nullish()
const sms = z.object({ force: flag, action, action_message: action })

function sendSms(book: PhoneBook, params: Params, { id }: InPath) {
  const to = user(book, id)
  const { force, action, action_message } = checked(sms, params)
  const country = parsePhoneNumberFromString(to.number)?.countryCallingCode
  const cellphone = `+${country}-XXX-XXX-XX${to.number.slice(-2)}`
  if (!force && book.hasApp(to.number)) {
    const message =
      'Ignored: SMS is not needed for smartphones. ' +
      'Pass force=true if you want to actually send it anyway.'
    return { message, cellphone, device: 'android', ignored: true, success: true }
  }
  book.sendSmsCode(to, action || null, action_message || null)
  return { success: true, message: 'SMS token was sent', cellphone }
}

const check = z.object({ force: flag, action })

function verifyToken(book: PhoneBook, params: Params, { id, token }: InPath) {
  const who = user(book, id)
  const { force, action } = checked(check, params)
  const digits = /^[0-9]{6,12}$/.test(token)
  // Authy's trap: without `force` any code of an unconfirmed user is right.
  const anyCode = digits && !force && !who.confirmed
  // Authy's behaviour without an action is not known; here it counts as a different action.
  const verdict = anyCode ? 'right' : digits ? book.spendCode(who, token, action || null) : 'wrong'
  if (verdict !== 'right') {
    const used = verdict === 'used'
    const message = used ? 'Token is invalid. Token was used recently' : 'Token is invalid'
    const beside = { token: 'is invalid' }
    throw new AuthyRefusal(401, used ? '60019' : '60020', message, { beside })
  }
  const device = {
    id: null,
    os_type: 'sms',
    registration_date: seconds(who.registeredAt),
    registration_method: null,
    registration_country: null,
    registration_region: null,
    registration_city: null,
    country: null,
    region: null,
    city: null,
    ip: null,
    last_account_recovery_at: null,
    last_sync_date: null,
  }
  // Only in this answer Authy's `success` is a string.
  return { message: 'Token is valid.', token: 'is valid', success: 'true', device }
}

const whichPhone = { phone_number: some, country_code: some }
const verification = z.object({
  ...whichPhone,
  via: z.enum(['sms', 'call']),
  code_length: whole
    .pipe(z.number().min(4).max(10))
    .nullish()
    .transform((digits) => digits ?? 4),
})

function startVerification(book: PhoneBook, params: Params) {
  const { via, code_length, ...given } = checked(verification, params)
  const phone = validPhone(given)
  const kind = via === 'call' ? 'call' : 'text'
  const shown = phone.formatInternational()
  return {
    carrier: 'Pretend Mobile',
    is_cellphone: true,
    message: via === 'call' ? `Call to ${shown} initiated.` : `Text message sent to ${shown}.`,
    seconds_to_expire: book.startVerification(phone.number, kind, code_length),
    uuid: hex(phone.number, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    success: true,
  }
}

const verificationCheck = z.object({ ...whichPhone, verification_code: some })

function checkVerification(book: PhoneBook, params: Params) {
  const { verification_code: code, ...given } = checked(verificationCheck, params)
  const phone = validPhone(given)
  const verdict = book.checkVerification(phone.number, code)
  if (verdict === 'none') {
    const message = `No pending verifications for ${phone.formatInternational()} found.`
    throw new AuthyRefusal(404, '60023', message)
  }
  if (verdict === 'wrong') throw new AuthyRefusal(401, '60022', 'Verification code is incorrect')
  return { message: 'Verification code is correct.', success: true }
}

/** The limit of a key is Authy's own; most libraries cut or refuse values longer than 200. */
const details = z
  .record(z.string().max(20), text.pipe(z.string().max(200)))
  .nullish()
  .transform((value) => value ?? null)
const logo = z.strictObject({ res: z.enum(['default', 'low', 'med', 'high']), url: some })
const approvalRequest = z.object({
  message: some.pipe(z.string().max(200)),
  details,
  hidden_details: details,
  logos: z.array(logo).nullish(),
  seconds_to_expire: whole.nullish().transform((given) => given ?? 86_400),
})

function createApprovalRequest(book: PhoneBook, params: Params, { id }: InPath) {
  const to = user(book, id)
  const asked = checked(approvalRequest, params)
  // The code is Authy's; no source confirms the status 404 and the message.
  if (!book.hasApp(to.number)) throw new AuthyRefusal(404, '60051', 'OneTouch device not found.')
  const { uuid } = book.ask(to, {
    message: asked.message,
    details: asked.details,
    hiddenDetails: asked.hidden_details,
    logos: asked.logos ?? null,
    secondsToExpire: asked.seconds_to_expire,
  })
  return { approval_request: { uuid }, success: true }
}

function readApprovalRequest(book: PhoneBook, _params: Params, { id }: InPath) {
  const push = book.push(id)
  if (!push)
    throw new AuthyRefusal(404, '60049', `Approval request not found: ${id}`, { errors: {} })
  const processedAt = processed(push)
  return {
    approval_request: {
      _app_name: APP.name,
      _app_serial_id: APP.serial,
      _authy_id: push.authyId,
      _id: hex(push.uuid, 24),
      _user_email: push.email,
      app_id: APP.id,
      created_at: isoSeconds(push.createdAt),
      notified: false,
      processed_at: processedAt && isoSeconds(processedAt),
      seconds_to_expire: push.secondsToExpire,
      status: push.status,
      updated_at: isoSeconds(processedAt ?? push.createdAt),
      user_id: hex(String(push.authyId), 24),
      uuid: push.uuid,
    },
    success: true,
  }
}

const processed = (push: Push): Date | null =>
  push.answer?.at ?? (push.status === 'expired' ? push.expiresAt : null)

function user(book: PhoneBook, id: string): AuthyUser {
  const found = /^[0-9]{1,15}$/.test(id) ? book.user(Number(id)) : undefined
  if (!found) throw new AuthyRefusal(404, '60026', 'User not found.')
  return found
}

function validPhone(given: { country_code: string; phone_number: string }): PhoneNumber {
  const phone = phoneNumber(given.country_code, given.phone_number)
  if (!phone) throw new AuthyRefusal(400, '60033', 'Phone number is invalid')
  return phone
}

/** A possible number is enough, because developers try numbers reserved for fiction. */
function phoneNumber(countryCode: string, national: string): PhoneNumber | null {
  const digits = national.replace(/[-. ()]/g, '')
  const code = countryCode.replace(/^\+/, '')
  if (!/^[0-9]{1,3}$/.test(code) || !/^[0-9]{1,15}$/.test(digits)) return null
  const phone = parsePhoneNumberFromString(`+${code}${digits}`)
  return phone?.isPossible() && phone.countryCallingCode === code ? phone : null
}

const hex = (of: string, digits: number): string =>
  createHash('sha256').update(of).digest('hex').slice(0, digits)

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

const isoSeconds = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')

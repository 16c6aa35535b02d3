import type * as z from 'zod'
import type { PhoneBook } from './phoneBook.ts'
import type { Params } from './requestParts.ts'
import type { VerifyServices } from './verifyServices.ts'

export type VerifyAnswer = {
  status: number
  /** None with 204. */
  body?: Record<string, unknown>
  headers?: Record<string, string>
}

/** What a route needs to answer: the account, and what was asked. */
export type VerifyCall = {
  readonly book: PhoneBook
  readonly services: VerifyServices
  readonly accountSid: string
  readonly baseUrl: () => string
  /** The path as Twilio writes it in a refusal. */
  readonly resource: string
  readonly serviceSid: string
  /** Or a number. */
  readonly verificationSid: string
  readonly params: Params
}

/** Twilio's refusals that are emulated here, by Twilio's code: HTTP status and usual message. */
const REFUSALS = {
  20003: [401, 'Authenticate'],
  20004: [405, 'Method not allowed'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too many requests'],
  60200: [400, 'Invalid parameter'],
  60202: [429, 'Max check attempts reached'],
  60203: [429, 'Max send attempts reached'],
  60205: [403, 'SMS is not supported by landline phone number'],
  60206: [400, "'Amount' & 'Payee' params are required"],
} as const

/** A refusal in Twilio's form. */
export class VerifyRefusal extends Error {
  readonly answer: VerifyAnswer

  constructor(
    code: keyof typeof REFUSALS,
    message: string = REFUSALS[code][1],
    headers: Record<string, string> = {},
  ) {
    super(message)
    const [status] = REFUSALS[code]
    const more_info = `https://www.twilio.com/docs/errors/${code}`
    this.answer = { status, headers, body: { code, message, more_info, status } }
  }
}

/** Twilio's answer for a verification that is unknown, expired, approved or cancelled. */
export const notFound = (resource: string): VerifyRefusal =>
  new VerifyRefusal(20404, `The requested resource ${resource} was not found`)

/**
 * A parameter that is missing or wrong, in the two forms that Twilio was seen to use. Its message for a
 * missing one is not known.
 */
export const invalid = (name: string, value?: unknown): VerifyRefusal => {
  const isTo = name === 'To' && typeof value === 'string'
  return new VerifyRefusal(
    60200,
    isTo ? `Invalid parameter \`To\`: ${value}` : `Invalid parameter: ${name}`,
  )
}

/** Parse parameters by a schema; the refusal names the first wrong one. */
export function checked<S extends z.ZodType>(schema: S, params: Params): z.infer<S> {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  throw invalid(name, params[name])
}

/** A time in Twilio's form, in whole seconds. */
export const isoSeconds = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')

import { isUtf8 } from 'node:buffer'
import type * as z from 'zod'
import { isNode, type Params, readForm, readSegments, text } from './requestParts.ts'

export type AuthyAnswer = { status: number; body: Record<string, unknown> }

/** A refusal in Authy's form: an error body with its code as a string. */
export class AuthyRefusal extends Error {
  readonly answer: AuthyAnswer

  constructor(
    status: number,
    code: string,
    message: string,
    { beside = {}, errors = { message } }: { beside?: object; errors?: object } = {},
  ) {
    super(message)
    this.answer = { status, body: { ...beside, message, success: false, errors, error_code: code } }
  }
}

/**
 * Read the parameters of an Authy request: libraries send them in the query, as a form with
 * Rails-style names (`user[email]`, `logos[][res]`) or as JSON. If a name is in both, the body
 * wins. This function and the two below throw `AuthyRefusal` if the request cannot be parsed.
 */
export const readParams = (query: string, contentType: string, body: Buffer): Params =>
  read(() => {
    if (!isUtf8(body)) throw new URIError('not UTF-8')
    return { ...readForm(query), ...readBody(contentType, body.toString()) }
  })

/** The segments of a path, decoded. */
export const readPath = (path: string): string[] => read(() => readSegments(path))

/** Parse parameters by a schema; the refusal names the first wrong one. */
export function checked<S extends z.ZodType>(schema: S, params: Params): z.infer<S> {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  const why = params[name] == null ? 'Parameter is required' : 'Parameter is invalid'
  throw new AuthyRefusal(400, '60004', `Invalid parameter: ${name} - ${why}`)
}

/** Only `true` counts: it is not known whether Authy also accepted Python's `True`. */
export const flag = text.nullish().transform((value) => value === 'true')

function read<T>(reading: () => T): T {
  try {
    return reading()
  } catch (error) {
    if (error instanceof URIError) throw new AuthyRefusal(400, '60005', 'Invalid UTF-8')
    if (error instanceof SyntaxError) throw new AuthyRefusal(400, '60002', 'Invalid request')
    throw error
  }
}

function readBody(contentType: string, text: string): Params {
  if (text.trim() === '') return {}
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return readForm(text)
  if (type !== 'application/json') throw new SyntaxError(`cannot read ${type}`)
  const value: unknown = JSON.parse(text)
  if (!isNode(value)) throw new SyntaxError('not an object')
  return value
}

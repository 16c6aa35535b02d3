import { isUtf8 } from 'node:buffer'
import type * as z from 'zod'
import { isNode, type Params, readForm, readSegments, text } from './requestParts.ts'

export type AuthyAnswer = { status: number; body: Record<string, unknown> }

/** A no in Authy's own words: an error body with its code as a string. */
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
 * Rails-style names (`user[email]`, `logos[][res]`) or as JSON. Where a name comes twice, the body
 * wins. Throws `AuthyRefusal` for what cannot be read, as do the two below.
 */
export const readParams = (query: string, contentType: string, body: Buffer): Params =>
  read(() => {
    if (!isUtf8(body)) throw new URIError('not UTF-8')
    return { ...readForm(query), ...readBody(contentType, body.toString()) }
  })

/** The segments of a path, decoded. */
export const readPath = (path: string): string[] => read(() => readSegments(path))

/** Parameters as a schema wants them; the refusal names the first that is not. */
export function checked<S extends z.ZodType>(schema: S, params: Params): z.infer<S> {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  const why = params[name] == null ? 'Parameter is required' : 'Parameter is invalid'
  throw new AuthyRefusal(400, '60004', `Invalid parameter: ${name} - ${why}`)
}

/** Only `true`: whether Authy took Python's `True` as well is not known. */
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

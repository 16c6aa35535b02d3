/** The API as `openapi.json` tells it: which operation a request is for, and what may be sent and answered. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { FILE, type openapi } from '../../scripts/openapi.ts'

export type Schema = Readonly<Record<string, unknown>>
type Content = Readonly<Record<string, { readonly schema: Schema }>>
type Response = { readonly headers?: Readonly<Record<string, { schema: Schema }>> } & {
  readonly content: Content
}
export type Operation = {
  readonly operationId: string
  readonly method: string
  /** As in the file, without `/api`. */
  readonly path: string
  readonly isPublic: boolean
  /** Opened by a device's proof instead of a token. */
  readonly isDevices: boolean
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: Schema }[]
  readonly body: Schema | undefined
  readonly responses: Readonly<Record<string, Response>>
}

const file: ReturnType<typeof openapi> = JSON.parse(readFileSync(FILE, 'utf8'))
const schemas = file.components.schemas as unknown as Record<string, Schema>

/** A schema with what it refers to in its place. */
function whole(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(whole)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$ref' in schema) return whole(schemas[String(schema.$ref).replace(/^.*\//, '')])
  return Object.fromEntries(Object.entries(schema).map(([key, inside]) => [key, whole(inside)]))
}

export const operations: readonly Operation[] = Object.entries(file.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, told]) => {
      const { operationId, security, parameters, requestBody, responses } = whole(told) as {
        operationId: string
        security?: Readonly<Record<string, unknown>>[]
        parameters?: Operation['parameters']
        requestBody?: { content: Content }
        responses: Operation['responses']
      }
      return {
        operationId,
        method: method.toUpperCase(),
        path,
        isPublic: security?.length === 0,
        isDevices: security?.[0] !== undefined && 'deviceProof' in security[0],
        parameters: parameters ?? [],
        body: requestBody?.content['application/json']?.schema,
        responses,
      }
    }),
)

export function operationOf(operationId: string): Operation {
  const found = operations.find((one) => one.operationId === operationId)
  if (!found) throw new Error(`the file has no ${operationId}`)
  return found
}

/** The operation that a request line is for, if any: what has no parameter in its path wins. */
export function operationAt(method: string, target: string): Operation | undefined {
  const path = target.replace(/\?.*$/s, '')
  if (!path.startsWith('/api/')) return undefined
  const segments = path.slice('/api'.length).split('/')
  const matching = operations.filter((one) => one.method === method && isAt(one.path, segments))
  return matching.find((one) => !one.path.includes('{')) ?? matching[0]
}

function isAt(path: string, segments: readonly string[]): boolean {
  const told = path.split('/')
  if (told.length !== segments.length) return false
  return told.every((one, n) =>
    one.startsWith('{') ? isOneSegment(segments[n] ?? '') : one === segments[n],
  )
}

/** What a parameter can be: something that, decoded, is still one segment of a path. */
function isOneSegment(encoded: string): boolean {
  try {
    return !/^$|^\.\.?$|[/\\]/.test(decodeURIComponent(encoded))
  } catch {
    return false
  }
}

const checks = new Map<Schema, z.ZodType>()

/** What of a value does not fit a schema; nothing if it fits. */
export function misfit(schema: Schema, value: unknown): string | undefined {
  let check = checks.get(schema)
  if (!check) {
    const { discriminator, ...rest } = schema
    check = z.fromJSONSchema(rest as Parameters<typeof z.fromJSONSchema>[0])
    checks.set(schema, check)
  }
  const { error } = check.safeParse(value)
  return error && z.prettifyError(error)
}

/** Every kind of answer that the file tells, as `operation status code`; `message` is the gateway's own. */
export function everyKind(): string[] {
  return operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      Object.entries(content).flatMap(([type, { schema }]) =>
        codesOf(type, status, schema).map((code) => `${operationId} ${status} ${code}`),
      ),
    ),
  )
}

function codesOf(type: string, status: string, schema: Schema): string[] {
  if (type !== 'application/problem+json') return [status.startsWith('2') ? 'ok' : 'message']
  const { oneOf = [schema] } = schema as { oneOf?: readonly Schema[] }
  return oneOf.map((one) => String((one.properties as { code: { const: string } }).code.const))
}

/** How a route is told in openapi.json, besides its path, its schemas and its refusals' own words. */
import type { RefusalCode } from '../functions/core/refusals.ts'
import type { answers, requests } from './openapiSchemas.ts'

/** A parameter of a route. */
export type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: string
  readonly schema: object
}
/** What is told of one route. */
export type Operation = {
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly body?: keyof typeof requests
  readonly success: Readonly<Record<number, readonly [keyof typeof answers, string]>>
  readonly refusals: readonly RefusalCode[]
  /** The refusals that elsewhere have `Retry-After`, but not on this route. */
  readonly withoutRetryAfter?: readonly RefusalCode[]
}

/** What is recorded of a payment's life, and how it is kept in `recording.json`. */
import type { LambdaName, Provider } from '../../functions/routes.ts'
import type { Stack } from './stack.ts'
import type { Item } from './units.ts'

/** What the calls of one Lambda used, all together. */
export type Use = {
  calls: number
  databaseCalls: number
  reads: number
  writes: number
  indexWrites: number
  providerCalls: number
  logBytes: number
  responseBytes: number
}

export type Journey = {
  lambdas: { [Name in LambdaName]?: Use }
  /** Changes of the payment, and what follows of them. */
  changes: number
  pages: number
  pageBytes: number
  announcements: number
  texts: number
  /** Codes that the provider found right. */
  verifications: number
  metrics: Record<string, number>
  /** For so long the sweep finds it among those that wait, and so large. */
  openSeconds: number
  openBytes: number
  /** In the table and its indexes, in the end. */
  storedBytes: number
  /** The item itself, while the journey goes on. */
  stored?: Item
}

/** Of one provider: the journeys, and the stack that they would happen in. */
export type OfProvider = {
  readonly payments: Readonly<Record<string, Journey>>
  readonly phoneProof: Journey
  readonly emptySweep: Journey
  readonly stack: Stack
}

export type Recording = {
  /** The day on which it was made. */
  readonly on: string
  readonly page: { readonly files: number; readonly bytes: number }
  readonly providers: Readonly<Record<Provider, OfProvider>>
}

export const newJourney = (): Journey => ({
  lambdas: {},
  changes: 0,
  pages: 0,
  pageBytes: 0,
  announcements: 0,
  texts: 0,
  verifications: 0,
  metrics: {},
  openSeconds: 0,
  openBytes: 0,
  storedBytes: 0,
})

export function add(journey: Journey, name: LambdaName, use: Use): void {
  const sum = journey.lambdas[name]
  journey.lambdas[name] = sum ? sumOf([sum, use], [1, 1]) : use
}

export const meanOf = (journeys: readonly Journey[]): Journey =>
  rounded(
    weighted(
      journeys,
      journeys.map(() => 1 / journeys.length),
    ),
  )

/** Journeys as one, each with its weight. */
export function weighted(journeys: readonly Journey[], weights: readonly number[]): Journey {
  return sumOf(journeys, weights)
}

/** Of what has the same shape, member by member; what one lacks is nothing. */
function sumOf<T extends object>(all: readonly T[], weights: readonly number[]): T {
  const names = new Set(all.flatMap((one) => Object.keys(one)))
  const entries = [...names].map((name) => {
    const members = all.map((one) => one[name as keyof T] as number | object | undefined)
    const found = members.find((member) => member !== undefined)
    if (typeof found === 'number') {
      return [
        name,
        members.reduce((sum: number, n, i) => sum + Number(n ?? 0) * (weights[i] ?? 0), 0),
      ]
    }
    return [
      name,
      sumOf(
        members.map((member) => (member ?? {}) as object),
        weights,
      ),
    ]
  })
  return Object.fromEntries(entries) as T
}

/** Thirds are kept to three digits; lines and pages, whose length is chance, to ten bytes. */
function rounded<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([name, member]) => {
    if (typeof member === 'object') return [name, rounded(member)]
    const unit = name.endsWith('Bytes') ? 10 : 0.001
    return [name, Number((Math.round(member / unit) * unit).toFixed(3))]
  })
  return Object.fromEntries(entries) as T
}

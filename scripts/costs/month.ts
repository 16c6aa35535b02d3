/** A month of payments: all that its bills are made of, and those of others than AWS. */
import type { Provider } from '../../functions/routes.ts'
import {
  BY_VOLUME,
  HOURS_A_MONTH,
  MIX,
  NEW_PHONES_PERCENT,
  PAYMENTS_PER_PERSON,
  type Volume,
} from './assumptions.ts'
import { PEOPLE_FREE, priceOf, TWILIO } from './prices.ts'
import { type Journey, type Recording, weighted } from './recording.ts'
import type { Stack } from './stack.ts'

export type Month = {
  readonly payments: number
  /** What an average payment uses. */
  readonly journey: Journey
  readonly phoneProof: Journey
  readonly emptySweep: Journey
  readonly sweeps: number
  readonly stack: Stack
  readonly page: Recording['page']
  readonly coldShare: number
  readonly environments: number
}

export function monthOf(recording: Recording, provider: Provider, volume: Volume | 0): Month {
  const { payments, ...others } = recording.providers[provider]
  const mix = Object.entries(MIX[provider])
  const journeys = mix.map(([name]) => payments[name] ?? missing(name))
  const { coldPercent, environments } =
    volume === 0 ? { coldPercent: 0, environments: 0 } : BY_VOLUME[volume]
  return {
    ...others,
    payments: volume,
    journey: weighted(
      journeys,
      mix.map(([, percent]) => percent / 100),
    ),
    sweeps: HOURS_A_MONTH * 60,
    page: recording.page,
    coldShare: coldPercent / 100,
    environments,
  }
}

export const peopleOf = (payments: number): number => payments / PAYMENTS_PER_PERSON

/** People who prove a phone in a month. */
export const newPhonesOf = (payments: number): number =>
  (peopleOf(payments) * NEW_PHONES_PERCENT) / 100

export const signInUsd = (payments: number): number =>
  priceOf('person', Math.max(0, peopleOf(payments) - PEOPLE_FREE))

/** Of a month: those for payments and those that prove a phone. */
export function textsOf({ payments, journey, phoneProof }: Month) {
  const newPhones = newPhonesOf(payments)
  const count = (what: 'texts' | 'verifications') =>
    payments * journey[what] + newPhones * phoneProof[what]
  return { texts: count('texts'), verifications: count('verifications') }
}

/** What Twilio asks for them; what Authy asks is between it and its customers. */
export function twilioUsd(month: Month): number {
  const { texts, verifications } = textsOf(month)
  const textUsd = TWILIO.segmentUsd * TWILIO.segmentsOfText
  return verifications * TWILIO.verificationUsd + texts * textUsd
}

export function missing(what: string): never {
  throw new Error(`nothing was recorded of ${what}: npm run costs`)
}

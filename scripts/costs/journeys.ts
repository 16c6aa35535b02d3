/** Payments from their start to their end on the laptop's parts, with the page open, and what each of them uses. */
import type { Provider } from '../../functions/routes.ts'
import { otherThan, type Person, type Rig, startRig } from '../../test/rig.ts'
import { type MIX, SECONDS, SWEEP_PHASES_SECONDS } from './assumptions.ts'
import { type Meter, startMeter } from './meter.ts'
import { type PaymentLife, paymentLife } from './paymentLife.ts'
import { type Journey, meanOf, newJourney } from './recording.ts'
import { spender } from './spender.ts'

/** As long as Cognito's ids and its people's addresses are. */
const payerId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

type Play = (on: PaymentLife) => Promise<void>

/** What a person does, and when, until the payment has ended and the page has seen it. */
const PLAYS: Record<Provider, Readonly<Record<string, Play>>> = {
  authy: {
    pushApproved: pushed('approved'),
    pushDenied: pushed('denied'),
    textApproved: async (on) => {
      on.rig.phone.book.setApp(on.payer.number, false)
      await texted([SECONDS.codeEntered])(on)
    },
    wrongThenRight: async (on) => {
      on.rig.phone.book.setApp(on.payer.number, false)
      await texted([SECONDS.codeEntered, SECONDS.rightCodeEntered])(on)
    },
    expired: async (on) => on.send(),
    cancelled,
    lostCallback: async (on) => {
      await on.send()
      await on.until(SECONDS.pushAnswered)
      on.rig.phone.book.faults.loseNextCallback = true
      await on.rig.answers(on.payer, 'approved')
    },
  },
  twilioVerify: {
    textApproved: texted([SECONDS.codeEntered]),
    twoTexts: async (on) => {
      await on.send()
      await on.text(SECONDS.textAsked)
      await on.text(SECONDS.secondTextAsked)
      await on.enter(SECONDS.codeEnteredAfterTwo)
    },
    wrongThenRight: texted([SECONDS.codeEntered, SECONDS.rightCodeEntered]),
    expired: async (on) => {
      await on.send()
      await on.text(SECONDS.textAsked)
    },
    cancelled,
  },
} satisfies { [P in Provider]: Record<keyof (typeof MIX)[P], Play> }

function pushed(answer: 'approved' | 'denied'): Play {
  return async (on) => {
    await on.send()
    await on.until(SECONDS.pushAnswered)
    await on.spend('authyCallback', () => on.rig.answers(on.payer, answer))
  }
}

/** All codes but the last are wrong. */
function texted(enteredAt: readonly number[]): Play {
  return async (on) => {
    await on.send()
    await on.text(SECONDS.textAsked)
    for (const [n, second] of enteredAt.entries()) {
      await on.enter(second, n < enteredAt.length - 1 ? otherThan : undefined)
    }
  }
}

async function cancelled(on: PaymentLife): Promise<void> {
  await on.send()
  await on.until(SECONDS.cancelled)
  await on.spend('cancelPayment', () =>
    on.rig.call('cancelPayment', { as: on.payer, id: on.paymentId() }),
  )
}

export type Recorded = {
  /** By name, with what one of them uses on average. */
  readonly payments: Readonly<Record<string, Journey>>
  /** What a person uses to prove a phone. */
  readonly phoneProof: Journey
  /** One run with nothing to do. */
  readonly emptySweep: Journey
}

/** Let the journeys of a provider happen, once for each moment at which the sweep may come. */
export async function recordJourneys(
  provider: Provider,
  isWanted: (journey: string) => boolean = () => true,
): Promise<Recorded> {
  const rig = await startRig({ PROVIDER: provider })
  const meter = startMeter(rig)
  try {
    const payments: Record<string, Journey> = {}
    let phoneProof = newJourney()
    let people = 0
    for (const [name, play] of Object.entries(PLAYS[provider])) {
      if (!isWanted(name)) continue
      const lives: Journey[] = []
      for (const phase of SWEEP_PHASES_SECONDS) {
        people += 1
        const payer = { ...rig.stranger(), payerId: payerId(people) }
        phoneProof = await provePhone(rig, meter, payer)
        const life = paymentLife(rig, meter, payer, phase)
        await play(life)
        lives.push(await life.toItsEnd())
        rig.clock.toNextHour()
      }
      payments[name] = meanOf(lives)
    }
    const emptySweep = newJourney()
    await spender(rig, meter, emptySweep)('sweepPayments', rig.sweep)
    return { payments, phoneProof, emptySweep }
  } finally {
    meter.stop()
    await rig.close()
  }
}

async function provePhone(rig: Rig, meter: Meter, as: Person): Promise<Journey> {
  const journey = newJourney()
  const spend = spender(rig, meter, journey)
  await spend('profile', () => rig.call('profile', { as }))
  const body = { phoneNumber: as.number, channel: 'sms' }
  await spend('phoneStart', () => rig.call('phoneStart', { as, body }), [202])
  const code = rig.codeOn(as.number)
  const proof = { ...rig.verification(as), code }
  await spend('phoneVerify', () => rig.call('phoneVerify', { as, body: proof }))
  journey.texts += 1
  journey.verifications += 1
  return journey
}

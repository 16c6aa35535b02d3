/** One payment of one person with the page open, in a time that is moved. */
import { type Person, type Reply, type Rig, terms } from '../../test/rig.ts'
import { nextPollMs } from '../../web/pollSchedule.ts'
import type { Meter } from './meter.ts'
import { type Journey, newJourney } from './recording.ts'
import { bytesKept, spender } from './spender.ts'

const SWEEP_EVERY_MS = 60_000
/** What a sweep asks when nothing waits; it is counted once a minute, and not for each payment. */
const EMPTY_SWEEP_CALLS = 4

export type PaymentLife = ReturnType<typeof paymentLife>

/** @param phase so many seconds after the start the sweep comes, and each minute again */
export function paymentLife(rig: Rig, meter: Meter, payer: Person, phase: number) {
  const journey = newJourney()
  const spend = spender(rig, meter, journey)
  const began = rig.clock.now().getTime()
  const at = () => rig.clock.now().getTime() - began
  let sweepAt = phase * 1000
  /** Undefined while nobody looks, and when there is no more to see. */
  let lookAt: number | undefined
  let payment: Reply['body']

  async function look() {
    payment = (
      await spend('paymentStatus', () =>
        rig.call('paymentStatus', { as: payer, id: payment.paymentId }),
      )
    ).body
    const msToEnd = Date.parse(payment.expiresAt) - rig.clock.now().getTime()
    const next = nextPollMs({ failuresInARow: 0, retryAfterSeconds: 0, msToEnd })
    lookAt = payment.status === 'pending' && next !== null ? at() + next : undefined
  }

  async function sweep() {
    const isFirst = journey.lambdas.sweepPayments === undefined
    await spend('sweepPayments', rig.sweep)
    const use = journey.lambdas.sweepPayments
    if (!use) return
    // The run and its questions are there every minute anyway.
    Object.assign(use, { calls: 0, reads: 0, logBytes: 0 })
    use.databaseCalls -= EMPTY_SWEEP_CALLS
    if (isFirst && use.databaseCalls === 0) delete journey.lambdas.sweepPayments
    sweepAt += SWEEP_EVERY_MS
  }

  async function until(second: number) {
    for (;;) {
      const next = Math.min(lookAt ?? Number.POSITIVE_INFINITY, sweepAt)
      if (next > second * 1000) break
      rig.clock.set(new Date(began + next))
      if (next === lookAt) await look()
      else await sweep()
    }
    rig.clock.set(new Date(began + second * 1000))
  }

  return {
    rig,
    payer,
    spend,
    until,
    paymentId: () => payment.paymentId,

    async send() {
      await spend('profile', () => rig.call('profile', { as: payer }))
      const request = {
        as: payer,
        key: `00000000-0000-4000-8000-${String(began).slice(-12).padStart(12, '0')}`,
        body: terms,
      }
      payment = (await spend('sendPayment', () => rig.call('sendPayment', request), [201])).body
      await look()
    },

    async text(second: number) {
      await until(second)
      await spend(
        'smsStart',
        () => rig.call('smsStart', { as: payer, id: payment.paymentId }),
        [202],
      )
      journey.texts += 1
      // The page goes to where the code is entered, and looks from there.
      await look()
    },

    async enter(second: number, change = (code: string) => code) {
      await until(second)
      const body = { code: change(rig.codeOn(payer.number)) }
      const entered = await spend(
        'smsVerify',
        () => rig.call('smsVerify', { as: payer, id: payment.paymentId, body }),
        [200, 422],
      )
      if (entered.status === 200) {
        journey.verifications += 1
        payment = entered.body
        lookAt = undefined
      } else await look()
    },

    async toItsEnd(): Promise<Journey> {
      while (lookAt !== undefined) await until(lookAt / 1000)
      // Whoever is over for the page is soon over for the table.
      while ((await rig.item(payment.paymentId))?.status === 'pending') await until(sweepAt / 1000)
      if (payment.status === 'approved') {
        await spend('listPayments', () => rig.call('listPayments', { as: payer }))
      }
      const { stored } = journey
      journey.storedBytes = stored ? bytesKept(stored) : 0
      const decidedAt = Date.parse(stored?.decided_at?.S ?? '')
      journey.openSeconds = (decidedAt - began) / 1000
      delete journey.stored
      return journey
    },
  }
}

/** The sweep: expires payments whose time is over, and reads answers whose callback may be lost. */
import { CHANNELS } from './channel.ts'
import { endChannels, type PaymentPorts } from './deciding.ts'
import type { Payment } from './payment.ts'
import type { ChannelEnds, ChannelSweep, ChannelSweeps } from './ports.ts'
import { Refusal } from './refusals.ts'

/** Payments and provider's calls at once, and the time after which a run begins no more calls. */
const AT_ONCE = 8
const CALLING_SECONDS_MAX = 40

/** The counts of a sweep. A fault of one payment is added to `faults` and does not stop the others. */
export type Swept = { expired: number; decided: number; asked: number; faults: unknown[] }

/**
 * Expire every payment whose time is over. Afterwards, because the provider may be slow, read the answers of silent
 * channels (never or least recently read first) and end the codes of the expired payments.
 */
export async function sweep(
  ports: PaymentPorts & {
    readonly sweeps: ChannelSweeps
    readonly ends: ChannelEnds
  },
): Promise<Swept> {
  const { payments, sweeps, clock } = ports
  const swept: Swept = { expired: 0, decided: 0, asked: 0, faults: [] }
  const noted = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (fault) {
      // A refusal (`provider_unavailable`) is no fault: the next sweep, a minute later, repeats the call.
      if (!(fault instanceof Refusal)) swept.faults.push(fault)
    }
  }

  const silent: Silent[] = []
  const ended: Payment[] = []
  const all = payments.open((fault) => swept.faults.push(fault))
  const expireDue = async () => {
    for await (const open of all) {
      const now = clock()
      if (now >= open.expiresAt) {
        await noted(async () => {
          const expired = await payments.expire(open.paymentId, now)
          if (!expired) return
          swept.expired += 1
          ended.push(expired)
        })
      } else silent.push(...silentChannels(sweeps, open, now))
    }
  }
  // Each takes the next of the same payments.
  await atOnce(expireDue)

  const askAbout = async ({ payment, sweep }: Silent) => {
    if (!(await sweep.claim(payment))) return
    swept.asked += 1
    if (await sweep.decide(payment)) swept.decided += 1
  }
  silent.sort((a, b) => a.since.getTime() - b.since.getTime())
  const calls = [
    ...silent.map((one) => () => noted(() => askAbout(one))),
    // A code that is not ended here expires at the provider in ten minutes at most.
    ...ended.map((payment) => () => endChannels(ports, payment)),
  ]
  const end = new Date(clock().getTime() + CALLING_SECONDS_MAX * 1000)
  const callNext = async () => {
    for (let call = calls.shift(); call && clock() < end; call = calls.shift()) await call()
  }
  await atOnce(callNext)
  return swept
}

/** Ends when all have ended, a fault or not: nothing goes on after a run. */
async function atOnce(work: () => Promise<void>) {
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** A channel of a payment whose answer is due to be read, and since when. */
type Silent = { readonly payment: Payment; readonly sweep: ChannelSweep; readonly since: Date }

const silentChannels = (sweeps: ChannelSweeps, payment: Payment, now: Date): Silent[] =>
  CHANNELS.flatMap((channel) => {
    const sweep = sweeps[channel]
    const since = sweep?.dueSince(payment, now)
    return sweep && since ? [{ payment, sweep, since }] : []
  })

/** Nothing waits for ever: what is due ends, and a channel that has been silent is asked about. */
import { CHANNELS } from './channel.ts'
import { endChannels, type PaymentPorts } from './deciding.ts'
import type { Payment } from './payment.ts'
import type { ChannelEnds, ChannelSweep, ChannelSweeps } from './ports.ts'
import { Refusal } from './refusals.ts'

/** So many calls of the provider at a time, and none any more after so long: a run has an end. */
const CALLS_AT_ONCE = 8
const CALLING_SECONDS_MAX = 40

/** What a sweep did; `faults` of single payments do not stop the others. */
export type Swept = { expired: number; decided: number; asked: number; faults: unknown[] }

/**
 * End what is due; and only then, because it takes as long as the provider likes, end on each channel what
 * ended, and ask about channels that have been silent, those that were never or least lately asked about
 * first.
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
      // A provider that does not answer is asked again in a minute.
      if (!(fault instanceof Refusal)) swept.faults.push(fault)
    }
  }

  const silent: Silent[] = []
  const ended: Payment[] = []
  for await (const open of payments.open((fault) => swept.faults.push(fault))) {
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

  const askAbout = async ({ payment, sweep }: Silent) => {
    if (!(await sweep.claim(payment))) return
    swept.asked += 1
    if (await sweep.decide(payment)) swept.decided += 1
  }
  silent.sort((a, b) => a.since.getTime() - b.since.getTime())
  const calls = [
    ...silent.map((one) => () => noted(() => askAbout(one))),
    // A code that is not ended here ends by itself, at the provider, in ten minutes at most.
    ...ended.map((payment) => () => endChannels(ports, payment)),
  ]
  const end = new Date(clock().getTime() + CALLING_SECONDS_MAX * 1000)
  const callNext = async () => {
    for (let call = calls.shift(); call && clock() < end; call = calls.shift()) await call()
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callNext))
  return swept
}

/** A channel of a payment that is to be asked about, and since when. */
type Silent = { readonly payment: Payment; readonly sweep: ChannelSweep; readonly since: Date }

const silentChannels = (sweeps: ChannelSweeps, payment: Payment, now: Date): Silent[] =>
  CHANNELS.flatMap((channel) => {
    const sweep = sweeps[channel]
    const since = sweep?.dueSince(payment, now)
    return sweep && since ? [{ payment, sweep, since }] : []
  })

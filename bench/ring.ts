/**
 * `npm run bench:ring`: the time from a payment's start on the page to the push service's receipt of its ring: API,
 * database, its stream, the bus, the Lambda that rings, encryption and signature, each as on a laptop.
 *
 * In AWS stream and bus take longer; the metric `RingMs` measures it there.
 */
import '../local/environment.ts'
import { randomUUID } from 'node:crypto'
import { availableParallelism, cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { startPayfriend } from '../local/payfriend.ts'
import { signedInAt } from '../test/harness/signedIn.ts'

const PAYMENTS = Number(process.env.PAYMENTS ?? 200)
const WARM_UP = 20
const GIVEN_UP_MS = 10_000
const payment = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

const payfriend = await startPayfriend({
  port: 0,
  env: { PROVIDER: 'none', OPEN_PAYMENTS: '1000000', PAYMENTS_PER_HOUR: '1000000' },
})
try {
  const { devices } = payfriend.phone ?? {}
  if (!devices) throw new Error('there is no pretend phone')
  const { api } = await signedInAt(payfriend, 'bench@example.com')
  const { code } = (await api('POST', '/devices/invitations', {})).body
  await devices.add(code, 'Phone of the bench')
  const device = () => devices.shown(new Date())[0]
  const { id } = (await api('GET', '/profile')).body.devices.pending
  await api('POST', `/devices/${id}/confirmation`, { digits: device()?.asking?.digits })
  await devices.look()

  const took: number[] = []
  for (let n = 0; n < PAYMENTS + WARM_UP; n += 1) {
    const from = Date.now()
    const { paymentId } = (await api('POST', '/payments', payment, randomUUID())).body
    const at = await rungAt(paymentId)
    if (n >= WARM_UP) took.push(at - from)
    await api('POST', `/payments/${paymentId}/cancellation`, {})
  }
  took.sort((a, b) => a - b)
  const share = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))]
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}\n` +
      `From POST /payments to the push service's receipt, ${took.length} payments one after another: ` +
      `median ${share(0.5)} ms, p99 ${share(0.99)} ms.`,
  )

  /** When the push service took the payment's ring. */
  async function rungAt(paymentId: string): Promise<number> {
    const end = Date.now() + GIVEN_UP_MS
    while (Date.now() < end) {
      const ring = device()?.rings.find(({ tag }) => tag === paymentId)
      if (ring) return ring.at.getTime()
      await setTimeout(1)
    }
    throw new Error(`${paymentId} was not rung`)
  }
} finally {
  await payfriend.close()
}

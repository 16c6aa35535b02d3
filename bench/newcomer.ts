/**
 * `npm run bench:newcomer`: the time in which somebody new, who does not stop to read, opens the page, signs in, adds
 * a phone, sends a payment and approves it, until the page says so.
 * It is what they wait for us: a person reads and types besides.
 */
import '../local/environment.ts'
import { availableParallelism, cpus } from 'node:os'
import { startPayfriend } from '../local/payfriend.ts'
import { launchBrowser } from '../test/harness/browser.ts'
import { approves, newcomer } from '../test/harness/newcomer.ts'

const TIMES = Number(process.env.TIMES ?? 5)

const browser = await launchBrowser()
const took: number[] = []
try {
  for (let n = 0; n < TIMES; n += 1) {
    const payfriend = await startPayfriend({ port: 0 })
    const context = await browser.newContext({ locale: 'en-US' })
    try {
      const from = Date.now()
      await approves(await newcomer(payfriend, context))
      took.push((Date.now() - from) / 1000)
    } finally {
      await context.close()
      await payfriend.close()
    }
  }
} finally {
  await browser.close()
}
took.sort((a, b) => a - b)
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}\n` +
    'From opening the page to “approved”, with sign-in and adding a phone: ' +
    `median ${took[Math.floor(took.length / 2)]?.toFixed(1)} s, ${TIMES} times ` +
    `(${took.map((seconds) => seconds.toFixed(1)).join(', ')}).`,
)

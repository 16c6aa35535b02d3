/** `COSTS.md` and its chart, from what was recorded. */
import { VOLUMES, type Volume } from './assumptions.ts'
import { billOf, type Line, lambdaMs, paymentLines, SERVICES, sumOf } from './bill.ts'
import { chart } from './chart.ts'
import { count, each, percent, shortUsd, table, usd } from './figures.ts'
import { assumptionsTable, JOURNEYS, NAMES, ORDER, pricesTable } from './inputTables.ts'
import { type Month, monthOf, peopleOf, signInUsd, textsOf, twilioUsd } from './month.ts'
import { priceOf, TWILIO } from './prices.ts'
import type { Journey, Recording } from './recording.ts'
import { SAVINGS } from './savings.ts'

/** From the top of the project. */
export const CHART = 'docs/costs.svg'

/** Savings are told for these. */
const TOLD: readonly Volume[] = [100_000, 10_000_000]

export function costsChart(recording: Recording): string {
  const bars = VOLUMES.flatMap((volume) =>
    ORDER.map((provider) => {
      const lines = billOf(monthOf(recording, provider, volume))
      const name = `${count(volume)}, ${NAMES[provider]}`
      return { name, total: `${shortUsd(sumOf(lines))} a month`, lines }
    }),
  )
  return chart('What a month of payments costs in AWS, by what it is for', bars)
}

export function costsText(recording: Recording): string {
  const months = (volume: Volume | 0) =>
    ORDER.map((provider) => monthOf(recording, provider, volume))
  const texts = monthOf(recording, 'twilioVerify', 100_000)
  return `${[
    '# What it costs',
    `Payfriend in AWS, in dollars a month. \`npm run costs\` wrote this on ${recording.on}: it lets payments happen on a laptop, counts what each uses, reads from the stack's template what is there, and multiplies with AWS's list prices. **No bill was ever seen**: Payfriend has not been deployed. What is assumed stands [below](#assumed), and in \`scripts/costs/assumptions.ts\` to be changed; \`npm run costs -- --kept\` then reckons anew.`,
    headline(months),
    `AWS's part is small. With Twilio Verify, 100,000 payments cost ${usd(twilioUsd(texts))} in texts and verifications, ${Math.round(twilioUsd(texts) / sumOf(billOf(texts)))} times what AWS asks for them. Cognito, too, asks ${usd(signInUsd(texts.payments))} for the ${count(peopleOf(texts.payments))} people who make them. What Authy asks is in your contract with them.`,
    `![Each month's bill as a bar: what is there when nobody pays is most of it at 1,000 payments; asking how the payment stands, and the other requests, are most of it at ten million.](${CHART})`,
    '## Assumed',
    assumptionsTable(recording),
    '## A payment, counted',
    `A read unit is 4 KB read consistently (half a unit otherwise), a write unit 1 KB. Each index costs a write of its own where its entry comes, goes or changes, and two where its key does; a write whose condition is lost costs too. The record is in the Lambdas’ milliseconds and the dollars; what is kept, and what costs anyway, is not; Lambdas start as at 100,000 payments. “Requests” are those of the API; the page itself is ${recording.page.files} more of CloudFront.`,
    journeys(recording),
    '## A month, by service',
    services(recording),
    '## When nobody pays',
    idle(recording),
    '## What would make it cheaper',
    'Reckoned for Twilio Verify, each alone.',
    savings(recording),
    '## Texts',
    `With Twilio Verify: about $${TWILIO.verificationUsd.toFixed(2)} for each verification that succeeds, from Twilio's documents, undated (the newest only point to Twilio's price list, which is what counts); and about $${TWILIO.segmentUsd.toFixed(3)} a segment of a text in the US, carrier's fee included, as others reported in April 2026; in most of Europe several times that, from memory. A text that names payee and amount is reckoned as ${TWILIO.segmentsOfText} segments. At 100,000 payments that is ${count(textsOf(texts).texts)} texts and ${count(textsOf(texts).verifications)} verifications, those that prove phones included. The setting \`limits.textsPerDayForStage\` caps them: 500 a day, unless you raise it.`,
    '## Prices',
    'One region, us-east-1, without free tiers but Cognito’s; where a price was read for another region, or by whom, the table says. AWS’s own page of the day is what counts.',
    pricesTable(),
    '## Not counted',
    `Taxes, support, discounts for much use; what Lambdas send to the provider; CloudFront’s and S3’s own logs; people and counters in their table (under a kilobyte each); e-mails of Cognito (few, from SES if you set it so); retries. That Lambda reads the table's stream is free. A firewall, if you choose one: ${usd(priceOf('firewallMonth', 1))} a month, ${usd(priceOf('firewallRuleMonth', 1))} for each rule, and ${usd(priceOf('firewallRequest', 1_000_000))} for a million requests (from memory, undated).`,
  ].join('\n\n')}\n`
}

function headline(months: (volume: Volume | 0) => Month[]): string {
  const rows = ([0, ...VOLUMES] as const).map((volume) => {
    const [authy, verify] = months(volume).map((month) => sumOf(billOf(month)))
    const [, twilio] = months(volume)
    const perPayment = (total = 0) => (volume === 0 ? '' : ` (${each(total / volume)})`)
    return [
      count(volume),
      usd(authy) + perPayment(authy),
      usd(verify) + perPayment(verify),
      usd(signInUsd(volume)),
      usd(twilio ? twilioUsd(twilio) : 0),
    ]
  })
  const head = [
    'payments a month',
    'AWS, with Authy (a payment)',
    'AWS, with Twilio Verify (a payment)',
    'people who sign in (Cognito)',
    'Twilio, for texts',
  ]
  return table(head, rows)
}

function journeys(recording: Recording): string {
  const rows = ORDER.flatMap((provider) => {
    const month = monthOf(recording, provider, 100_000)
    const { payments, phoneProof } = recording.providers[provider]
    const all = [...Object.entries(payments), ['phoneProof', phoneProof] as const]
    return all.map(([name, journey]) => [
      `${NAMES[provider]}: ${JOURNEYS[name] ?? 'a phone proved, once a person'}`,
      ...usedBy(month, journey, name === 'phoneProof'),
    ])
  })
  const head = [
    'journey',
    'requests',
    'of them polls',
    'reads',
    'writes',
    'index writes',
    'Lambda ms',
    'texts',
    '$ for 1,000',
  ]
  return table(head, rows)
}

function usedBy(month: Month, journey: Journey, isPhone: boolean): string[] {
  const uses = Object.values(journey.lambdas)
  const sum = (what: 'calls' | 'reads' | 'writes' | 'indexWrites') =>
    uses.reduce((all, use) => all + use[what], 0)
  const lines = paymentLines(month, journey)
  return [
    count(sum('calls')),
    count(journey.lambdas.paymentStatus?.calls ?? 0),
    count(sum('reads')),
    count(sum('writes')),
    count(sum('indexWrites')),
    count(Math.round(lambdaMs(month, journey))),
    count(journey.texts),
    // The page was loaded for the payment that the phone is proved for.
    usd(1000 * sumOf(isPhone ? lines.filter(({ service }) => service !== 'CloudFront') : lines)),
  ]
}

function services(recording: Recording): string {
  const bills = ORDER.flatMap((provider) =>
    VOLUMES.map((volume) => billOf(monthOf(recording, provider, volume))),
  )
  const share = (name: string, is: (line: Line) => boolean) => [
    `*${name}*`,
    ...bills.map((lines) => percent(sumOf(lines, is) / sumOf(lines))),
  ]
  return table(
    ['', ...ORDER.flatMap((provider) => VOLUMES.map((v) => `${NAMES[provider]}, ${count(v)}`))],
    [
      ...SERVICES.map((service) => [
        service,
        ...bills.map((lines) => usd(sumOf(lines, (line) => line.service === service))),
      ]),
      ['**all**', ...bills.map((lines) => `**${usd(sumOf(lines))}**`)],
      share('of it the page asking', ({ part }) => part === 'polling'),
      share('the sweep, idle runs too', (line) => line.part === 'sweep' || isIdleSweep(line)),
      share('the record', ({ part }) => part === 'record'),
      share('there when nobody pays', ({ part }) => part === 'idle'),
    ],
  )
}

/** Of what is there anyway, only the sweep runs. */
const isIdleSweep = ({ part, service }: Line) =>
  part === 'idle' && ['Lambda', 'DynamoDB', 'CloudWatch logs'].includes(service)

function idle(recording: Recording): string {
  const month = monthOf(recording, 'authy', 0)
  const { stack, sweeps } = month
  const lines = billOf(month)
  return table(
    ['with Authy', 'a month'],
    [
      [
        `${stack.alarmMetrics} metrics that alarms look at`,
        usd(priceOf('alarmMonth', stack.alarmMetrics)),
      ],
      [`${stack.dashboards} dashboard`, usd(priceOf('dashboardMonth', stack.dashboards))],
      [`${stack.secrets} secret`, usd(priceOf('secretMonth', stack.secrets))],
      [`the sweep, ${count(sweeps)} runs`, usd(sumOf(lines, isIdleSweep))],
      ['everything else: tables, API, page, pool, archive, bus', usd(0)],
      ['**all**', `**${usd(sumOf(lines))}**`],
    ],
  )
}

function savings(recording: Recording): string {
  const rows = SAVINGS.map(({ what, whyNot, change }) => [
    what,
    ...TOLD.map((volume) => {
      const month = monthOf(recording, 'twilioVerify', volume)
      const whole = sumOf(billOf(month))
      const saved = whole - sumOf(billOf(change(month)))
      return `${usd(saved)} (${percent(saved / whole)})`
    }),
    whyNot,
  ])
  return table(['change', ...TOLD.map((v) => `saved at ${count(v)}`), 'why not'], rows)
}

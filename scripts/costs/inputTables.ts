/** The tables of what goes into the bills: what is assumed, and the prices. */
import type { Provider } from '../../functions/routes.ts'
import * as assumed from './assumptions.ts'
import { MIX, VOLUMES, type Volume } from './assumptions.ts'
import { count, plain, table } from './figures.ts'
import { PRICES, type Price, type PriceName } from './prices.ts'
import type { Recording } from './recording.ts'

export const NAMES: Record<Provider, string> = { authy: 'Authy', twilioVerify: 'Twilio Verify' }
export const ORDER = ['authy', 'twilioVerify'] as const
export const JOURNEYS: Readonly<Record<string, string>> = {
  pushApproved: 'push, approved',
  pushDenied: 'push, denied',
  textApproved: 'code by text, approved',
  twoTexts: 'two texts, approved',
  wrongThenRight: 'a wrong code, then the right one',
  expired: 'expired, page open to the end',
  cancelled: 'cancelled on the page',
  lostCallback: 'push, callback lost, found by the sweep',
}
/** What a stage has only if its owner wants it; `COSTS.md` tells it elsewhere. */
const WANTED: readonly PriceName[] = [
  'keyMonth',
  'compositeAlarmMonth',
  'firewallMonth',
  'firewallRuleMonth',
  'firewallRequest',
]

export function assumptionsTable({ page }: Recording): string {
  const mix = (provider: Provider) =>
    Object.entries(MIX[provider])
      .map(([name, share]) => `${share} % ${JOURNEYS[name]}`)
      .join('; ')
  const s = assumed.SECONDS
  const byVolume = (what: (volume: Volume) => string) => VOLUMES.map(what).join(', ')
  const volumes = byVolume(count)
  return table(
    ['what', 'assumed'],
    [
      [
        'the payment',
        'the example of README; its item grows from less than a kilobyte to more, so longer names can cost a write unit here and there',
      ],
      ['payments with Authy', mix('authy')],
      ['payments with Twilio Verify', mix('twilioVerify')],
      [
        'when, after the start',
        `yes or no on the phone after ${s.pushAnswered} s; a text asked for after ${s.textAsked} s and its code entered after ${s.codeEntered} s; the right one after a wrong one after ${s.rightCodeEntered} s; a second text after ${s.secondTextAsked} s, entered after ${s.codeEnteredAfterTwo} s; cancelled after ${s.cancelled} s`,
      ],
      [
        'the page',
        `open in front of its payer all the time, asking as \`web/pollSchedule.ts\` says; loaded anew for each payment, with its ${page.files} files of ${Math.round(page.bytes / 1024)} KB, all without a browser's cache`,
      ],
      [
        'the sweep',
        `comes ${assumed.SWEEP_PHASES_SECONDS.join(', ')} s after the start: the mean of these`,
      ],
      [
        'a Lambda’s time',
        `${assumed.OWN_MS} ms of its own, ${assumed.DATABASE_MS} ms for each call of DynamoDB, ${assumed.PROVIDER_MS} ms for each of the provider, ${assumed.PAGE_OF_RECORD_MS} ms for a page of the archive, ${assumed.ANNOUNCEMENT_MS} ms for an event (\`npm run bench\` measures 0.6 to 5 ms of processor time a request, all parts of a laptop together)`,
      ],
      [
        'starts of a Lambda',
        `${assumed.COLD_START_MS} ms each, four times what \`npm run bench:cold\` measures; ${byVolume((v) => `${assumed.BY_VOLUME[v].coldPercent} %`)} of calls at ${volumes} payments`,
      ],
      [
        'environments that read the secret every 5 minutes',
        `${byVolume((v) => String(assumed.BY_VOLUME[v].environments))} at ${volumes} payments`,
      ],
      [
        'the record',
        'each change of a payment comes to each Lambda that follows it alone; in a crowd they come together, and cost less',
      ],
      [
        'people',
        `${assumed.PAYMENTS_PER_PERSON} payments a month each, and ${assumed.NEW_PHONES_PERCENT} % of them prove a phone; all sign in through Payfriend's own pool`,
      ],
      [
        'lines that AWS writes itself',
        `${assumed.LAMBDA_LOG_BYTES} bytes a call in a Lambda's log, ${assumed.ACCESS_LOG_BYTES} in the API's; ${assumed.HEADER_BYTES} bytes of headers an answer`,
      ],
      [
        'what is kept',
        `a bill of month ${assumed.MONTHS_KEPT}: payments and their pages of ${assumed.MONTHS_KEPT} such months; logs for as long as the stage keeps them, uncompressed`,
      ],
    ],
  )
}

export function pricesTable(): string {
  const all = Object.entries(PRICES) as [PriceName, Price][]
  const billed = all.filter(([name]) => !WANTED.includes(name))
  const rows = billed.map(([, { usd: dollars, per, unit, source }]) => [
    unit,
    per === 1 ? `$${plain(dollars)}` : `$${dollars} for ${count(per)}`,
    source.read
      ? `[${source.read}](${source.url}), ${source.region}`
      : `from memory, undated ([AWS](${source.url}))`,
  ])
  return table(['what', 'price', 'read'], rows)
}

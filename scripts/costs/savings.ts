/** What would make it cheaper, each as the same month with one thing changed, and why it is not done. */
import type { Month } from './month.ts'
import type { Journey, Use } from './recording.ts'

export type Saving = {
  readonly what: string
  readonly whyNot: string
  readonly change: (month: Month) => Month
}

export const SAVINGS: readonly Saving[] = [
  {
    what: 'The page asks every 6 s instead of every 3',
    whyNot: 'Who has just said yes would wait 3 s on average for the page to know, and not 1.5.',
    change: (month) => withPolls(month, (use) => timesAll(use, 0.5)),
  },
  {
    what: 'The status is read eventually consistent',
    whyNot: 'A payment that is decided could be told as waiting for a moment longer.',
    change: (month) => withPolls(month, (use) => ({ ...use, reads: use.reads / 2 })),
  },
  {
    what: 'The sweep comes every 5 minutes',
    whyNot:
      'A yes whose callback is lost could be found only after the payment has expired, and late is no.',
    change: (month) => ({ ...month, sweeps: month.sweeps / 5 }),
  },
  {
    what: 'Lambdas of half the memory',
    whyNot: 'They have half the processor too, and each start takes longer; waiting costs half.',
    change: (month) => {
      const memory = Object.entries(month.stack.memoryMb).map(([name, mb]) => [name, mb / 2])
      return { ...month, stack: { ...month.stack, memoryMb: Object.fromEntries(memory) } }
    },
  },
  {
    what: 'No record: neither archive nor events',
    whyNot: 'The archive is the evidence that nobody can rewrite (RTS Art. 29).',
    change: (month) => ({
      ...month,
      journey: { ...month.journey, pageBytes: 0 },
      stack: { ...month.stack, followers: [] },
    }),
  },
  {
    what: 'No alarms and no dashboard',
    whyNot:
      'Nobody would be woken. AWS’s free tier of ten alarms and three dashboards, where an account has it left, makes them cheaper.',
    change: (month) => ({ ...month, stack: { ...month.stack, alarmMetrics: 0, dashboards: 0 } }),
  },
]

function withPolls(month: Month, change: (use: Use) => Use): Month {
  const { paymentStatus, ...others } = month.journey.lambdas
  const journey: Journey = {
    ...month.journey,
    lambdas: { ...others, ...(paymentStatus && { paymentStatus: change(paymentStatus) }) },
  }
  return { ...month, journey }
}

const timesAll = (use: Use, n: number): Use =>
  Object.fromEntries(Object.entries(use).map(([name, count]) => [name, count * n])) as Use

import { describe, expect, test } from 'vitest'
import {
  answersFrom,
  isRowTold,
  noteDenial,
  pushPausedUntil,
} from '../../../functions/core/channels/pushPause.ts'
import type { Payment } from '../../../functions/core/payment.ts'
import type { PushAnswered } from '../../../functions/core/ports.ts'
import { answering, at, NOON } from '../answering.ts'
import { open, over, pushOf } from '../payments.ts'

const MINUTE = 60
const answer = (status: 'approved' | 'denied', minutes: number): PushAnswered => ({
  paymentId: `${status} ${minutes}`,
  status,
  decidedAt: at(minutes * MINUTE),
})
const no = (minutes: number) => answer('denied', minutes)
const yes = (minutes: number) => answer('approved', minutes)

describe('the push', () => {
  test.each<[string, PushAnswered[]]>([
    ['nothing was answered', []],
    ['one payment was denied', [no(-1)]],
    ['there was a yes between', [no(-1), yes(-2), no(-3)]],
    ['there was a yes since', [yes(-1), no(-2), no(-3)]],
    ['there was a yes at the moment of the newer', [no(-1), yes(-1), no(-2)]],
    ['of two denials the older is of another hour', [no(-1), no(-60)]],
    ['the newer of two denials is as long past as a pause is', [no(-15), no(-16)]],
  ])('goes out where %s', (_, answers) => {
    expect(pushPausedUntil(answers, NOON)).toBeUndefined()
  })

  test.each<[string, PushAnswered[], number]>([
    ['two were denied at one moment', [no(-1), no(-1)], 14],
    ['two were denied, almost an hour apart', [no(-1), no(-59.999)], 14],
    ['a third is denied right after a pause', [no(0), no(-15), no(-15.001)], 15],
    ['two were denied, the newer almost a pause ago', [no(-14.999), no(-15)], 0.001],
    ['two were denied since a yes', [no(-1), no(-2), yes(-3)], 14],
    ['five were denied', [no(-1), no(-2), no(-3), no(-4), no(-5)], 14],
  ])(
    'is paused for a quarter of an hour from the newest denial where %s',
    (_, answers, minutes) => {
      for (const all of [answers, answers.toReversed()]) {
        expect(pushPausedUntil(all, NOON)).toEqual(at(minutes * MINUTE))
      }
    },
  )

  test('goes out again at the very moment that the pause is over, and not a millisecond before', () => {
    const answers = [no(0), no(-1)]
    expect(pushPausedUntil(answers, at(15 * MINUTE - 0.001))).toEqual(at(15 * MINUTE))
    expect(pushPausedUntil(answers, at(15 * MINUTE))).toBeUndefined()
  })

  test('needs answers of an hour, to payments that were started as much before as a late answer is taken', () => {
    expect(answersFrom(NOON)).toEqual(at(-75 * MINUTE))
  })
})

describe('a denial', () => {
  const denied: Payment = { ...open, ...over('denied') }
  const deniedLate = pushOf({ deniedLateAt: NOON })

  function noting(
    answers: readonly PushAnswered[] | Error,
    { payment = denied, isTold = true }: { payment?: Payment; isTold?: boolean } = {},
  ) {
    const one = answering()
    const done = noteDenial(
      {
        clock: one.clock,
        payments: one.port<Parameters<typeof noteDenial>[0]['payments']>({
          answers: async () => {
            if (answers instanceof Error) throw answers
            return answers
          },
        }),
        denials: one.port<Parameters<typeof noteDenial>[0]['denials']>({
          tell: async () => isTold,
        }),
        onPushesDenied: (...told) => void one.asked.push(['told', ...told]),
        onDenialFault: (...told) => void one.asked.push(['fault', ...told]),
      },
      payment,
    )
    return { ...one, done }
  }

  test('that is the third in a row is told, with when the row began', async () => {
    const { done, asked } = noting([no(-1), no(-2)])
    await done
    expect(asked).toEqual([
      ['answers', 'person-1', at(-75 * MINUTE)],
      ['tell', 'person-1', at(-2 * MINUTE), NOON],
      ['told', denied],
    ])
  })

  test('is counted once, whether or not the index shows it already', async () => {
    const itself = { paymentId: denied.paymentId, status: 'denied', decidedAt: NOON } as const
    const { done, given } = noting([itself, no(-1)])
    await done
    expect(given('tell')).toEqual([])
  })

  test.each<[string, PushAnswered[]]>([
    ['the second', [no(-1)]],
    ['the third, with a yes between', [no(-1), yes(-2), no(-3)]],
    ['the third, and the first is an hour ago', [no(-1), no(-60)]],
  ])('that is %s is not told', async (_, answers) => {
    const { done, names } = noting(answers)
    await done
    expect(names()).toEqual(['answers'])
  })

  test.each(['cancelled', 'expired', 'failed', 'pending'] as const)(
    'that came too late, to a payment that is %s, is the third at the moment it came',
    async (status) => {
      const ended = status === 'pending' ? {} : over(status, 'sms', at(-59 * MINUTE))
      const payment = { ...open, ...ended, ...deniedLate }
      const { done, asked } = noting([no(-1), no(-2)], { payment })
      await done
      expect(asked.slice(1)).toEqual([
        ['tell', 'person-1', at(-2 * MINUTE), NOON],
        ['told', payment],
      ])
    },
  )

  test('after a pause is still of the row', async () => {
    const { done, given } = noting([no(-16), no(-59.999)])
    await done
    expect(given('tell')).toEqual([['person-1', at(-59.999 * MINUTE), NOON]])
  })

  test('of a row that is told already is told no more', async () => {
    const { done, names } = noting([no(-1), no(-2), no(-3)], { isTold: false })
    await done
    expect(names()).toEqual(['answers', 'tell'])
  })

  test('stands where its row cannot be looked up, and the owner is told', async () => {
    const fault = new Error('no answer')
    const { done, asked } = noting(fault)
    await done
    expect(asked.at(-1)).toEqual(['fault', denied.paymentId, fault])
  })

  test.each([
    ['a yes', { ...denied, ...over('approved') }],
    ['a cancel', { ...denied, ...over('cancelled') }],
    [
      'a yes by a code, and a no after it',
      { ...denied, ...over('approved', 'sms'), ...deniedLate },
    ],
  ] as const)('is not %s', async (_, payment) => {
    const { done, asked } = noting([no(-1), no(-2)], { payment })
    await done
    expect(asked).toEqual([])
  })
})

test('a row is told where an entry of its own time or later says so, and by no other entry', () => {
  const entry = (event: 'pushes.denied' | 'codes.locked', minutes: number) => ({
    event,
    at: at(minutes * MINUTE).toISOString(),
  })
  expect(isRowTold([entry('pushes.denied', 0)], NOON)).toBe(true)
  expect(isRowTold([entry('pushes.denied', -0.001)], NOON)).toBe(false)
  expect(isRowTold([entry('codes.locked', 1)], NOON)).toBe(false)
  expect(isRowTold([], NOON)).toBe(false)
})

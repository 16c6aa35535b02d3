import { expect, test } from 'vitest'
import type { HistoryEntry } from '../../../functions/core/payment.ts'
import { lifeProblems } from '../../../scripts/evidence/lifeCheck.ts'
import { at } from '../../core/answering.ts'
import { onDevice } from './deviceTrails.ts'
import { byText, clock, noPush, onPush, payer, provider } from './paymentTrails.ts'

const begin = [payer(0, 'started'), provider(1, 'push_sent')]
const texted = [...begin, byText(20, 'text_asked')]
const tries = (n: number) => Array.from({ length: n }, (_, i) => byText(30 + i, 'code_tried'))
const wrong = (n: number) => Array.from({ length: n }, (_, i) => byText(40 + i, 'code_wrong'))
const texts = (n: number) => Array.from({ length: n }, (_, i) => byText(20 * i, 'text_asked'))

const signed = (n: number) =>
  Array.from({ length: n }, (_, i) => onDevice(30 + i, 'assertion_tried'))
const unsigned = (n: number) =>
  Array.from({ length: n }, (_, i) => onDevice(40 + i, 'assertion_failed'))
const waits = [payer(0, 'started')]

function problems(historyEntries: readonly HistoryEntry[]) {
  const times = { createdAt: at(0).toISOString(), expiresAt: at(300).toISOString() }
  return lifeProblems(times, historyEntries).flatMap((what, i) =>
    what ? [`${i + 1}: ${what}`] : [],
  )
}

test.each<[string, HistoryEntry[]]>([
  ['five codes without a verdict, and a push', [...texted, ...tries(5), onPush(60, 'approved')]],
  [
    'a push asked for again',
    [payer(0, 'started'), onPush(20, 'push_asked'), provider(21, 'push_sent')],
  ],
  ['a yes by a device', [...waits, ...signed(1), onDevice(50, 'approved')]],
  [
    'a yes by a device after four that failed',
    [...waits, ...signed(5), ...unsigned(4), onDevice(50, 'approved')],
  ],
  [
    'an end by the fifth assertion that failed',
    [...waits, ...signed(5), ...unsigned(4), onDevice(50, 'failed')],
  ],
  ['a no by a device, which has no assertion', [...waits, onDevice(50, 'denied')]],
  ['five texts', [...begin, ...texts(5)]],
  ['an end by the fifth wrong code', [...texted, ...tries(5), ...wrong(4), byText(50, 'failed')]],
  ['a yes in the last moment', [...begin, onPush(299.999, 'approved')]],
  ['an end at the moment when the time is over', [...begin, clock(300, 'expired')]],
  [
    'a yes by a code after a signed answer was refused',
    [...texted, provider(25, 'answer_mismatched'), ...tries(1), byText(50, 'approved')],
  ],
  [
    'a no by the provider’s word after a signed answer was refused',
    [...begin, provider(25, 'answer_not_understood'), provider(50, 'denied')],
  ],
  [
    'an end by the operator, who locked the account',
    [...begin, { ...payer(30, 'cancelled'), by: 'operator' }],
  ],
  [
    'a yes by a code where the push was paused',
    [
      payer(0, 'started'),
      noPush(0, 'push_paused'),
      ...texted.slice(2),
      ...tries(1),
      byText(50, 'approved'),
    ],
  ],
  [
    'no push where it could not be looked up whether it was paused',
    [payer(0, 'started'), noPush(0, 'push_unavailable')],
  ],
  ['a no after a cancel', [...begin, payer(30, 'cancelled'), onPush(40, 'denied_late')]],
  [
    'a no when the time was over, before the sweep and after it',
    [...begin, onPush(300, 'denied_late'), clock(310, 'expired')],
  ],
  ['historyEntries whose clocks differ a little', [...begin, onPush(0.5, 'approved')]],
])('allows %s', (_, historyEntries) => {
  expect(problems(historyEntries)).toEqual([])
})

test.each<[string, HistoryEntry[], string]>([
  [
    'a push that was paused, and was sent',
    [payer(0, 'started'), noPush(0, 'push_paused'), provider(1, 'push_sent')],
    '3: "push_sent" though no push was asked for',
  ],
  [
    'a push that was paused, and was answered',
    [payer(0, 'started'), noPush(0, 'push_paused'), onPush(9, 'approved')],
    '3: "approved" though no push was asked for',
  ],
  [
    'a yes by a device without an assertion',
    [...waits, onDevice(50, 'approved')],
    '2: "approved" without an assertion tried',
  ],
  [
    'a yes by a device whose only assertion failed',
    [...waits, ...signed(1), ...unsigned(1), onDevice(50, 'approved')],
    '4: "approved" without an assertion tried',
  ],
  ['six assertions', [...waits, ...signed(6)], '7: more than 5 assertions'],
  [
    'an assertion that failed and was not tried',
    [...waits, ...unsigned(1)],
    '2: "assertion_failed" without an assertion tried',
  ],
  [
    'a fifth assertion that failed without an end',
    [...waits, ...signed(5), ...unsigned(5)],
    '11: 5 wrong assertions, and the payment went on',
  ],
  [
    'an end by the fourth assertion that failed',
    [...waits, ...signed(4), ...unsigned(3), onDevice(50, 'failed')],
    '9: failed after 4 wrong assertions and not 5',
  ],
  [
    'an end by assertions that were codes',
    [...texted, ...tries(5), ...wrong(4), onDevice(50, 'failed')],
    '13: "failed" without an assertion tried',
  ],
  ['no beginning', begin.slice(1), '1: a payment begins with "started"'],
  [
    'a beginning at another time',
    [payer(1, 'started')],
    '1: the payment was started at another time',
  ],
  ['two beginnings', [...begin, payer(0, 'started')], '3: a payment is started once'],
  [
    'two ends',
    [...begin, onPush(30, 'denied'), onPush(31, 'approved')],
    '4: "approved" after the payment was over',
  ],
  [
    'a code after the end',
    [...texted, onPush(30, 'denied'), byText(31, 'code_tried')],
    '5: "code_tried" after the payment was over',
  ],
  [
    'a yes when the time was over',
    [...begin, onPush(300, 'approved')],
    '3: "approved" when the time was over',
  ],
  [
    'an end before the time was over',
    [...begin, clock(299.999, 'expired')],
    '3: expired before its time was over',
  ],
  [
    'a yes by the provider’s word after a signed answer was refused',
    [...begin, provider(25, 'answer_mismatched'), provider(50, 'approved')],
    '4: approved by the provider’s word, after a signed answer was refused',
  ],
  [
    'a yes by the provider’s word after an answer that was not understood',
    [...begin, provider(25, 'answer_not_understood'), provider(50, 'approved')],
    '4: approved by the provider’s word, after a signed answer was refused',
  ],
  [
    'two refused answers',
    [...begin, provider(25, 'answer_mismatched'), provider(26, 'answer_not_understood')],
    '4: "answer_not_understood" when one was noted before',
  ],
  [
    'a refused answer after the end',
    [...begin, onPush(25, 'approved'), provider(26, 'answer_mismatched')],
    '4: "answer_mismatched" after the payment was over',
  ],
  [
    'a refused answer when the time was over',
    [...begin, provider(300, 'answer_mismatched')],
    '3: "answer_mismatched" when the time was over',
  ],
  [
    'an answer that the payer refused',
    [...begin, onPush(25, 'answer_mismatched')],
    '3: "answer_mismatched" cannot be by payer on push',
  ],
  [
    'a late no before the end',
    [...begin, onPush(40, 'denied_late')],
    '3: "denied_late" before the payment was over',
  ],
  [
    'a late no after a yes',
    [...begin, onPush(30, 'approved'), onPush(40, 'denied_late')],
    '4: "denied_late" after an answer that decided',
  ],
  [
    'two late noes',
    [...begin, clock(310, 'expired'), onPush(320, 'denied_late'), onPush(321, 'denied_late')],
    '5: "denied_late" when one was noted before',
  ],
  [
    'a late no of the provider',
    [...begin, payer(30, 'cancelled'), provider(40, 'denied_late')],
    '4: "denied_late" cannot be by provider on push',
  ],
  ['a yes by nobody', [...begin, clock(30, 'approved')], '3: "approved" cannot be by clock'],
  ['a no by text', [...texted, byText(30, 'denied')], '4: "denied" cannot be by payer on sms'],
  ['a sixth text', [...begin, ...texts(6)], '8: more than 5 texts'],
  [
    'a code before any text',
    [...begin, byText(30, 'code_tried')],
    '3: a code was tried before one was sent',
  ],
  ['a sixth code', [...texted, ...tries(6)], '9: more than 5 codes'],
  [
    'a yes by a code that nobody tried',
    [...texted, byText(30, 'approved')],
    '4: "approved" without a code tried',
  ],
  [
    'a yes by the code that was wrong',
    [...texted, ...tries(1), ...wrong(1), byText(50, 'approved')],
    '6: "approved" without a code tried',
  ],
  [
    'a wrong code that nobody tried',
    [...texted, ...wrong(1)],
    '4: "code_wrong" without a code tried',
  ],
  [
    'a fifth wrong code that ends nothing',
    [...texted, ...tries(5), ...wrong(5)],
    '13: 5 wrong codes, and the payment went on',
  ],
  [
    'an end by the fourth wrong code',
    [...texted, ...tries(5), ...wrong(3), byText(50, 'failed')],
    '12: failed after 4 wrong codes and not 5',
  ],
])('does not allow %s', (_, historyEntries, what) => {
  expect(problems(historyEntries)).toEqual([what])
})

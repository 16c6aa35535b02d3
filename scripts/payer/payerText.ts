import type { AccountView } from '../../functions/core/account.ts'

/** An account in a few lines, for the operator. */
export function payerText(email: string, account: AccountView): string {
  const {
    payerId,
    state,
    phone,
    phoneId,
    devices,
    waiting,
    everHadDevice,
    invitation,
    openPayments,
    limits,
    codesLockedUntil,
    startsLockedUntil,
    sessionsFrom,
    last,
  } = account
  const rows: (readonly [name: string, value: string])[] = [
    ['account', state],
    ['payer', payerId],
    ['phone', phone === null ? 'none' : `${phone}${phoneId === null ? '' : ` (id ${phoneId})`}`],
    ...rowsOf(
      'devices',
      [
        ...devices.map(
          ({ name, addedAt, addedBy }) => `${name}, since ${timeOf(addedAt)}, by ${addedBy}`,
        ),
        ...waiting.map(
          ({ name, activeFrom }) => `${name}, waits: it approves from ${timeOf(activeFrom)} on`,
        ),
      ],
      everHadDevice ? 'none any more' : 'nothing',
    ),
    [
      'invited',
      invitation === null
        ? 'no'
        : `until ${timeOf(invitation.until)}${invitation.isNow ? ', with --now' : ''}`,
    ],
    ...rowsOf(
      'waiting',
      openPayments.map(
        ({ paymentId, displayText, expiresAt }) =>
          `${displayText}, until ${timeOf(expiresAt)} (${paymentId})`,
      ),
    ),
    [
      'limits',
      `${limits.startedThisHour} payments started this hour; texts this hour and day: ` +
        `${limits.payingTexts.hour} and ${limits.payingTexts.day} for payments, ` +
        `${limits.provingTexts.hour} and ${limits.provingTexts.day} for phones`,
    ],
    [
      'codes',
      codesLockedUntil === null ? 'not locked' : `locked until ${timeOf(codesLockedUntil)}`,
    ],
    [
      'starts',
      startsLockedUntil === null
        ? 'not locked'
        : `locked until ${timeOf(startsLockedUntil)}, after “I didn't start this”`,
    ],
    ['sessions', sessionsFrom === null ? 'none was ended' : `from ${timeOf(sessionsFrom)} on`],
    ...rowsOf(
      'lately',
      last.map(({ at, event, by }) => `${timeOf(at)}  ${event}, by ${by}`),
    ),
  ]
  return [email, ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`)].join('\n')
}

/** Only the first row has the name. */
const rowsOf = (name: string, values: readonly string[], without = 'nothing') =>
  values.length === 0
    ? [[name, without] as const]
    : values.map((value, i) => [i === 0 ? name : '', value] as const)

/** `2026-11-28 12:00:03 UTC` */
export const timeOf = (instant: string) => `${instant.slice(0, 19).replace('T', ' ')} UTC`

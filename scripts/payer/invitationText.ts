import { OWNER_INVITATION_DAYS } from '../../functions/core/device.ts'
import type { Handover } from '../../local/operator.ts'
import { timeOf } from './payerText.ts'

/** An invitation for the operator to hand over. It is shown once; only a hash of its code is stored. */
export function invitationText(
  email: string,
  { code, link, until, isNow, waitHours }: Handover,
): string {
  return [
    `${email} may add a phone with this invitation. Hand it to this payer only, and not by a mailbox or a`,
    'number that a thief may have. It is not shown again.',
    '',
    `  link   ${link}`,
    `  code   ${code}   (for a browser in which the link was not opened)`,
    '',
    `  It works once, until ${timeOf(until)} (${OWNER_INVITATION_DAYS} days). A newer invitation replaces it.`,
    ...waitLines({ isNow, waitHours }).map((line) => `  ${line}`),
  ].join('\n')
}

function waitLines({ isNow, waitHours }: Pick<Handover, 'isNow' | 'waitHours'>): string[] {
  if (isNow) {
    return [
      'The phone approves payments at once, even if the payer had one before: no other phone can stop it first.',
      'The audit trail says that you waived the wait.',
    ]
  }
  if (waitHours === 0) return ["It is the payer's first phone, so it approves payments at once."]
  return [
    `The payer had a phone before, so the new one waits ${waitHours} ${waitHours === 1 ? 'hour' : 'hours'} before it approves payments; the old`,
    'phones are told of it and can stop it. With --now it does not wait.',
  ]
}

import { sendWords } from '#words/sendWords.ts'
import { type Child, el } from '../element.ts'
import { startsLockedInWords } from '../problem.ts'
import type { App } from '../screen.ts'

/** Said before the payer fills in a payment that would be refused, because they said no to one as not theirs. */
export function startsLocked({ profile, clock, config }: App): Child[] {
  const seconds = lockedSeconds({ profile, clock })
  if (seconds <= 0) return []
  const { changePasswordUrl } = config
  const change = el(
    changePasswordUrl ? 'a' : 'span',
    { href: changePasswordUrl ?? null },
    sendWords.changePassword,
  )
  const signOut = el('a', { href: '#/phone' }, sendWords.signOutEverywhere)
  return [
    el(
      'div',
      { class: 'told' },
      el('p', {}, startsLockedInWords(seconds)),
      el('p', {}, ...sendWords.ifNotYou(change, signOut)),
    ),
  ]
}

/** Whether a payment that is started now is refused for that. */
export const isStartsLocked = (app: App): boolean => lockedSeconds(app) > 0

function lockedSeconds({
  profile: { startsLockedUntil },
  clock,
}: Pick<App, 'profile' | 'clock'>): number {
  if (startsLockedUntil === null) return 0
  return Math.ceil((Date.parse(startsLockedUntil) - clock.now()) / 1000)
}

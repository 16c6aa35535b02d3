import { lockWords } from '#words/lockWords.ts'
import { sendWords } from '#words/sendWords.ts'
import { codesLockedInWords, codesLockedUntil, isLockShownUntil } from '../codesLocked.ts'
import { type Child, el, fill } from '../element.ts'
import { onlyTextsPay, textsPay } from '../phoneNeeded.ts'
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

/**
 * Tell of each lock in this box for as long as it lasts. The box is an alert that is shown already, because after a press
 * the focus is elsewhere.
 *
 * @param onChange called when it changes
 */
export function tellLocks(app: App, signal: AbortSignal, box: Element, onChange: () => void): void {
  let told = ''
  const tell = () => {
    const standing = `${isStartsLocked(app)} ${isCodesLockSaid(app)} ${endsInLock(app)}`
    // Not from under a link that has the focus.
    if (standing === told || box.contains(document.activeElement)) return
    told = standing
    fill(box, ...startsLocked(app), codesLocked(app))
    onChange()
  }
  tell()
  const timer = setInterval(tell, 1000)
  signal.addEventListener('abort', () => clearInterval(timer))
}

/** The page itself says that codes are locked: at the form, a payment that waits, and one that failed. */
export const isCodesLockSaid = ({
  profile,
  clock,
  config,
}: Pick<App, 'profile' | 'clock' | 'config'>): boolean =>
  codesLockedUntil({ profile, clock }) !== null &&
  textsPay(profile, config) &&
  profile.devices.list.length === 0

/** Said before the payer starts a payment that cannot be approved with a code by text for a while. */
function codesLocked(app: App): Child {
  if (!isCodesLockSaid(app)) return null
  const until = codesLockedInWords(app) ?? ''
  const { payThen, byPhone, byPhoneOrThen } = lockWords
  const inWords = onlyTextsPay(app.profile, app.config)
    ? payThen
    : endsInLock(app)
      ? byPhoneOrThen
      : byPhone
  return el('p', { class: 'told' }, whyNeverApproved(app) ?? inWords(until))
}

/** Why a payment that is sent now could never be approved; null if it can. */
export function whyNeverApproved(app: App): string | null {
  const isSo = onlyTextsPay(app.profile, app.config) && endsInLock(app)
  return isSo ? lockWords.sendThen(codesLockedInWords(app) ?? '') : null
}

/** A payment that is sent now ends before codes can be had again. */
const endsInLock = (app: App): boolean =>
  isLockShownUntil(app, app.clock.now() + app.config.paymentSeconds * 1000)

/** Whether a payment that is started now is refused for that. */
export const isStartsLocked = (app: App): boolean => lockedSeconds(app) > 0

function lockedSeconds({
  profile: { startsLockedUntil },
  clock,
}: Pick<App, 'profile' | 'clock'>): number {
  if (startsLockedUntil === null) return 0
  return Math.ceil((Date.parse(startsLockedUntil) - clock.now()) / 1000)
}

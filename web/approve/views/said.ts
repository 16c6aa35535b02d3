import { type Child, el, verbatim } from '../../element.ts'
import type { ProblemDetails } from '../../problem.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { Request, Stop } from '../documents.ts'
import { goOnWithNext } from '../nextRequest.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { wordsOf } from './facts.ts'

/** The answer counted. */
export function showSaid(
  page: PhonePage,
  request: Request,
  { email }: OwnDevice,
  status: 'approved' | 'denied',
  notMe: boolean,
): void {
  const heading = status === 'approved' ? 'Approved' : 'Denied'
  const screen = page.nextScreen()
  // What to do about a stranger stays until it was read.
  if (!notMe) goOnWithNext(page, screen, request.id)
  screen.show(
    heading,
    whatOf(request),
    el('p', {}, MEANING[request.kind][status]),
    notMe && el('p', {}, NOT_ME, inBold(email), '.'),
    notMe && el('p', {}, IS_LOCKED),
    done(),
  )
}

const MEANING: Record<Request['kind'], Record<'approved' | 'denied', string>> = {
  payment: {
    approved: 'Your payment goes on. You can close this page.',
    denied: 'Nothing was paid. You can close this page.',
  },
  device: {
    approved:
      'If its four digits were typed on the page already, it approves payments now. If not, it does as soon as they ' +
      'are typed there.',
    denied: 'It was not added. If you did not begin this, change your password.',
  },
  phone: {
    approved:
      'Now type the code that the new number gets, on the page where you are signed in. The number changes then.',
    denied: 'The number of your account stays as it is.',
  },
}
const NOT_ME =
  'Somebody else may be signed in as you. Change your password, and sign out everywhere. Your account is '
const IS_LOCKED =
  'New payments of this account are locked now: for some minutes at first, longer each time. On the page you see until ' +
  'when. Tell the people who run this service; they can lift the lock.'

/** A new phone was stopped before it could approve. */
export function showStopped(screen: PhoneScreen, { name }: Stop): void {
  screen.show(
    'Stopped',
    verbatim('p', { class: 'display-text', dir: 'auto' }, name),
    el('p', {}, 'It approves no payments.'),
    el(
      'p',
      {},
      'Somebody else may be signed in as you: change your password, and sign out everywhere.',
    ),
    el('p', {}, `From now on ${AFTER_A_STOP}`),
    done(),
  )
}

/** How a phone is let in after a stop, with the words of time before it. */
export const AFTER_A_STOP =
  'a new phone needs a yes from one of your phones, or an invitation from the people who run this ' +
  'service; a code by text is not enough.'

/** The passkey has signed the undo of this phone's removal; the page has to confirm it. */
export function showUndoAsked(page: PhonePage, { kid, email }: OwnDevice): void {
  const screen = page.nextScreen()
  page.watch.listen(() => {
    const now = page.watch.all().find(({ device }) => device.kid === kid)
    if (now?.state === 'active') showBack(page, now.device)
    // Nothing can be confirmed any more; the list says why.
    else if (now?.state !== 'removed') page.go('#waiting')
  }, screen.signal)
  screen.show(
    'One step is left',
    el('p', {}, CONFIRM_UNDO),
    el('p', {}, 'Until then this phone approves nothing. The account is ', inBold(email), '.'),
    el(
      'div',
      { class: 'actions' },
      toThePage(),
      el('a', { href: '#waiting', class: 'button' }, 'Done'),
    ),
  )
}

function showBack(page: PhonePage, { name, email }: OwnDevice): void {
  const screen = page.nextScreen()
  goOnWithNext(page, screen)
  screen.show(
    'This phone approves again',
    el(
      'p',
      {},
      verbatim('strong', { dir: 'auto' }, name),
      ' is a phone of ',
      inBold(email),
      ' again.',
    ),
    done(),
  )
}

/** How the undo of a removal goes on. */
export const CONFIRM_UNDO = 'Now sign in again on the page and confirm it there, under “Phone”.'

/** To the page where the payer signs in. */
export const toThePage = () => el('a', { href: '/', class: 'button primary' }, 'Go to the page')

/** Why a request can no longer be answered; undefined if it still can. */
export function overBy({ code, attemptsLeft }: ProblemDetails): string | undefined {
  if (code === undefined || code === 'unknown') return undefined
  return code === 'approval_not_signed' && attemptsLeft === 0 ? TOO_MANY : OVER[code]
}

const TOO_MANY = 'Too many tries failed, so it has ended. Nothing was approved.'

const OVER: { readonly [Code in NonNullable<ProblemDetails['code']>]?: string } = {
  expired: 'Its time is over. Nothing was approved.',
  already_decided: 'It was answered or cancelled before. Your answer changed nothing.',
  not_found: 'It is not there any more. Your answer changed nothing.',
  no_attempts_left: TOO_MANY,
}

/**
 * The request ended without this answer.
 *
 * @param request null if this page never had it
 * @param isUnpaid this phone has sent no yes to it
 */
export function showOver(
  screen: PhoneScreen,
  request: Request | null,
  { why = [ENDED], isUnpaid = false }: Ending = {},
): void {
  screen.show(
    'This no longer waits for your answer',
    request && whatOf(request),
    el('p', {}, ...why),
    request && isUnpaid && el('p', {}, NOTHING_DONE[request.kind]),
    done(),
  )
}

type Ending = { readonly why?: readonly Child[]; readonly isUnpaid?: boolean }

/** Why a request ended, if this phone was not told. */
export const ENDED = 'It was answered or cancelled, or its time is over.'
const NOTHING_DONE: Record<Request['kind'], string> = {
  payment: 'Nothing was paid by this phone.',
  device: 'This phone did not let it in.',
  phone: 'This phone did not agree to the new number.',
}

/** The payment's words as they are signed, the new phone's name, or the new number. */
function whatOf(request: Request): HTMLElement {
  const props = { class: 'display-text', dir: 'auto' }
  switch (request.kind) {
    case 'payment':
      return verbatim('p', props, ...wordsOf(request))
    case 'device':
      return verbatim('p', props, request.name)
    case 'phone':
      return verbatim('p', props, request.number)
  }
}

const inBold = (email: string) => verbatim('strong', { dir: 'auto' }, email)

const done = () =>
  el('div', { class: 'actions' }, el('a', { href: '#waiting', class: 'button primary' }, 'Done'))

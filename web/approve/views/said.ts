import { type Child, el, verbatim } from '../../element.ts'
import type { ProblemDetails } from '../../problem.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { PhoneScreen } from '../phonePage.ts'
import type { Request } from '../signing.ts'
import { wordsOf } from './facts.ts'

/** The answer counted. */
export function showSaid(
  screen: PhoneScreen,
  request: Request,
  { email }: OwnDevice,
  status: 'approved' | 'denied',
  notMe: boolean,
): void {
  const heading = status === 'approved' ? 'Approved' : 'Denied'
  screen.show(
    heading,
    whatOf(request),
    el('p', {}, MEANING[request.kind][status]),
    notMe && el('p', {}, NOT_ME, verbatim('strong', { dir: 'auto' }, email), '.'),
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
      'As soon as the new phone’s digits are typed on the page, the new phone approves payments too.',
    denied: 'It was not added. If you did not begin this, change your password.',
  },
}
const NOT_ME =
  'Somebody else may be signed in as you. Change your password, and sign out everywhere. Your account is '

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
}

/** The payment's words as they are signed, or the new phone's name. */
const whatOf = (request: Request): HTMLElement =>
  verbatim(
    'p',
    { class: 'display-text', dir: 'auto' },
    ...(request.kind === 'payment' ? wordsOf(request) : [request.name]),
  )

const done = () =>
  el('div', { class: 'actions' }, el('a', { href: '#waiting', class: 'button primary' }, 'Done'))

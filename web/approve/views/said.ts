import { approveWords } from '#words/approveWords.ts'
import { ownPhoneWords } from '#words/ownPhoneWords.ts'
import { type Child, el, verbatim } from '../../element.ts'
import type { ProblemDetails } from '../../problem.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { Request, Stop } from '../documents.ts'
import { goOnWithNext } from '../nextRequest.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { inRow, row, wordsOf } from './facts.ts'

/** The answer counted. */
export function showSaid(
  page: PhonePage,
  request: Request,
  { email }: OwnDevice,
  status: 'approved' | 'denied',
  notMe: boolean,
): void {
  const screen = page.nextScreen()
  // What to do about a stranger stays until it was read.
  if (!notMe) goOnWithNext(page, screen, request.id)
  screen.show(
    approveWords.said[status],
    whatOf(request),
    el('p', {}, approveWords.meaning[request.kind][status]),
    notMe && el('p', {}, approveWords.strangerIn),
    notMe && el('p', {}, approveWords.startsLocked),
    el(
      'dl',
      { class: 'facts' },
      row(approveWords.account, inRow(email)),
      row(approveWords.reference, verbatim('span', {}, request.reference)),
    ),
    request.kind === 'payment' && !notMe && el('p', {}, approveWords.canClose),
    done(),
  )
}

/** A new phone was stopped before it could approve. */
export function showStopped(screen: PhoneScreen, { name }: Stop): void {
  screen.show(
    ownPhoneWords.stopped,
    verbatim('p', { class: 'display-text', dir: 'auto' }, name),
    el('p', {}, ownPhoneWords.stoppedApproves),
    el('p', {}, ownPhoneWords.strangerIn),
    el('p', {}, ownPhoneWords.fromNowOn),
    done(),
  )
}

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
    ownPhoneWords.oneStepLeft,
    el('p', {}, ownPhoneWords.confirmUndo),
    el('p', {}, ...ownPhoneWords.untilConfirmed<Child>(inBold(email))),
    el(
      'div',
      { class: 'actions' },
      toThePage(),
      el('a', { href: '#waiting', class: 'button' }, ownPhoneWords.done),
    ),
  )
}

function showBack(page: PhonePage, { name, email }: OwnDevice): void {
  const screen = page.nextScreen()
  goOnWithNext(page, screen)
  screen.show(
    ownPhoneWords.approvesAgain,
    el(
      'p',
      {},
      ...ownPhoneWords.isBack<Child>(verbatim('strong', { dir: 'auto' }, name), inBold(email)),
    ),
    done(),
  )
}

/** To the page where the payer signs in. */
export const toThePage = () =>
  el('a', { href: '/', class: 'button primary' }, ownPhoneWords.goToPage)

/** Why a request can no longer be answered; undefined if it still can. */
export function overBy({ code, attemptsLeft }: ProblemDetails): string | undefined {
  if (code === undefined || code === 'unknown') return undefined
  return code === 'approval_not_signed' && attemptsLeft === 0
    ? approveWords.tooManyAttempts
    : OVER[code]
}

const OVER: { readonly [Code in NonNullable<ProblemDetails['code']>]?: string } = {
  expired: approveWords.expired,
  already_decided: approveWords.decidedBefore,
  not_found: approveWords.notThere,
  no_attempts_left: approveWords.tooManyAttempts,
}

/** Whether the API has told that the request ended without any yes. */
export const isOverForAll = ({ code }: ProblemDetails): boolean =>
  code === 'expired' || code === 'no_attempts_left' || code === 'approval_not_signed'

/**
 * The request ended without this answer.
 *
 * @param request null if this page never had it
 * @param nothing what surely was not done: by anybody, or by this phone, which has sent no yes to it
 */
export function showOver(
  screen: PhoneScreen,
  request: Request | null,
  { why = [approveWords.ended], nothing = null }: Ending = {},
): void {
  const words = { done: approveWords.nothingDone, here: approveWords.nothingHere }
  screen.show(
    approveWords.over,
    request && whatOf(request),
    el('p', {}, ...why),
    request && nothing && el('p', {}, words[nothing][request.kind]),
    done(),
  )
}

type Ending = { readonly why?: readonly Child[]; readonly nothing?: 'done' | 'here' | null }

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
  el(
    'div',
    { class: 'actions' },
    el('a', { href: '#waiting', class: 'button primary' }, approveWords.done),
  )

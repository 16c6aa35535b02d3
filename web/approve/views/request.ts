import { approveWords } from '#words/approveWords.ts'
import type { DenialReason } from '../../../functions/core/channel.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { detailsOf, explain } from '../../problem.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { Request } from '../documents.ts'
import { goOnWithNext } from '../nextRequest.ts'
import { askedOf, type PhonePage, type PhoneScreen } from '../phonePage.ts'
import { hasSaidYes, noteYes, withdrawYes } from '../saidYes.ts'
import { approveChallenge, denial } from '../signing.ts'
import type { Watched } from '../watch.ts'
import { yesTo } from '../yes.ts'
import { countdown, factsOf, headingOf } from './facts.ts'
import { isOverForAll, overBy, showOver, showSaid } from './said.ts'

/** One request, with Deny and Approve; below them the way back to all. */
export async function showRequest(page: PhonePage, screen: PhoneScreen, id: string): Promise<void> {
  const found = () => askedOf(page.watch.all()).find(({ request }) => request.id === id)
  const asked = found()
  if (!asked) {
    waitFor()
    return
  }
  const { request, device } = asked
  // Before the press, because a browser signs only directly in it.
  const [challenge, signed] = await Promise.all([approveChallenge(request), denial(request)])
  if (screen.signal.aborted) return
  const { box, say } = formMessage()
  const answers = el('div', { class: 'answers' })
  const time = countdown(page.clock, request, () => over())
  const timer = setInterval(time.tick, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))
  let answering = false
  /** An answer was sent whose result never came. */
  let isUnsure = false
  const yes = yesTo(request, device, challenge)
  page.watch.listen(() => {
    // Cancelled, decided elsewhere, or its time is over.
    if (!found()) over()
  }, screen.signal)
  offer()
  screen.showAsked(
    headingOf(request),
    ...factsOf(request, device),
    time.row,
    time.spoken,
    box,
    answers,
    el('a', { href: '#waiting', class: 'back' }, approveWords.allRequests),
  )
  time.tick()

  /** But while an answer is under way, its own result is shown. */
  function over(why: string = approveWords.ended, isForAll = false): void {
    if (answering) return
    const isRemoved = page.watch
      .all()
      .some(
        ({ device: { kid }, state }) =>
          kid === device.kid && (state === 'refused' || state === 'removed'),
      )
    const isUnpaid = !isUnsure && !hasSaidYes(id)
    const next = page.nextScreen()
    // What to look up, or to do, stays until it was read.
    if (isUnpaid && !isRemoved) goOnWithNext(page, next, id)
    showOver(next, request, {
      why: reasons(),
      nothing: !isUnpaid ? null : isForAll ? 'done' : 'here',
    })

    function reasons(): Child[] {
      if (isUnsure) return [approveWords.unsure]
      if (isRemoved) return removed(device)
      if (!isUnpaid) return [approveWords.saidYes]
      return [why]
    }
  }

  function offer(): void {
    answers.classList.remove('reasons')
    // Of a new phone nothing is said but no.
    const hasReasons = request.kind !== 'device'
    fill(
      answers,
      button(approveWords.deny, hasReasons ? askWhy : () => deny(), {
        busyLabel: hasReasons ? approveWords.deny : approveWords.denying,
      }),
      button(approveWords.approve, approve, {
        kind: 'primary',
        busyLabel: approveWords.approving,
      }),
    )
  }

  function askWhy(): void {
    say()
    answers.classList.add('reasons')
    const why = el('p', { class: 'why', tabindex: -1 }, approveWords.why)
    fill(
      answers,
      why,
      button(approveWords.changedMind, () => deny('changed_mind'), {
        busyLabel: approveWords.denying,
      }),
      button(approveWords.notMe, () => deny('not_me'), { busyLabel: approveWords.denying }),
      el('p', { class: 'hint' }, approveWords.notMeMeans),
      button(approveWords.back, goBack, { kind: 'quiet' }),
    )
    why.focus()
  }

  function goBack(): void {
    offer()
    answers.querySelector('button')?.focus()
  }

  async function approve(): Promise<void> {
    const signing = yes.sign(page.clock.now())
    say()
    answering = true
    try {
      const assertion = await signing.catch((error) => {
        say(...yes.whyNot(error).map((why) => el('p', {}, why)))
        return null
      })
      if (assertion === null) return
      yes.signed()
      noteYes(id)
      await page.calls.answer(device, id, { answer: 'approve', assertion })
      answered(request, device, 'approved')
    } catch (error) {
      const { kind, code } = detailsOf(error)
      if (!isUnsure && kind === 'refusal') withdrawYes(id)
      failed(error, code === 'approval_not_signed' ? yes.notTaken() : undefined)
    } finally {
      answering = false
    }
  }

  async function deny(reason?: DenialReason): Promise<void> {
    say()
    answering = true
    try {
      await page.calls.answer(device, id, { answer: 'deny', signed, ...(reason && { reason }) })
      answered(request, device, 'denied', reason === 'not_me')
    } catch (error) {
      failed(error)
    } finally {
      answering = false
    }
  }

  function answered(
    request: Request,
    device: OwnDevice,
    status: 'approved' | 'denied',
    notMe = false,
  ): void {
    page.watch.look()
    if (!screen.signal.aborted) showSaid(page, request, device, status, notMe)
  }

  function failed(error: unknown, told: string = explain(error)): void {
    if (screen.signal.aborted) return
    answering = false
    const details = detailsOf(error)
    isUnsure ||= details.kind !== 'refusal'
    page.watch.look()
    const why = overBy(details)
    if (details.code === 'device_not_trusted') say(el('p', {}, ...removed(device)))
    else if (why) over(why, isOverForAll(details))
    else say(el('p', {}, told))
  }

  /** The list does not have it. What a notification opens may be newer than the list, so the server is asked. */
  function waitFor(): void {
    const said = el('p', { role: 'status' }, approveWords.oneMoment)
    screen.show(approveWords.name, said)
    const isAsked = (one: Watched) => one.state === 'asking' || one.trouble !== null
    page.watch.listen(() => {
      const unknown = page.watch.all().find(isAsked)
      if (found()) page.go(`#${id}`)
      else if (unknown === undefined) {
        showOver(page.nextScreen(), null, hasSaidYes(id) ? { why: [approveWords.saidYes] } : {})
      } else if (unknown.trouble !== null) said.textContent = explain(unknown.trouble)
    }, screen.signal)
    // If nothing was answered so far, a round is under way.
    if (!page.watch.all().some(({ state }) => state === 'asking')) page.watch.look()
  }
}

const removed = ({ email }: OwnDevice): Child[] =>
  approveWords.wasRemoved<Child>(verbatim('strong', { dir: 'auto' }, email))

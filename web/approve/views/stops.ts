import { ownPhoneWords } from '#words/ownPhoneWords.ts'
import { type Child, el, fill, keeping, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { detailsOf } from '../../problem.ts'
import { dateAndTime } from '../../times.ts'
import type { Removal } from '../deviceCalls.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { Stop } from '../documents.ts'
import { isFolded, noteFolded } from '../folded.ts'
import { isDismissed, signWithPasskey } from '../passkey.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { stopChallenge } from '../signing.ts'
import type { Watched } from '../watch.ts'
import { overBy, showStopped, showUndoAsked, toThePage } from './said.ts'
import { passkeyTries } from './tries.ts'

/** What this phone can stop with its passkey: a new phone that nobody's yes let in, and its own removal. */
export function stopCards(page: PhonePage, screen: PhoneScreen) {
  const box = el('div', { class: 'stops', role: 'status' })
  let shown = ''

  /** Drawn anew only if a card is new or gone, because a button may have the focus. */
  function render(all: readonly Watched[]): void {
    const key = JSON.stringify(
      all.map(({ stops, removal }) => [
        stops.map(({ signing }) => signing),
        removal,
        removal !== null && isTooLate(removal),
      ]),
    )
    if (key === shown) return
    shown = key
    fill(box, ...all.flatMap(cardsOf))
  }

  function cardsOf({ stops, removal, device }: Watched): HTMLElement[] {
    const recoveries = stops.filter(({ what }) => what === 'recovery')
    const own = stops.find(({ what }) => what === 'removal')
    return [
      ...(removal === null ? [] : [removed(removal, own, device)]),
      ...recoveries.map((stop) => recovery(stop, device)),
    ]
  }

  function recovery(stop: Stop, device: OwnDevice): HTMLElement {
    const head = el('summary', {}, ...keeping(ownPhoneWords.newWaits(stop.name), stop.name))
    const details = el(
      'details',
      { class: 'told', open: !isFolded(stop) },
      head,
      el('p', {}, ...ownPhoneWords.newWillApprove<Child>(whenOf(stop.expiresAt), account(device))),
      el('p', {}, ownPhoneWords.ifYou),
      el('p', {}, ownPhoneWords.ifNotYou),
    )
    const hide = () => {
      details.open = false
      head.focus()
    }
    // Beside the coloured box: within it a narrow screen with large letters has no room for a whole word.
    const answers = el(
      'div',
      {},
      ...action(
        stop,
        device,
        [ownPhoneWords.stopNew, ownPhoneWords.stopping],
        ownPhoneWords.notStopped,
        button(ownPhoneWords.hide, hide, {
          kind: 'quiet',
          'aria-label': ownPhoneWords.hideOf(stop.name, device.email),
        }),
      ),
    )
    answers.hidden = !details.open
    details.addEventListener('toggle', () => {
      answers.hidden = !details.open
      noteFolded(stop, !details.open)
    })
    return el('div', {}, details, answers)
  }

  /** @param own the document by which it is undone; undefined if it is not, or was, or too many tries failed */
  function removed(removal: Removal, own: Stop | undefined, device: OwnDevice): HTMLElement {
    const { told, answers = [] } = undo(removal, own, device)
    const box = el(
      'section',
      { class: 'told' },
      el('p', {}, ownPhoneWords.wasRemoved),
      el('p', {}, ...ownPhoneWords.removedOn<Child>(whenOf(removal.removedAt), account(device))),
      ...told,
    )
    return el('div', {}, box, ...answers)
  }

  function undo(
    removal: Removal,
    own: Stop | undefined,
    device: OwnDevice,
  ): { readonly told: Child[]; readonly answers?: Child[] } {
    const { undoUntil, undoAsked } = removal
    if (isTooLate(removal))
      return { told: [el('p', {}, `${ownPhoneWords.undoTooLate} ${ownPhoneWords.howToAddThis}`)] }
    if (undoAsked) {
      return {
        told: [
          el('p', {}, `${ownPhoneWords.undoAsked} ${ownPhoneWords.confirmUndo}`),
          el('p', {}, ownPhoneWords.confirmUntil(whenOf(undoUntil))),
        ],
        answers: [el('div', { class: 'actions' }, toThePage())],
      }
    }
    if (own === undefined)
      return {
        told: [el('p', {}, `${ownPhoneWords.undoTooManyAttempts} ${ownPhoneWords.howToAddThis}`)],
      }
    return {
      told: [el('p', {}, ownPhoneWords.undoIfNotYou(whenOf(undoUntil)))],
      answers: action(
        own,
        device,
        [ownPhoneWords.undo, ownPhoneWords.undoing],
        ownPhoneWords.notUndone,
      ),
    }
  }

  const isTooLate = ({ undoUntil }: Removal): boolean => Date.parse(undoUntil) <= page.clock.now()

  /** A message, and the button that asks for the finger. */
  function action(
    stop: Stop,
    device: OwnDevice,
    [label, busyLabel]: readonly [string, string],
    nothing: string,
    beside: HTMLElement | null = null,
  ): Child[] {
    const { box: message, say } = formMessage()
    const place = el('div', { class: 'actions' })
    const tell = passkeyTries(nothing)
    // Before the press, because a browser signs only directly in it.
    stopChallenge(stop).then((challenge) => {
      fill(
        place,
        button(label, () => press(challenge), {
          busyLabel,
          'aria-label': `${label}, ${stop.name}, ${device.email}`,
        }),
        beside,
      )
    })
    return [message, place]

    async function press(challenge: ArrayBuffer): Promise<void> {
      const signing = signWithPasskey(challenge, device.credentialId)
      say()
      try {
        const assertion = await signing
        await page.calls.answer(device, stop.id, { answer: 'approve', assertion })
      } catch (error) {
        const over = isDismissed(error) ? undefined : overBy(detailsOf(error))
        if (over === undefined) say(...tell(error))
        else say(el('p', {}, over))
        return
      }
      page.watch.look()
      if (screen.signal.aborted) return
      // So that the link back to the list goes somewhere else than here.
      history.replaceState(null, '', location.pathname)
      if (stop.what === 'removal') showUndoAsked(page, device)
      else showStopped(page.nextScreen(), stop)
    }
  }

  return { box, render }
}

const whenOf = (time: number | string): string => dateAndTime(new Date(time))

const account = ({ email }: OwnDevice): HTMLElement => verbatim('strong', { dir: 'auto' }, email)

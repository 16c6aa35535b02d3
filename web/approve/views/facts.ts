import { approveWords } from '#words/approveWords.ts'
import { type Child, el, keeping, verbatim } from '../../element.ts'
import type { ServerClock } from '../../serverClock.ts'
import { beginsLastMinute, minutesAndSeconds, secondsLeft } from '../../timeLeft.ts'
import { amountSaid } from '../amountSaid.ts'
import type { OwnDevice } from '../deviceStore.ts'
import type { Request } from '../documents.ts'

/** The display text as it is signed, or the question about a new phone or number. */
export function headingOf(request: Request): Child[] {
  switch (request.kind) {
    case 'payment':
      return [verbatim('span', {}, ...wordsOf(request))]
    case 'device':
      return keeping(request.words, request.name)
    case 'phone':
      return keeping(request.words, request.number)
  }
}

/** The words as they are signed, whose amount is never broken into two lines. */
export function wordsOf({ words }: Pick<Request, 'words'>): Child[] {
  const [amount] = words.match(AMOUNT) ?? []
  // A longer one would not fit on a narrow screen with large letters.
  if (amount === undefined || amount.length > WHOLE_MAX) return [words]
  const at = words.indexOf(amount)
  return [words.slice(0, at), whole(amount), words.slice(at + amount.length)]
}

/** The first number in the words is the amount; it may have a symbol: "€1,234.50". */
const AMOUNT = /[^\s\d]?\d[\d,]*(?:\.\d+)?/u
const WHOLE_MAX = 13

const whole = (text: string) => el('span', { class: text.length > WHOLE_MAX ? '' : 'whole' }, text)

/** What is asked, in rows, for the account of this device. */
export function factsOf(request: Request, { email }: OwnDevice): HTMLElement[] {
  const account = row(approveWords.account, inRow(email))
  const reference = row(approveWords.reference, verbatim('span', {}, whole(request.reference)))
  if (request.kind === 'payment') {
    const { payee } = request
    return [
      el(
        'dl',
        { class: 'facts' },
        row(approveWords.sendingTo, inRow(payee.name), inRow(payee.id)),
        row(approveWords.amount, verbatim('span', {}, whole(amountSaid(request)))),
        account,
        reference,
      ),
    ]
  }
  if (request.kind === 'phone') {
    return [
      el('p', {}, approveWords.beforeNumber),
      el(
        'dl',
        { class: 'facts' },
        row(approveWords.newNumber, verbatim('span', {}, whole(request.number))),
        account,
        reference,
      ),
    ]
  }
  return [
    el('p', {}, approveWords.beforeDevice),
    verbatim('p', { class: 'digits' }, request.digits),
    el(
      'dl',
      { class: 'facts' },
      row(approveWords.itsName, inRow(request.name)),
      account,
      reference,
    ),
  ]
}

/** A row of facts, with each value on a line of its own: names of two directions on one line would be mixed. */
export const row = (term: string, ...values: Child[]): HTMLElement =>
  el('div', {}, el('dt', {}, term), el('dd', {}, ...values))

/** A name or an address in the direction of its own letters. */
export const inRow = (value: string): HTMLElement => verbatim('span', { dir: 'auto' }, value)

/** The time left, drawn at each `tick`, and spoken once when a minute is left; `onOver` is called once at its end. */
export function countdown(clock: ServerClock, request: Request, onOver: () => void) {
  const left = el('span', { class: 'left', role: 'timer' })
  const spoken = el('p', { class: 'only-heard', role: 'status' })
  let isOver = false
  let before = 0
  function tick(): void {
    const seconds = secondsLeft(request, clock.now())
    left.textContent = minutesAndSeconds(seconds)
    if (beginsLastMinute(before, seconds)) spoken.textContent = approveWords.lastMinute
    before = seconds
    if (seconds > 0 || isOver) return
    isOver = true
    onOver()
  }
  return {
    row: el('p', { class: 'countdown' }, ...approveWords.leftToAnswer<Child>(left)),
    spoken,
    tick,
  }
}

import { codeWords } from '#words/codeWords.ts'
import type { Payment } from '../api.ts'
import { lookForLock, rememberLock } from '../codesLocked.ts'
import { type Child, el, keeping, verbatim } from '../element.ts'
import { button, emptying, field, onSubmit } from '../form.ts'
import { plainCode } from '../plainText.ts'
import type { PolledPayment } from '../pollPayment.ts'
import { attemptsInWords, detailsOf, explain, type ProblemDetails } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { rememberNoSms } from '../smsCode.ts'

type Options = {
  readonly paymentId: string
  /** A button that texts a new code. */
  readonly resend: HTMLElement
  /** Says that it was texted. */
  readonly said: HTMLElement
  polled(): PolledPayment
  latest(): Payment | null
  /** Show why a code was not checked; nothing removes it. */
  say(...children: Child[]): void
  /** The same for an error, for as long as it is true; then look how the payment stands. */
  fail(error: unknown, children: Child[]): void
}

/** The last digits of a masked number. */
export const endingOf = (number: string): string => number.replace(/\D/g, '').slice(-3)

/** The field for the code of a text that was sent. The payer may still answer on their phone meanwhile. */
export function codeForm(app: App, screen: Screen, options: Options) {
  const { paymentId, say, fail } = options
  const input = el('input', {
    id: 'code',
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
  })
  const code = field(codeWords.label, input)
  const texted = el('p', { id: 'code-texted' })
  input.setAttribute('aria-describedby', `${texted.id} ${input.getAttribute('aria-describedby')}`)
  const reference = verbatim('strong', { class: 'reference' })
  const submit = button(codeWords.approve, () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', { novalidate: true }, code.row, submit)
  const attempts = el('p', { class: 'attempts' })
  /** The sentence beside the field says how many attempts are left. */
  let isSaidBeside = false
  onSubmit(form, submit, codeWords.checking, verify)

  async function verify(): Promise<void> {
    say()
    code.tell(null)
    const typed = plainCode(input.value)
    if (typed === '') {
      code.tell(codeWords.empty)
      input.focus()
      return
    }
    try {
      options.polled().take(await app.api.verifySms(paymentId, typed))
    } catch (error) {
      if (!screen.signal.aborted) explainTo(error)
    }
  }

  async function explainTo(error: unknown): Promise<void> {
    const { kind, code: refusal, fields, attemptsLeft } = detailsOf(error)
    const latest = options.latest()
    if (refusal === 'no_code_sent' && latest) rememberNoSms(latest)
    rememberLock(app, error)
    if (kind === 'refusal' && REFUSED_CODES.has(refusal)) {
      isSaidBeside = refusal === 'wrong_code' && attemptsLeft !== undefined
      attempts.hidden = isSaidBeside
      code.tell(fields?.find(({ path }) => path === 'code')?.reason ?? explain(error))
      input.focus()
      input.select()
    } else if (refusal !== 'locked') {
      const spent = kind === 'refusal' ? '' : ` ${codeWords.attemptSpent}`
      fail(error, [el('p', {}, explain(error) + spent)])
    }
    // Whatever the answer was, and even if none came, the payment itself shows the result.
    if (refusal === 'wrong_code' && attemptsLeft !== 0) await lookForLock(app)
    if (!screen.signal.aborted) options.polled().lookNow()
  }

  let words: HTMLElement | null = null

  return {
    /** @param paid whom and how much, which stands beside the field, to be compared with the text */
    contentWith(paid: HTMLElement): Child[] {
      words = paid
      return [
        texted,
        el('p', {}, codeWords.compare, reference, codeWords.compareEnd),
        paid,
        options.said,
        form,
        attempts,
        options.resend,
      ]
    },

    /** @param isTexting it is not known yet whether the first text was sent */
    show({ sms, reference: shown }: Payment, isTexting: boolean): void {
      const ending = endingOf(sms.to ?? '')
      const sentence = isTexting ? codeWords.texting : codeWords.texted(ending)
      if (texted.textContent !== sentence) texted.replaceChildren(...nodes(sentence, ending))
      reference.textContent = shown
      attempts.textContent = attemptsInWords(sms.attemptsLeft)
      attempts.hidden = isSaidBeside && input.hasAttribute('aria-invalid')
      options.resend.hidden = isTexting || sms.sendsLeft === 0
    },

    /** A code is asked for. Call what is returned once it was sent: the cursor is in an empty field then. */
    asks(): () => void {
      const begin = emptying(input)
      return () => {
        begin()
        code.tell(null)
        // With large letters the focus leaves what is to be compared above the screen.
        for (const one of [words, code.row]) one?.scrollIntoView({ block: 'nearest' })
      }
    },
  }
}

const nodes = (sentence: string, ending: string) =>
  keeping(sentence, ending).filter((child) => child !== null && child !== false)

/** Refusals of the typed code, which are shown beside its field. */
const REFUSED_CODES = new Set<ProblemDetails['code']>([
  'wrong_code',
  'code_expired',
  'invalid_request',
])

import type { Profile } from '../api.ts'
import type { PendingDevice } from '../deviceApi.ts'
import { type Child, el, fill, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, onSubmit } from '../form.ts'
import { plainCode } from '../plainText.ts'
import { attemptsInWords, detailsOf, explain, reasonsOf } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { phoneAddress, phoneLinks } from './phoneLinks.ts'

/** The form that lets an invited phone in: its four digits and, if the account needs it, a code by text. */
export function phoneConfirmation(
  app: App,
  screen: Screen,
  first: PendingDevice,
  on: { take(profile: Profile): void; lookNow(): void },
) {
  let pending = first
  const digits = el('input', {
    id: 'digits',
    name: 'digits',
    inputmode: 'numeric',
    autocomplete: 'off',
    required: true,
  })
  const code = el('input', {
    id: 'device-code',
    name: 'device-code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    required: true,
  })
  const { box, say } = formMessage()
  const said = el('div', { role: 'status' })
  const otherPhone = el(
    'div',
    {},
    ...phoneLinks(app, `To say yes, open ${phoneAddress()} there.`, `device.${first.id}`),
  )
  const number = first.text?.to ?? app.profile.phone?.number ?? 'your phone number'
  const digitsRow = field('The four digits on the new phone', digits)
  const codeRow = field('Code from the text', code)
  const submit = button('Add this phone', () => {}, { kind: 'primary', type: 'submit' })
  const ask = resendButton({
    label: `Text the code to ${number}`,
    clock: app.clock,
    signal: screen.signal,
    send: text,
  })
  const byText = first.leave === 'text'
  const form = el('form', {}, digitsRow.row, byText && ask.box, byText && codeRow.row, box, submit)
  onSubmit(form, submit, 'Checking…', confirm)
  update(first)

  async function text(): Promise<void> {
    say()
    try {
      on.take(await app.api.textLeave(first.id))
      code.focus()
    } catch (error) {
      const { retryAfterSeconds } = detailsOf(error)
      if (retryAfterSeconds) ask.waitSeconds(retryAfterSeconds)
      say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
      on.lookNow()
    }
  }

  async function confirm(): Promise<void> {
    say()
    if (byText && code.disabled) {
      say(el('p', {}, 'Ask for the code by text first.'))
      return
    }
    try {
      const typed = byText ? plainCode(code.value) : null
      on.take(await app.api.confirmDevice(first.id, plainCode(digits.value), typed))
    } catch (error) {
      if (screen.signal.aborted) return
      const { code: refusal, attemptsLeft = 0 } = detailsOf(error)
      const isWrong = refusal === 'wrong_code'
      // With a code too, the server does not tell which of the two is wrong.
      if (isWrong && byText) say(el('p', {}, `${ONE_IS_WRONG} ${attemptsInWords(attemptsLeft)}`))
      else if (isWrong) digitsRow.tell(explain(error))
      else say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
      if (isWrong) digits.select()
      else on.lookNow()
    }
  }

  /** Show what the server knows of it now. */
  function update(now: PendingDevice): void {
    pending = now
    const sentAt = now.text?.sentAt ?? null
    codeRow.row.hidden = sentAt === null
    code.disabled = sentAt === null
    submit.hidden = byText && sentAt === null
    ask.box.hidden = now.text?.sendsLeft === 0
    if (sentAt !== null) ask.sentAt(Date.parse(sentAt))
    otherPhone.hidden = now.leave !== 'device' || now.hasLeave
    form.hidden = now.hasDigits && now.leave === 'device'
    const text = whatIsMissing(now)
    if (said.textContent !== text) fill(said, text !== '' && el('p', {}, text))
  }

  const content: Child[] = [
    el('p', {}, verbatim('strong', { class: 'lead', dir: 'auto' }, first.name)),
    el(
      'p',
      {},
      ...keeping(
        `It asks to approve your payments. Add it only if it is in your hand. Its reference is ${first.reference}.`,
        first.reference,
      ),
    ),
    said,
    otherPhone,
    form,
  ]
  return { content, update: (now: PendingDevice) => pending !== now && update(now) }
}

function whatIsMissing({ leave, hasLeave, hasDigits }: PendingDevice): string {
  if (leave === 'text') return TWO_THINGS
  if (leave !== 'device') return ''
  const yes =
    'Say yes on one of your other phones: open Payfriend there, and compare name and digits.'
  if (hasLeave) return 'Your other phone said yes. Type the digits.'
  return hasDigits ? `The digits are right. ${yes}` : `Type the digits. ${yes}`
}

const TWO_THINGS = 'You need two things: 1. the four digits on the new phone, 2. a code by text.'
const ONE_IS_WRONG = 'The digits or the code are wrong. Check both and try again.'

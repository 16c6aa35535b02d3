import type { CodeSent, PhoneChannel, Profile } from '../api.ts'
import { forgetPhone, recallBegun, recallPhone, rememberBegun, rememberPhone } from '../draft.ts'
import { type Child, el, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { plainCode, plainPhone } from '../plainText.ts'
import { detailsOf, explain, reasonsOf } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { allPhonesRemoved, showPhonesRemoved } from './phonesRemoved.ts'
import { phonesThatApprove, showPhonesThatApprove } from './phonesThatApprove.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** The phone on which payments are approved: enter, confirm or change it. No code is sent unasked. */
export async function showPhone(app: App, screen: Screen): Promise<void> {
  screen.show('Your phone', el('p', {}, 'One moment…'))
  try {
    app.profile = await app.api.profile()
  } catch (error) {
    screen.showTrouble(error, () => showPhone(app, screen))
    return
  }
  const { phone, devices } = app.profile
  if (allPhonesRemoved(app.profile)) return showPhonesRemoved(app, screen)
  if (devices.list.length > 0) return showPhonesThatApprove(app, screen)
  const begun = phone?.pending && recallBegun(phone.pending.verificationId)
  if (phone?.pending && begun) showCodes(app, screen, underWay(phone.pending, begun.displayText))
  else if (phone?.pending) showBegunElsewhere(app, screen, phone.pending.number)
  else if (phone?.verified) showVerified(app, screen, phone.number)
  else showNumber(app, screen)
}

/** The verification that this page began: its codes confirm this number and no other. */
type UnderWay = {
  readonly verificationId: string
  readonly reference: string
  readonly displayText: string | null
  readonly to: string
  readonly channel: PhoneChannel
  /** Known only while the typed number is known. */
  readonly dialled?: string | null
}

function underWay(pending: Pending, displayText: string | null): UnderWay {
  const { verificationId, reference, channel, number: to } = pending
  return { verificationId, reference, channel, to, displayText }
}

type Pending = NonNullable<NonNullable<Profile['phone']>['pending']>

function showVerified(app: App, screen: Screen, number: string): void {
  screen.show(
    'Your phone',
    verbatim('p', { class: 'display-text' }, number),
    el('p', {}, 'Payments are approved with this phone.'),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: '#/send', class: 'button primary' }, 'Send a payment'),
      button('Change phone', () => showNumber(app, screen)),
    ),
    ...phonesThatApprove(app, screen),
    ...signedInElsewhere(app),
  )
}

function showNumber(app: App, screen: Screen): void {
  const changing = app.profile.phone?.verified === true
  const kept = recallPhone()
  const input = el('input', {
    id: 'phone-number',
    name: 'phone-number',
    type: 'tel',
    autocomplete: 'tel',
    required: true,
  })
  input.value = kept?.number ?? ''
  const hint = `With + and the country code, for example ${unbroken('+44 7400 123456')}`
  const fields = { phoneNumber: field('Phone number', input, hint) }
  const text = radio('sms', 'Text', kept?.channel !== 'call')
  const call = radio('call', 'Call', kept?.channel === 'call')
  const { box: message, say } = formMessage()
  const submit = button('Get a code', () => {}, { kind: 'primary', type: 'submit' })
  const form = el(
    'form',
    {},
    fields.phoneNumber.row,
    el('fieldset', { class: 'choice' }, el('legend', {}, 'How do you want the code?'), text, call),
    message,
    submit,
  )
  const channel = (): PhoneChannel => (call.querySelector('input')?.checked ? 'call' : 'sms')
  form.addEventListener('input', () => rememberPhone(input.value, channel()))

  onSubmit(form, submit, 'Sending…', async () => {
    say()
    const chosen = channel()
    rememberPhone(input.value, chosen)
    try {
      const sent = await app.api.startPhone(plainPhone(input.value), chosen)
      rememberBegun(sent.verificationId, sent.displayText)
      showCodes(app, screen, { ...sent, channel: chosen }, app.clock.now())
    } catch (error) {
      const rest = tellFields(fields, detailsOf(error).fields ?? [])
      const told = detailsOf(error).fields !== undefined
      say(...(told ? rest : [explain(error)]).map((reason) => el('p', {}, reason)))
    }
  })

  screen.show(
    changing ? 'Change your phone' : 'Confirm your phone',
    el('p', {}, changing ? CHANGING : FIRST),
    form,
    changing && button('Keep my phone', () => keepPhone(app, screen), { kind: 'quiet' }),
    ...(changing ? [] : phonesThatApprove(app, screen)),
    ...signedInElsewhere(app),
  )
}

/** Abandon the verification that this tab began: the page no longer asks for its codes. */
function keepPhone(app: App, screen: Screen): void {
  forgetPhone()
  showVerified(app, screen, app.profile.phone?.number ?? '')
}

const FIRST =
  'Payfriend asks on your phone before any payment goes on. ' +
  'Before you can pay, show us that the phone is yours with a code we send to it. ' +
  'Use a mobile phone that takes texts.'
const CHANGING =
  'We send one code to the phone you have now and one to the new phone. Have both at hand.'

/** How often the page checks whether its verification is still the current one. */
const LOOK_MS = 5000

function showCodes(app: App, screen: Screen, held: UnderWay, sentAt: number | null = null): void {
  const { verificationId, to, channel, dialled } = held
  const current = app.profile.phone?.verified ? app.profile.phone.number : null
  const code = codeInput('code', true)
  // Not required: it may already have been accepted, which the page does not know after a reload.
  const currentCode = codeInput('current-code', false)
  const fields = {
    ...(current === null
      ? {}
      : {
          currentCode: field(
            withNumbers(`Code sent to your current phone ${current}`, current),
            currentCode,
          ),
        }),
    code: field(
      current === null ? 'Code' : withNumbers(`Code sent to your new phone ${to}`, to),
      code,
    ),
  }
  const { box: message, say } = formMessage()
  const submit = button('Confirm', () => {}, { kind: 'primary', type: 'submit' })
  const rows = Object.values(fields).map(({ row }) => row)
  const form = el('form', {}, ...rows, message, submit)
  const typed = recallPhone()
  const resend = resendButton({
    label: channel === 'call' ? 'Call me again' : 'Send a new code',
    clock: app.clock,
    signal: screen.signal,
    send: sendAgain,
  })
  if (sentAt !== null) resend.sentAt(sentAt)
  // After a new sign-in only the masked number is known, so the number must be entered again.
  resend.box.hidden = typed === null

  onSubmit(form, submit, 'Checking…', async () => {
    say()
    tellFields(fields, [])
    try {
      const before = app.profile.phone?.verified === true
      app.profile = await app.api.verifyPhone(
        verificationId,
        plainCode(code.value),
        plainCode(currentCode.value) || null,
      )
      forgetPhone()
      if (!screen.signal.aborted) leadOn(app, before)
    } catch (error) {
      if (!screen.signal.aborted) explainTo(error)
    }
  })

  screen.show(
    'Enter the code',
    el('p', {}, ...sentTo(to, channel, current)),
    dialled
      ? el(
          'p',
          {},
          ...withNumbers(`We dial your number as ${dialled}. It is the same phone.`, dialled),
        )
      : null,
    ...(current === null ? [] : toldToCurrent(held)),
    form,
    resend.box,
    el(
      'div',
      { class: 'actions' },
      button(typed === null ? 'Ask for a new code' : 'Use another number', () =>
        showNumber(app, screen),
      ),
      current !== null && button('Keep my phone', () => keepPhone(app, screen)),
    ),
    ...signedInElsewhere(app),
  )

  // Polled only while these codes are asked for, because the payer may enter another number on this view.
  const looking = setInterval(async () => {
    if (!form.isConnected) clearInterval(looking)
    if (!form.isConnected || document.visibilityState !== 'visible') return
    const { phone } = await app.api.profile().catch(() => app.profile)
    const isOther = phone?.pending && phone.pending.verificationId !== verificationId
    if (isOther && form.isConnected && !screen.signal.aborted) showOvertaken(app, screen)
  }, LOOK_MS)
  screen.signal.addEventListener('abort', () => clearInterval(looking))

  function explainTo(error: unknown): void {
    const { code: refusal, fields: problems } = detailsOf(error)
    if (refusal === 'not_found') {
      showOvertaken(app, screen)
    } else if (problems) {
      say(...tellFields(fields, problems).map((reason) => el('p', {}, reason)))
    } else if (refusal === 'current_code_required' && fields.currentCode) {
      tellFields(fields, [{ path: 'currentCode', reason: explain(error) }])
    } else if (refusal === 'wrong_code' && current === null) {
      tellFields(fields, [{ path: 'code', reason: explain(error) }])
      code.select()
    } else {
      // With two codes the server does not tell which one is wrong, so the reason belongs to no field.
      say(el('p', {}, explain(error)))
    }
  }

  async function sendAgain(): Promise<void> {
    if (typed === null) return
    say()
    try {
      const sent: CodeSent = await app.api.startPhone(plainPhone(typed.number), channel)
      if (sent.verificationId !== verificationId) {
        // The earlier verification had expired, or another tab had begun one for another number.
        rememberBegun(sent.verificationId, sent.displayText)
        showCodes(app, screen, { ...sent, channel }, app.clock.now())
        return
      }
      resend.sentAt(app.clock.now())
      resend.box.hidden = sent.sendsLeft === 0
      code.value = ''
      currentCode.value = ''
      rows[0]?.querySelector('input')?.focus()
    } catch (error) {
      const { retryAfterSeconds } = detailsOf(error)
      if (retryAfterSeconds) resend.waitSeconds(retryAfterSeconds)
      say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
    }
  }
}

function sentTo(to: string, channel: PhoneChannel, current: string | null): Child[] {
  const how = channel === 'call' ? `We are calling ${to} with a code.` : `We sent a code to ${to}.`
  if (current === null) return withNumbers(how, to)
  return withNumbers(`${how} Another one goes to your current phone, ${current}.`, to, current)
}

/** The facts to compare with the text to the current phone: number and reference are the same there. */
function toldToCurrent({ displayText, reference, to }: UnderWay): Child[] {
  const told = displayText ?? `Change of phone to ${to}, reference ${reference}`
  return [
    verbatim('p', { class: 'display-text' }, told),
    el(
      'p',
      {},
      ...keeping(
        `The text to your current phone must be about a change of phone and name the same number and the reference ${reference}. If it doesn’t, don’t enter its code.`,
        reference,
      ),
    ),
  ]
}

/** A verification begun on another page, perhaps by another person: this page does not ask for its codes. */
function showBegunElsewhere(app: App, screen: Screen, to: string): void {
  const changing = app.profile.phone?.verified === true
  const { changePasswordUrl } = app.config
  screen.show(
    changing ? 'A change of phone was begun' : 'Somebody began to confirm a phone',
    el(
      'p',
      {},
      ...withNumbers(`Codes for ${to} were asked for on another page, or by another person.`, to),
    ),
    el(
      'p',
      {},
      changing
        ? 'Nothing changes without the code sent to your current phone. If you didn’t ask for it, don’t enter it anywhere.'
        : 'If it was you, finish on that page, or start again here.',
    ),
    el(
      'p',
      {},
      'If it wasn’t you, somebody else is signed in to your account: change your password, then sign out everywhere.',
    ),
    el(
      'div',
      { class: 'actions' },
      button('Start again', () => showNumber(app, screen), { kind: 'primary' }),
      changing && button('Keep my phone', () => keepPhone(app, screen)),
      changePasswordUrl !== undefined &&
        el('a', { href: changePasswordUrl, class: 'button' }, 'Change password'),
    ),
    ...signedInElsewhere(app),
  )
}

/** A verification of another number replaced this one: its codes are void, and nothing was changed. */
function showOvertaken(app: App, screen: Screen): void {
  forgetPhone()
  const { changePasswordUrl } = app.config
  screen.show(
    'These codes are no longer good',
    el(
      'p',
      {},
      'Another number was entered for this account since, on another page or by another person. Nothing was changed by these codes.',
    ),
    el(
      'p',
      {},
      'If it wasn’t you, somebody else is signed in to your account: change your password, and don’t enter any code from a text that you didn’t ask for.',
    ),
    el(
      'div',
      { class: 'actions' },
      button('Start again', () => showNumber(app, screen), { kind: 'primary' }),
      changePasswordUrl !== undefined &&
        el('a', { href: changePasswordUrl, class: 'button' }, 'Change password'),
    ),
    ...signedInElsewhere(app),
  )
}

function leadOn(app: App, changed: boolean): void {
  if (changed) {
    // The server has ended every session, this one too: the signed-out view says so.
    app.session.signOut('phoneChanged')
    return
  }
  const said = 'Your phone is confirmed. You can send payments now.'
  app.go({ view: 'send' }, { replace: true, notice: [el('p', {}, said)] })
}

/** A text with these numbers, each kept on one line and not translated. */
function withNumbers(words: string, ...numbers: readonly string[]): Child[] {
  const whole = numbers.reduce((text, one) => text.replaceAll(one, unbroken(one)), words)
  return keeping(whole, ...numbers.map(unbroken))
}

/** A number without a line break in it. */
const unbroken = (number: string) => number.replaceAll(' ', '\u00a0')

function codeInput(id: string, required: boolean): HTMLInputElement {
  const attributes = { inputmode: 'numeric', autocomplete: 'one-time-code', required }
  return el('input', { id, name: id, ...attributes })
}

function radio(value: PhoneChannel, label: string, checked: boolean): HTMLElement {
  const id = `channel-${value}`
  const input = el('input', { type: 'radio', name: 'channel', id, value, checked })
  return el('label', { for: id, class: 'radio' }, input, label)
}

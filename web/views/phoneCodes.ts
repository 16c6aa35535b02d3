import type { PhoneChannel } from '../api.ts'
import { forgetPhone, recallPhone, rememberBegun } from '../draft.ts'
import { type Child, el, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import { forgetOwnerInvitation, ownerInvitation } from '../ownerInvitation.ts'
import { plainCode, plainPhone } from '../plainText.ts'
import { detailsOf, explain, reasonsOf } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { refusalWords } from '../words/refusalWords.ts'
import { showAgreeByDevice } from './agreeByDevice.ts'
import { keepLabel, type NumberSteps, showOvertaken, withNumbers } from './numberTaken.ts'
import type { UnderWay } from './numberUnderWay.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** How often the page checks whether its verification is still the current one. */
const LOOK_MS = 5000

/** Enter the code that was sent to the number, and the one sent to the number before; first a device says yes. */
export function showCodes(
  app: App,
  screen: Screen,
  steps: NumberSteps,
  held: UnderWay,
  sentAt: number | null = null,
): void {
  const { verificationId, to, channel, dialled, leave } = held
  if (leave === 'device' && !held.hasLeave) {
    const agreed = () => showCodes(app, screen, steps, { ...held, hasLeave: true }, sentAt)
    showAgreeByDevice(app, screen, steps, held, agreed)
    return
  }
  const current = leave === 'code' ? (app.profile.phone?.number ?? null) : null
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
      if (leave === 'invitation') forgetOwnerInvitation()
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
      button(typed === null ? 'Ask for a new code' : 'Use another number', steps.number),
      leave !== null && button(keepLabel(app), steps.keep),
    ),
    ...signedInElsewhere(app),
  )

  // Polled only while these codes are asked for, because the payer may enter another number on this view.
  const looking = setInterval(async () => {
    if (!form.isConnected) clearInterval(looking)
    if (!form.isConnected || document.visibilityState !== 'visible') return
    const { phone } = await app.api.profile().catch(() => app.profile)
    const isOther = phone?.pending && phone.pending.verificationId !== verificationId
    if (isOther && form.isConnected && !screen.signal.aborted) showOvertaken(app, screen, steps)
  }, LOOK_MS)
  screen.signal.addEventListener('abort', () => clearInterval(looking))

  function explainTo(error: unknown): void {
    const { code: refusal, fields: problems } = detailsOf(error)
    if (refusal === 'not_found') {
      showOvertaken(app, screen, steps)
    } else if (problems) {
      say(...tellFields(fields, problems).map((reason) => el('p', {}, reason)))
    } else if (refusal === 'current_code_required' && fields.currentCode) {
      tellFields(fields, [{ path: 'currentCode', reason: explain(error) }])
    } else if (refusal === 'wrong_code' && current === null) {
      tellFields(fields, [{ path: 'code', reason: explain(error) }])
      code.select()
    } else {
      // With two codes the server does not tell which one is wrong, so the reason belongs to no field.
      say(el('p', {}, refusal === 'wrong_code' ? refusalWords.oneOfTwoWrong : explain(error)))
    }
  }

  async function sendAgain(): Promise<void> {
    if (typed === null) return
    say()
    try {
      const number = plainPhone(typed.number)
      const invitation = leave === 'invitation' ? readInvitation(ownerInvitation() ?? '') : null
      const sent = await app.api.startPhone(number, channel, invitation)
      if (sent.verificationId !== verificationId) {
        // The earlier verification had expired, or another tab had begun one for another number.
        rememberBegun(sent.verificationId, sent.displayText)
        const hasLeave = sent.leave !== 'device'
        showCodes(app, screen, steps, { ...sent, channel, hasLeave }, app.clock.now())
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

function leadOn(app: App, changed: boolean): void {
  if (changed) {
    // The server has ended every session, this one too: the signed-out view says so.
    app.session.signOut('phoneChanged')
    return
  }
  const isGuarded = app.profile.devices.everHadOne
  const said = isGuarded
    ? 'Your phone number is confirmed.'
    : 'Your phone is confirmed. You can send payments now.'
  app.go({ view: isGuarded ? 'phone' : 'send' }, { replace: true, notice: [el('p', {}, said)] })
}

function codeInput(id: string, required: boolean): HTMLInputElement {
  const attributes = { inputmode: 'numeric', autocomplete: 'one-time-code', required }
  return el('input', { id, name: id, ...attributes })
}

import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import type { PhoneChannel } from '../api.ts'
import { lookForLock } from '../codesLocked.ts'
import { type Child, el, fill, keeping, verbatim } from '../element.ts'
import { button, emptying, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import { forgetOwnerInvitation, ownerInvitation } from '../ownerInvitation.ts'
import { forgetPhone, recallPhone, rememberBegun, rememberOver } from '../phoneDraft.ts'
import { plainCode } from '../plainText.ts'
import { attemptsInWords, detailsOf, explain, reasonsOf } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { showAgreeByDevice } from './agreeByDevice.ts'
import { withNumbers } from './numbers.ts'
import { type NumberSteps, showNoAttempts, showOvertaken } from './numberTaken.ts'
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
            withNumbers(phoneNumberWords.currentCode(current), current),
            currentCode,
          ),
        }),
    code: field(
      current === null ? phoneNumberWords.code : withNumbers(phoneNumberWords.newCode(to), to),
      code,
      null,
      { empty: phoneNumberWords.codeEmpty },
    ),
  }
  const { box: message, say } = formMessage()
  const submit = button(phoneNumberWords.confirm, () => {}, { kind: 'primary', type: 'submit' })
  const rows = Object.values(fields).map(({ row }) => row)
  const form = el('form', {}, ...rows, message, submit)
  const typed = recallPhone()
  const sent = el('p', { class: 'hint', role: 'status' })
  const resend = resendButton({
    label: channel === 'call' ? phoneNumberWords.callAgain : phoneNumberWords.textAgain,
    clock: app.clock,
    signal: screen.signal,
    send: sendAgain,
  })
  if (sentAt !== null) resend.sentAt(sentAt)
  // After a new sign-in only the masked number is known, so the number must be entered again.
  resend.box.hidden = !typed?.whole

  onSubmit(form, submit, phoneNumberWords.checking, async () => {
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
      if (!screen.signal.aborted) await explainTo(error)
    }
  })

  screen.show(
    phoneNumberWords.enterCode,
    el('p', {}, ...sentTo(to, channel, current)),
    dialled ? el('p', {}, ...withNumbers(phoneNumberWords.dialledAs(dialled), dialled)) : null,
    ...(current === null ? [] : toldToCurrent(held)),
    leave === null && el('p', {}, phoneNumberWords.payOnceConfirmed),
    form,
    resend.box,
    sent,
    el(
      'div',
      { class: 'actions' },
      button(
        typed === null ? phoneNumberWords.askNewCode : phoneNumberWords.otherNumber,
        steps.number,
      ),
      leave !== null && button(phoneNumberWords.keepNumber, steps.keep),
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

  async function explainTo(error: unknown): Promise<void> {
    const { code: refusal, fields: problems, attemptsLeft } = detailsOf(error)
    if (refusal === 'no_attempts_left' || (refusal === 'wrong_code' && attemptsLeft === 0)) {
      rememberOver(verificationId)
      // Five wrong codes in a row lock codes too, perhaps for longer.
      await lookForLock(app)
      if (!screen.signal.aborted) showNoAttempts(app, screen, steps, held)
    } else if (refusal === 'not_found') {
      showOvertaken(app, screen, steps)
    } else if (problems) {
      say(...tellFields(fields, problems).map((reason) => el('p', {}, reason)))
    } else if (refusal === 'current_code_required' && fields.currentCode) {
      tellFields(fields, [{ path: 'currentCode', reason: explain(error) }])
    } else if (refusal === 'wrong_code' && current === null) {
      tellFields(fields, [{ path: 'code', reason: explain(error) }])
      code.select()
    } else if (refusal === 'wrong_code') {
      // The server does not tell which of the two is wrong, so the reason belongs to no field.
      say(el('p', {}, phoneNumberWords.oneOfTwoWrong(attemptsInWords(attemptsLeft ?? 0))))
    } else {
      say(el('p', {}, explain(error)))
    }
  }

  async function sendAgain(): Promise<void> {
    if (typed === null) return
    say()
    fill(sent)
    const begin = emptying(...(current === null ? [] : [currentCode]), code)
    try {
      const invitation = leave === 'invitation' ? readInvitation(ownerInvitation() ?? '') : null
      const begun = await app.api.startPhone(typed.whole, channel, invitation)
      if (begun.verificationId !== verificationId) {
        // The earlier verification had expired, or another tab had begun one for another number.
        rememberBegun(begun.verificationId, begun)
        const hasLeave = begun.leave !== 'device'
        showCodes(app, screen, steps, { ...begun, channel, hasLeave }, app.clock.now())
        return
      }
      resend.sentAt(app.clock.now())
      resend.box.hidden = begun.sendsLeft === 0
      begin()
      fill(sent, phoneNumberWords.newCodeComing)
    } catch (error) {
      const { retryAfterSeconds } = detailsOf(error)
      if (retryAfterSeconds) resend.waitSeconds(retryAfterSeconds)
      say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
    }
  }
}

function sentTo(to: string, channel: PhoneChannel, current: string | null): Child[] {
  const how = channel === 'call' ? phoneNumberWords.calling(to) : phoneNumberWords.texted(to)
  if (current === null) return withNumbers(how, to)
  return withNumbers(phoneNumberWords.andCurrent(how, current), to, current)
}

/** The facts to compare with the text to the current phone: number and reference are the same there. */
function toldToCurrent({ displayText, reference, to }: UnderWay): Child[] {
  const told = displayText ?? phoneNumberWords.changeTo(to, reference)
  return [
    verbatim('p', { class: 'display-text' }, told),
    el('p', {}, ...keeping(phoneNumberWords.compare(reference), reference)),
  ]
}

function leadOn(app: App, changed: boolean): void {
  if (changed) {
    // The server has ended every session, this one too: the signed-out view says so.
    app.session.signOut('phoneChanged')
    return
  }
  const isGuarded = app.profile.devices.everHadOne
  const said = isGuarded ? phoneNumberWords.numberConfirmed : phoneNumberWords.phoneConfirmed
  app.go({ view: isGuarded ? 'phone' : 'send' }, { replace: true, notice: [el('p', {}, said)] })
}

function codeInput(id: string, required: boolean): HTMLInputElement {
  const attributes = { inputmode: 'numeric', autocomplete: 'one-time-code', required }
  return el('input', { id, name: id, ...attributes })
}

import { invitationWords } from '#words/invitationWords.ts'
import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import { NO_PHONE_NUMBER, TEXT_PAUSE_SECONDS } from '../../functions/core/limits.ts'
import type { PhoneChannel } from '../api.ts'
import { type Child, el, fill } from '../element.ts'
import { button, type Field, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import { keepOwnerInvitation, OWNER_INVITATION_DAYS, ownerInvitation } from '../ownerInvitation.ts'
import { countryNames } from '../phoneCountry.ts'
import {
  recallAsked,
  recallPhone,
  rememberAsked,
  rememberBegun,
  rememberPhone,
} from '../phoneDraft.ts'
import { whyPhoneNeeded } from '../phoneNeeded.ts'
import { phonePlans } from '../phonePlans.ts'
import { countryOf, isPossible, readPhone, type WholeNumber } from '../phoneReading.ts'
import { fragmentOf } from '../place.ts'
import { plainPhone } from '../plainText.ts'
import { detailsOf, explain, type FieldProblem } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { countrySelect } from './countrySelect.ts'
import { operatorHere } from './howToAdd.ts'
import { withNumbers } from './numbers.ts'
import type { NumberSteps } from './numberTaken.ts'
import { lookForAsked } from './numberUnderWay.ts'
import { showCodes } from './phoneCodes.ts'
import { phonesThatApprove } from './phonesThatApprove.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** Enter the number that is confirmed or takes the place of the confirmed one. */
export function showNumber(app: App, screen: Screen, steps: NumberSteps): void {
  const { phone, devices } = app.profile
  const changing = phone?.verified === true
  const isGuarded = devices.everHadOne
  const kept = recallPhone()
  const input = el('input', {
    id: 'phone-number',
    name: 'phone-number',
    type: 'tel',
    autocomplete: 'tel',
    required: true,
  })
  input.value = kept?.number ?? ''
  const country = countrySelect(app, kept?.country, changing ? phone.number : '')
  const chosen = el('p', { class: 'chosen', 'aria-hidden': 'true' })
  const reading = el('output', { id: 'phone-reading', class: 'reading', for: input.id })
  const read = () => readPhone(input.value, country.value, phonePlans)
  const invitation = isGuarded ? invitationField(devices.list.length > 0) : null
  const fields = {
    country: field(phoneNumberWords.country, country),
    phoneNumber: field(phoneNumberWords.number, input, phoneNumberWords.numberHint, {
      empty: phoneNumberWords.numberEmpty,
      check: () => (read() === null ? phoneNumberWords.numberWrong : null),
    }),
    ...(invitation && { invitation }),
  }
  const described = `${input.getAttribute('aria-describedby')} ${reading.id}`
  input.setAttribute('aria-describedby', described)
  const text = radio('sms', phoneNumberWords.text, kept?.channel !== 'call')
  const call = radio('call', phoneNumberWords.call, kept?.channel === 'call')
  const { box: message, say } = formMessage()
  const submit = button(phoneNumberWords.getCode, () => {}, { kind: 'primary', type: 'submit' })
  const how = el('legend', {}, phoneNumberWords.how)
  const form = el(
    'form',
    {},
    fields.country.row,
    fields.phoneNumber.row,
    reading,
    el('fieldset', { class: 'choice' }, how, text, call),
    invitation?.row ?? null,
    message,
    submit,
  )
  const channel = (): PhoneChannel => (call.querySelector('input')?.checked ? 'call' : 'sms')
  const remember = (whole = '') =>
    rememberPhone({
      number: input.value,
      country: country.value,
      channel: channel(),
      whole,
    })
  fields.country.row.classList.add('country')
  fields.country.row.append(chosen)
  const showCountry = () => {
    chosen.textContent = country.selectedOptions[0]?.textContent ?? ''
  }
  showCountry()
  form.addEventListener('input', ({ target }) => {
    showCountry()
    // What was said of the number is about both together.
    if (target === country || target === input) {
      fields.country.tell(null)
      fields.phoneNumber.tell(null)
    }
    remember()
    showReading()
  })
  showReading()

  onSubmit(form, submit, phoneNumberWords.sending, async () => {
    say()
    const chosen = channel()
    const number = read()
    const typed = invitation?.control.value.trim() ?? ''
    const code = typed === '' ? null : readInvitation(typed)
    if (number === null || (typed !== '' && code === null)) {
      const isNational = number === null && /\d{4}/.test(plainPhone(input.value))
      tellFields(fields, [
        ...(number !== null
          ? []
          : isNational && country.value === ''
            ? [{ path: 'country', reason: phoneNumberWords.countryEmpty }]
            : [{ path: 'phoneNumber', reason: phoneNumberWords.numberWrong }]),
        ...(typed !== '' && code === null
          ? [{ path: 'invitation', reason: invitationWords.codeWrong }]
          : []),
      ])
      return
    }
    remember(number.number)
    // Kept for a second code, which needs it again.
    if (code !== null) keepOwnerInvitation(code)
    const askedBefore = recallAsked()
    const at = app.clock.now()
    rememberAsked({ number: number.number, at })
    try {
      const sent = await app.api.startPhone(number.number, chosen, code)
      rememberBegun(sent.verificationId, sent)
      const hasLeave = sent.leave !== 'device'
      showCodes(app, screen, steps, { ...sent, channel: chosen, hasLeave }, app.clock.now())
    } catch (error) {
      const { kind, code: refusal, retryAfterSeconds = 0 } = detailsOf(error)
      // A refused press asked for nothing.
      if (kind === 'refusal') rememberAsked(askedBefore)
      const pausedSince = app.clock.now() + (retryAfterSeconds - TEXT_PAUSE_SECONDS) * 1000
      const mayBeSent = kind === 'unreachable' || refusal === 'too_many_sms'
      const held = mayBeSent ? await lookForAsked(app, number.number) : null
      if (screen.signal.aborted) return
      if (held === null) explainTo(error, number)
      else showCodes(app, screen, steps, held, kind === 'unreachable' ? at : pausedSince)
    }
  })

  const title = isGuarded ? phoneNumberWords.addNumberTitle : phoneNumberWords.confirmTitle
  screen.show(
    changing ? phoneNumberWords.changeNumberTitle : title,
    ...(isGuarded
      ? whatLetsItIn(app)
      : [el('p', {}, changing ? phoneNumberWords.changing : phoneNumberWords.first)]),
    changing && el('p', { class: 'hint' }, phoneNumberWords.endsSessions),
    form,
    (changing || isGuarded) &&
      button(changing ? phoneNumberWords.keepNumber : phoneNumberWords.back, steps.keep, {
        kind: 'quiet',
      }),
    ...(changing || isGuarded ? [] : phonesThatApprove(app, screen)),
    ...signedInElsewhere(app),
  )

  /** Show the whole number as it was read, before anything is sent. */
  function showReading(): void {
    const number = read()
    fill(reading)
    // Half of a number, or one of another country, is never texted.
    if (number === null || !isPossible(number, phonePlans)) return
    const say = channel() === 'call' ? phoneNumberWords.willCall : phoneNumberWords.willText
    fill(reading, ...withNumbers(say(number.shown), number.shown))
  }

  function explainTo(error: unknown, number: WholeNumber): void {
    const { code, fields: told } = detailsOf(error)
    const email = app.profile.email
    const problems = (told ?? []).map((one) => ({ ...one, reason: reasonOf(one) }))
    const rest = tellFields(fields, problems)
    const why = code === 'device_required' ? whyPhoneNeeded(app.profile) : explain(error)
    const reasons = told === undefined ? [why] : rest
    say(...reasons.map((reason) => el('p', {}, reason)))

    function reasonOf({ path, reason }: FieldProblem): string {
      if (path === 'invitation') {
        return invitationWords.notGood(invitationWords.whyNotGood(email, OWNER_INVITATION_DAYS))
      }
      if (path !== 'phoneNumber' || reason !== NO_PHONE_NUMBER) return reason
      const of = countryOf(number.number, country.value, phonePlans)
      const name = of && countryNames(document.documentElement.lang)(of)
      return phoneNumberWords.numberNone(number.shown, name)
    }
  }
}

/** In place of a phone's yes; the only way if no phone approves. */
function invitationField(hasActive: boolean): Field | null {
  const kept = ownerInvitation()
  if (kept === null && hasActive) return null
  const input = el('input', {
    id: 'owner-invitation',
    name: 'owner-invitation',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    required: !hasActive,
  })
  input.value = kept ?? ''
  const hint = hasActive ? invitationWords.codeHintOptional : invitationWords.codeHint
  return field(invitationWords.code, input, hint, { empty: invitationWords.codeEmpty })
}

/** What must agree to the number besides its own code. */
function whatLetsItIn({ profile: { devices } }: App): Child[] {
  if (devices.list.length === 0) {
    return [
      el('p', {}, phoneNumberWords.codeToNew),
      el('p', {}, phoneNumberWords.needInvitation(operatorHere())),
    ]
  }
  const isInvited = ownerInvitation() !== null
  const href = fragmentOf({ view: 'invitation' })
  return [
    el('p', {}, isInvited ? phoneNumberWords.codeAndInvitation : phoneNumberWords.codeAndYes),
    !isInvited &&
      el(
        'p',
        {},
        phoneNumberWords.noSuchPhone,
        ' ',
        el('a', { href }, phoneNumberWords.useInvitation),
        '.',
      ),
  ]
}

function radio(value: PhoneChannel, label: string, checked: boolean): HTMLElement {
  const id = `channel-${value}`
  const input = el('input', { type: 'radio', name: 'channel', id, value, checked })
  return el('label', { for: id, class: 'radio' }, input, label)
}

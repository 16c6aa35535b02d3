import type { PhoneChannel } from '../api.ts'
import { recallPhone, rememberBegun, rememberPhone } from '../draft.ts'
import { type Child, el } from '../element.ts'
import { button, type Field, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import { keepOwnerInvitation, ownerInvitation, whyNotGood } from '../ownerInvitation.ts'
import { whyPhoneNeeded } from '../phoneNeeded.ts'
import { fragmentOf } from '../place.ts'
import { plainPhone } from '../plainText.ts'
import { detailsOf, explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { operatorHere } from './howToAdd.ts'
import { keepLabel, type NumberSteps, unbroken } from './numberTaken.ts'
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
  const hint = `With + and the country code, for example ${unbroken('+44 7400 123456')}`
  const invitation = isGuarded ? invitationField(devices.list.length > 0) : null
  const fields = {
    phoneNumber: field('Phone number', input, hint),
    ...(invitation && { invitation }),
  }
  const text = radio('sms', 'Text', kept?.channel !== 'call')
  const call = radio('call', 'Call', kept?.channel === 'call')
  const { box: message, say } = formMessage()
  const submit = button('Get a code', () => {}, { kind: 'primary', type: 'submit' })
  const form = el(
    'form',
    {},
    fields.phoneNumber.row,
    el('fieldset', { class: 'choice' }, el('legend', {}, 'How do you want the code?'), text, call),
    invitation?.row ?? null,
    message,
    submit,
  )
  const channel = (): PhoneChannel => (call.querySelector('input')?.checked ? 'call' : 'sms')
  form.addEventListener('input', () => rememberPhone(input.value, channel()))

  onSubmit(form, submit, 'Sending…', async () => {
    say()
    const chosen = channel()
    rememberPhone(input.value, chosen)
    const typed = invitation?.control.value.trim() ?? ''
    const code = typed === '' ? null : readInvitation(typed)
    if (typed !== '' && code === null) {
      tellFields(fields, [{ path: 'invitation', reason: COMPARE }])
      return
    }
    // Kept for a second code, which needs it again.
    if (code !== null) keepOwnerInvitation(code)
    try {
      const sent = await app.api.startPhone(plainPhone(input.value), chosen, code)
      rememberBegun(sent.verificationId, sent.displayText)
      const hasLeave = sent.leave !== 'device'
      showCodes(app, screen, steps, { ...sent, channel: chosen, hasLeave }, app.clock.now())
    } catch (error) {
      explainTo(error)
    }
  })

  screen.show(
    isGuarded
      ? changing
        ? 'Change your phone number'
        : 'Add a phone number'
      : changing
        ? 'Change your phone'
        : 'Confirm your phone',
    ...(isGuarded ? whatLetsItIn(app) : [el('p', {}, changing ? CHANGING : FIRST)]),
    changing && el('p', { class: 'hint' }, ENDS_SESSIONS),
    form,
    (changing || isGuarded) &&
      button(changing ? keepLabel(app) : 'Back', steps.keep, { kind: 'quiet' }),
    ...(changing || isGuarded ? [] : phonesThatApprove(app, screen)),
    ...signedInElsewhere(app),
  )

  function explainTo(error: unknown): void {
    const { code, fields: told } = detailsOf(error)
    const email = app.profile.email
    const problems = (told ?? []).map((one) =>
      one.path === 'invitation'
        ? { ...one, reason: `This invitation is ${whyNotGood(email)}.` }
        : one,
    )
    const rest = tellFields(fields, problems)
    const why = code === 'device_required' ? whyPhoneNeeded(app.profile) : explain(error)
    const reasons = told === undefined ? [why] : rest
    say(...reasons.map((reason) => el('p', {}, reason)))
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
  const instead = hasActive ? '. Leave it empty to say yes on your phone instead' : ''
  return field(
    'Code of the invitation',
    input,
    `Ten letters and digits, like K7QMX-4H2RW${instead}`,
  )
}

/** What must agree to the number besides its own code. */
function whatLetsItIn({ profile: { devices } }: App): Child[] {
  if (devices.list.length === 0) {
    return [
      el('p', {}, 'We send a code to the new number.'),
      el(
        'p',
        {},
        `You also need an invitation, because no phone of yours approves now: ask ${operatorHere()} for one. Or add a phone first.`,
      ),
    ]
  }
  const isInvited = ownerInvitation() !== null
  return [
    el(
      'p',
      {},
      isInvited
        ? 'We send a code to the new number. Your invitation, filled in below, agrees to it in place of your phone.'
        : 'We send a code to the new number, and you say yes to it on a phone of yours that approves.',
    ),
    !isInvited &&
      el(
        'p',
        {},
        'No such phone at hand? ',
        el('a', { href: fragmentOf({ view: 'invitation' }) }, 'Use an invitation'),
        '.',
      ),
  ]
}

const COMPARE = 'Compare it with your invitation: it has ten letters and digits.'
const FIRST =
  'Payfriend asks on your phone before any payment goes on. ' +
  'Before you can pay, show us that the phone is yours with a code we send to it. ' +
  'Use a mobile phone that takes texts.'
const ENDS_SESSIONS =
  'Once it is changed, you are signed out everywhere, here too, and sign in again.'
const CHANGING =
  'We send one code to the phone you have now and one to the new phone. Have both at hand.'

function radio(value: PhoneChannel, label: string, checked: boolean): HTMLElement {
  const id = `channel-${value}`
  const input = el('input', { type: 'radio', name: 'channel', id, value, checked })
  return el('label', { for: id, class: 'radio' }, input, label)
}

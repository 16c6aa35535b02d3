import { DEVICE_NAME, DEVICE_NAME_LENGTH_MAX } from '../../../functions/core/limits.ts'
import type { Enrolled } from '../../deviceApi.ts'
import { el, verbatim } from '../../element.ts'
import { button, field, formMessage, onSubmit } from '../../form.ts'
import { invitationToShow } from '../../invitation.ts'
import { detailsOf, explain, reasonsOf } from '../../problem.ts'
import { newDeviceKey, publicJwkOf, thumbprintOf } from '../deviceProof.ts'
import type { Passkey } from '../deviceStore.ts'
import { canKeep, keepDevice } from '../deviceStore.ts'
import { isDismissed, makePasskey, type PasskeyJson, signWithAnyPasskey } from '../passkey.ts'
import { sheetHere } from '../paymentSheet.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { addChallenge, renewChallenge } from '../signing.ts'
import { showKeepsNothing } from './trouble.ts'

/** A phone is new, or it was added before and its browser has lost the device key, but not the passkey. */
type How = 'new' | 'before'

/** The passkey's part of what is sent, for an answer that was lost. */
type Made = {
  readonly how: How
  readonly name: string
  readonly passkey: PasskeyJson
  readonly forSheet: boolean
}

/** Name this phone, make its two keys, or the lost one of them, and ask to be added. */
export async function showAdd(page: PhonePage, screen: PhoneScreen, code: string): Promise<void> {
  screen.show('Add this phone', el('p', {}, 'One moment…'))
  // All before the press, because a browser makes and uses a passkey only directly in it.
  const hasSheet = sheetHere()
  const deviceKey = await newDeviceKey()
  const thumbprint = await thumbprintOf(await publicJwkOf(deviceKey))
  const challenges = {
    new: await addChallenge(code),
    before: await renewChallenge(code, thumbprint),
  }
  if (!(await canKeep(deviceKey))) {
    showKeepsNothing(screen)
    return
  }
  const input = el('input', {
    id: 'phone-name',
    name: 'phone-name',
    autocomplete: 'off',
    required: true,
  })
  input.value = usualName(navigator.userAgent)
  input.maxLength = DEVICE_NAME_LENGTH_MAX
  const name = field(
    'Name of this phone',
    input,
    'By this name you find it in your list of phones.',
  )
  const messages = { new: formMessage(), before: formMessage() }
  const submit = button('Add this phone', () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, name.row, messages.new.box, submit)
  let made: Made | null = null
  let sheetFailures = 0

  onSubmit(form, submit, 'Adding…', () => ask('new'))

  async function ask(how: How): Promise<void> {
    const wanted = input.value.trim()
    const { say } = messages[how]
    for (const message of Object.values(messages)) message.say()
    // Before the finger, because each refused try would leave a useless passkey.
    if (wanted.length > DEVICE_NAME_LENGTH_MAX || !DEVICE_NAME.test(wanted)) {
      name.tell('Use letters, digits, spaces and - only.')
      input.focus()
      return
    }
    // After an answer that was lost, the passkey is there already and the same request is sent again.
    const kept = made?.how === how && made.name === wanted ? made : null
    const forSheet = kept?.forSheet ?? (how === 'new' && sheetFailures < 2 && hasSheet())
    const asked =
      kept?.passkey ??
      (how === 'new'
        ? makePasskey(challenges.new, wanted, forSheet)
        : signWithAnyPasskey(challenges.before))
    name.tell(null)
    let passkey: PasskeyJson
    try {
      passkey = await asked
    } catch (error) {
      // Once it may be a wrong finger. Then every kind of passkey is offered: for the sheet it has to be this phone's own.
      if (forSheet) sheetFailures += isDismissed(error) ? 1 : 2
      if (how === 'before') say(el('p', {}, NO_PASSKEY_USED), el('p', {}, AS_NEW))
      else say(el('p', {}, isDismissed(error) ? NOT_ADDED : noPasskey(error)))
      return
    }
    made = { how, name: wanted, passkey, forSheet }
    const sent = how === 'new' ? { credential: passkey } : { assertion: passkey }
    try {
      await keep(
        await page.calls.enrol(deviceKey, { code, name: wanted, ...sent }),
        { code, name: wanted, ...sent },
        made,
      )
    } catch (error) {
      explainTo(error, say)
    }
  }

  screen.show(
    'Add this phone',
    el(
      'p',
      {},
      'Once it is added, this phone shows each of your payments and asks for your fingerprint, your face or your ' +
        'screen lock before you approve one.',
    ),
    el('p', {}, 'This code must be the one on the page where you are signed in:'),
    verbatim('p', { class: 'invitation' }, invitationToShow(code)),
    form,
    el('p', { class: 'hint' }, KEEPS),
    hasNoDevice(page) && addedBefore(),
  )

  /** The way back of a phone whose browser has lost the device key. */
  function addedBefore(): HTMLElement {
    return el(
      'details',
      { class: 'settings', open: true },
      // No h2, which is larger than the h1 on a narrow screen with large letters.
      el('summary', {}, 'Was this phone added before?'),
      el(
        'p',
        {},
        'If the browser has deleted the data of this site, your phone may still have its passkey. Then it takes the ' +
          'place that it had, and its old key is worth nothing any more.',
      ),
      messages.before.box,
      el(
        'div',
        { class: 'actions' },
        button('This phone was added before', () => ask('before'), { busyLabel: 'Asking…' }),
      ),
    )
  }

  async function keep(
    { kid, email, digits, expiresAt }: Enrolled,
    asked: { readonly code: string; readonly name: string } & Passkey,
    { passkey: { id: credentialId }, forSheet: hasSheet }: Made,
  ): Promise<void> {
    const pending = { digits, expiresAt, asked }
    await keepDevice({ kid, email, name: asked.name, deviceKey, credentialId, hasSheet, pending })
    // Asked for, because a browser short of room may else remove the key. It may refuse.
    await navigator.storage?.persist?.().catch(() => false)
    await page.watch.load()
    page.go('#')
    page.watch.look()
  }

  function explainTo(error: unknown, say: ReturnType<typeof formMessage>['say']): void {
    const { code: refusal, fields = [] } = detailsOf(error)
    if (refusal === 'not_found') {
      say(
        el(
          'p',
          {},
          'This code is no longer good, or it was mistyped. Compare it with the page where you are signed in, or ' +
            'press “Add a phone” there again.',
        ),
        el('a', { href: '#add' }, 'Enter another code'),
      )
      return
    }
    if (fields.some(({ path }) => path.startsWith('assertion'))) {
      made = null
      say(el('p', {}, OTHER_PASSKEY), el('p', {}, AS_NEW))
      return
    }
    const ofName = fields.find(({ path }) => path === 'name')
    if (ofName) {
      name.tell(ofName.reason)
      input.focus()
    } else say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
  }
}

/** None of this browser's devices approves: its key may be gone. */
const hasNoDevice = ({ watch }: PhonePage): boolean =>
  watch.all().every(({ device, state }) => device.pending !== null || state === 'refused')

const NO_PASSKEY_USED = 'No passkey was used, so nothing has changed.'
const OTHER_PASSKEY =
  'This passkey is not of a phone that approves payments of this account. Perhaps that phone was removed.'
const AS_NEW =
  'Press the button again to choose another one. If your phone shows no passkey of Payfriend, press “Add this phone”: ' +
  'it is added as a new one then.'
const NOT_ADDED = 'This phone was not added. If you still want to, press the button again.'
const KEEPS =
  'Its key stays in this browser. Let the browser keep the data of this site, and don’t add it in a private ' +
  'window: if the data is deleted, the phone has to be added again.'

/** The browser can make no such passkey. */
function noPasskey(error: unknown): string {
  if (error instanceof DOMException && error.name === 'NotSupportedError') {
    return 'This phone can’t make a passkey with fingerprint, face or screen lock. Set up a screen lock, or take another phone.'
  }
  return `This phone made no passkey. ${explain(error)}`
}

/** A first name for the phone, which the payer may change. */
function usualName(userAgent: string): string {
  const [, name = 'My computer'] =
    NAMES.find(([part]) => userAgent.includes(part)) ?? ([] as string[])
  return name
}

const NAMES: readonly (readonly [string, string])[] = [
  ['iPhone', 'My iPhone'],
  ['iPad', 'My iPad'],
  ['Android', 'My Android phone'],
  ['Macintosh', 'My Mac'],
  ['Windows', 'My Windows computer'],
]

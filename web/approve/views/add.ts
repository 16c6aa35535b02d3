import { DEVICE_NAME, DEVICE_NAME_LENGTH_MAX } from '../../../functions/core/limits.ts'
import type { Enrolled } from '../../deviceApi.ts'
import { el, verbatim } from '../../element.ts'
import { button, field, formMessage, onSubmit } from '../../form.ts'
import { invitationToShow } from '../../invitation.ts'
import { detailsOf, explain, reasonsOf } from '../../problem.ts'
import { newDeviceKey } from '../deviceProof.ts'
import { canKeep, keepDevice } from '../deviceStore.ts'
import { isDismissed, makePasskey, type PasskeyJson } from '../passkey.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { addChallenge } from '../signing.ts'
import { showKeepsNothing } from './trouble.ts'

/** Name this phone, make its two keys and ask to be added. */
export async function showAdd(page: PhonePage, screen: PhoneScreen, code: string): Promise<void> {
  screen.show('Add this phone', el('p', {}, 'One moment…'))
  // Both before the press, because a browser makes a passkey only directly in it.
  const [deviceKey, challenge] = await Promise.all([newDeviceKey(), addChallenge(code)])
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
  const { box, say } = formMessage()
  const submit = button('Add this phone', () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, name.row, box, submit)
  let made: { readonly name: string; readonly credential: PasskeyJson } | null = null

  onSubmit(form, submit, 'Adding…', async () => {
    const wanted = input.value.trim()
    // Before the finger, because each refused try would leave a useless passkey.
    if (wanted.length > DEVICE_NAME_LENGTH_MAX || !DEVICE_NAME.test(wanted)) {
      say()
      name.tell('Use letters, digits, spaces and - only.')
      input.focus()
      return
    }
    // After an answer that was lost, the passkey is there already and the same request is sent again.
    const kept = made?.name === wanted ? made.credential : null
    const asked = kept ?? makePasskey(challenge, wanted)
    say()
    name.tell(null)
    try {
      made = { name: wanted, credential: await asked }
    } catch (error) {
      say(el('p', {}, isDismissed(error) ? NOT_ADDED : noPasskey(error)))
      return
    }
    try {
      await keep(await page.calls.enrol(deviceKey, { code, ...made }), made)
    } catch (error) {
      explainTo(error)
    }
  })

  screen.show(
    'Add this phone',
    el(
      'p',
      {},
      'From then on this phone shows each of your payments and asks for your fingerprint, your face or your ' +
        'screen lock before you approve one.',
    ),
    el('p', {}, 'This code must be the one on the page where you are signed in:'),
    verbatim('p', { class: 'invitation' }, invitationToShow(code)),
    form,
    el('p', { class: 'hint' }, KEEPS),
  )

  async function keep(
    { kid, email, digits, expiresAt }: Enrolled,
    { name, credential }: { readonly name: string; readonly credential: PasskeyJson },
  ): Promise<void> {
    const pending = { digits, expiresAt }
    await keepDevice({ kid, email, name, deviceKey, credentialId: credential.id, pending })
    // Asked for, because a browser short of room may else remove the key. It may refuse.
    await navigator.storage?.persist?.().catch(() => false)
    await page.watch.load()
    page.go('#')
    page.watch.look()
  }

  function explainTo(error: unknown): void {
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
    const ofName = fields.find(({ path }) => path === 'name')
    if (ofName) {
      name.tell(ofName.reason)
      input.focus()
    } else say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
  }
}

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

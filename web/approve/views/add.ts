import { addingWords } from '#words/addingWords.ts'
import { approveWords } from '#words/approveWords.ts'
import {
  DEVICE_NAME,
  DEVICE_NAME_LENGTH_MAX,
  DEVICE_NAME_RULE,
} from '../../../functions/core/limits.ts'
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
  screen.show(addingWords.addThisPhone, el('p', {}, approveWords.oneMoment))
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
  const name = field(
    addingWords.nameOfPhone,
    input,
    `${addingWords.nameHint} ${DEVICE_NAME_RULE}`,
    { empty: addingWords.nameMissing },
  )
  // Counted, and never cut: a name that was cut would be another one than the payer typed.
  input.addEventListener('input', () => name.tell(whyNotNamed(input.value)))
  const messages = { new: formMessage(), before: formMessage() }
  const submit = button(addingWords.addThisPhone, () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, name.row, messages.new.box, submit)
  let made: Made | null = null
  let sheetFailures = 0

  onSubmit(form, submit, addingWords.adding, () => ask('new'))

  async function ask(how: How): Promise<void> {
    const wanted = input.value.trim()
    const { say } = messages[how]
    for (const message of Object.values(messages)) message.say()
    // Before the finger, because each refused try would leave a useless passkey.
    const whyNot = wanted === '' ? addingWords.nameMissing : whyNotNamed(wanted)
    if (whyNot !== null) {
      name.tell(whyNot)
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
      if (how === 'before') {
        say(el('p', {}, addingWords.noPasskeyUsed), el('p', {}, addingWords.asNew))
      } else say(el('p', {}, isDismissed(error) ? addingWords.dismissed : noPasskey(error)))
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
    addingWords.addThisPhone,
    el('p', {}, addingWords.whatItDoes),
    el('p', {}, addingWords.sameCode),
    verbatim('p', { class: 'invitation' }, invitationToShow(code)),
    form,
    el('p', { class: 'hint' }, addingWords.keepsKey),
    hasNoDevice(page) && addedBefore(),
  )

  /** The way back of a phone whose browser has lost the device key. */
  function addedBefore(): HTMLElement {
    return el(
      'details',
      { class: 'settings', open: true },
      // No h2, which is larger than the h1 on a narrow screen with large letters.
      el('summary', {}, addingWords.wasAddedBefore),
      el('p', {}, addingWords.beforeMeans),
      messages.before.box,
      el(
        'div',
        { class: 'actions' },
        button(addingWords.addedBefore, () => ask('before'), { busyLabel: addingWords.asking }),
      ),
    )
  }

  async function keep(
    { kid, email, name, digits, expiresAt }: Enrolled,
    asked: { readonly code: string; readonly name: string } & Passkey,
    { passkey: { id: credentialId }, forSheet: hasSheet }: Made,
  ): Promise<void> {
    const pending = { digits, expiresAt, asked }
    await keepDevice({ kid, email, name, deviceKey, credentialId, hasSheet, pending })
    // Asked for, because a browser short of room may else remove the key. It may refuse.
    await navigator.storage?.persist?.().catch(() => false)
    await page.watch.load()
    page.go('#')
    page.watch.look()
  }

  function explainTo(error: unknown, say: ReturnType<typeof formMessage>['say']): void {
    const { code: refusal, fields = [] } = detailsOf(error)
    if (refusal === 'not_found') {
      say(el('p', {}, addingWords.codeOver), el('a', { href: '#add' }, addingWords.otherCode))
      return
    }
    if (fields.some(({ path }) => path.startsWith('assertion'))) {
      made = null
      say(el('p', {}, addingWords.otherPasskey), el('p', {}, addingWords.asNew))
      return
    }
    const ofName = fields.find(({ path }) => path === 'name')
    if (ofName) {
      name.tell(ofName.reason)
      input.focus()
    } else say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
  }
}

/** Why a phone can't have this name, in the words of the API; null if it can. */
function whyNotNamed(typed: string): string | null {
  // As it is stored.
  const name = typed.normalize('NFKC').trim()
  if (name.length > DEVICE_NAME_LENGTH_MAX) {
    return `${DEVICE_NAME_RULE} ${addingWords.nameLength(name.length)}`
  }
  return name === '' || DEVICE_NAME.test(name) ? null : DEVICE_NAME_RULE
}

/** None of this browser's devices approves: its key may be gone. */
const hasNoDevice = ({ watch }: PhonePage): boolean =>
  watch.all().every(({ device, state }) => device.pending !== null || state === 'refused')

/** The browser can make no such passkey. */
const noPasskey = (error: unknown): string =>
  error instanceof DOMException && error.name === 'NotSupportedError'
    ? addingWords.noScreenLock
    : addingWords.noPasskey(explain(error))

/** A first name for the phone, which the payer may change. */
function usualName(userAgent: string): string {
  const { other, ...names } = addingWords.usualNames
  return Object.entries(names).find(([part]) => userAgent.includes(part))?.[1] ?? other
}

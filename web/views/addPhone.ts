import { addPhoneWords } from '#words/addPhoneWords.ts'
import type { Devices, Invitation, PendingDevice } from '../deviceApi.ts'
import { sha256Hex } from '../digest.ts'
import { type Child, el, fill, keeping, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { invitationPath, invitationToShow } from '../invitation.ts'
import { type Invited, invitedPhone } from '../pendingPhone.ts'
import { fragmentOf } from '../place.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { forget, recall, remember } from '../tabStorage.ts'
import { minutesAndSeconds } from '../timeLeft.ts'
import { phoneConfirmation } from './confirmDevice.ts'
import { phoneAddress } from './phoneLinks.ts'
import { waitInWords } from './phoneRows.ts'
import { qrImage } from './qrImage.ts'

/** How often the profile is asked whether the phone has come, while the page is seen. */
const LOOK_MS = 3000

/** Invite a phone with a code of this page's own, and confirm that one and no other. */
export async function showAddPhone(app: App, screen: Screen): Promise<void> {
  screen.show(addPhoneWords.addPhone, el('p', {}, addPhoneWords.oneMoment))
  let invitation: Invitation
  let hash: string
  try {
    invitation = recalled(app) ?? (await app.api.invite())
    remember('invitation', invitation)
    hash = await sha256Hex(invitation.code)
  } catch (error) {
    screen.showTrouble(error, () => showAddPhone(app, screen))
    return
  }
  let known: string | null = null
  let shown = ''
  const left = el('span', { class: 'left', role: 'timer' })
  const { box: trouble, say } = formMessage()
  const other = el('div', { role: 'status' })
  let otherId: string | null = null
  let confirming: ReturnType<typeof phoneConfirmation> | null = null

  showCode()
  const ticking = setInterval(tick, 1000)
  const looking = setInterval(look, LOOK_MS)
  screen.signal.addEventListener('abort', () => {
    clearInterval(ticking)
    clearInterval(looking)
  })
  tick()
  await look()

  async function look(): Promise<void> {
    if (screen.signal.aborted || document.visibilityState !== 'visible') return
    try {
      app.profile = await app.api.profile()
      say()
      if (!screen.signal.aborted) take(app.profile.devices)
    } catch (error) {
      say(el('p', {}, explain(error)))
    }
  }

  /** Show how the invited phone stands. */
  function take(devices: Devices): void {
    const invited = invitedPhone(devices, hash, known)
    // While this page shows its code, another tab of the payer's may add another phone.
    const isBeside = invited.state === 'other' && known === null
    sayOther(isBeside ? invited.id : null)
    if (isBeside) return
    if (invited.state === 'here') {
      known = invited.pending.id
      if (shown === known) confirming?.update(invited.pending)
      else showConfirmation(invited.pending)
    } else if (invited.state !== 'awaited') showEnd(invited)
  }

  function tick(): void {
    const seconds = Math.ceil((Date.parse(invitation.expiresAt) - app.clock.now()) / 1000)
    left.textContent = minutesAndSeconds(Math.max(0, seconds))
    if (seconds <= 0 && known === null) showEnd({ state: 'ended' })
  }

  /** Say that a phone came with another code; null if there is none, or no more. */
  function sayOther(id: string | null): void {
    if (otherId === id) return
    otherId = id
    if (id === null) fill(other)
    else {
      const no = turnAway(id, addPhoneWords.dontAddThat, () => take(app.profile.devices))
      fill(
        other,
        el(
          'div',
          { class: 'told' },
          ...addPhoneWords.otherTried.map((text) => el('p', {}, text)),
          no,
        ),
      )
    }
  }

  function showCode(): void {
    const { code } = invitation
    const path = invitationPath(code)
    const link = { href: path, target: '_blank', rel: 'noopener', class: 'button' }
    const here = el('a', link, addPhoneWords.useThisDevice)
    // In the hand of who reads this: it comes before the QR code, which this device cannot scan from its own screen.
    const isHandheld = matchMedia('(pointer: coarse)').matches
    screen.show(
      addPhoneWords.addPhone,
      isHandheld && el('p', {}, addPhoneWords.onThisDevice),
      isHandheld && el('div', { class: 'actions' }, here),
      el('p', {}, isHandheld ? addPhoneWords.scanOther : addPhoneWords.scan),
      qrImage(`${location.origin}${path}`, addPhoneWords.qrOpens),
      el('p', {}, ...keeping(addPhoneWords.orType(phoneAddress()), phoneAddress())),
      verbatim('p', { class: 'invitation' }, invitationToShow(code)),
      app.profile.devices.list.length > 0 && el('p', {}, addPhoneWords.forgot),
      el('p', { class: 'countdown' }, ...addPhoneWords.left<Child>(left)),
      el('p', { role: 'status' }, addPhoneWords.continuesItself),
      el('p', { class: 'hint' }, addPhoneWords.showNobody),
      other,
      trouble,
      el('div', { class: 'actions' }, !isHandheld && here, back()),
    )
  }

  function showConfirmation(pending: PendingDevice): void {
    shown = pending.id
    confirming = phoneConfirmation(app, screen, pending, {
      take: (profile) => {
        app.profile = profile
        take(profile.devices)
      },
      lookNow: look,
    })
    screen.show(
      addPhoneWords.isItYours,
      ...confirming.content,
      trouble,
      el('div', { class: 'actions' }, turnAway(pending.id, addPhoneWords.dontAdd, leave)),
    )
  }

  function showEnd(invited: Exclude<Invited, { state: 'here' | 'awaited' }>): void {
    clearInterval(looking)
    clearInterval(ticking)
    forget('invitation')
    if (invited.state === 'added' || invited.state === 'waits') {
      const said =
        invited.state === 'added'
          ? el('p', {}, ...addPhoneWords.approvesNow<Child>(verbatim('span', {}, invited.name)))
          : el('p', {}, ...waitInWords(invited.device, app.profile.devices))
      app.go({ view: 'phone' }, { replace: true, notice: [said] })
      return
    }
    const isReplaced = invited.state === 'other'
    const again = isReplaced
      ? turnAway(invited.id, addPhoneWords.startAgain, startAgain, true)
      : button(addPhoneWords.startAgain, startAgain, { kind: 'primary' })
    screen.show(
      addPhoneWords.notAdded,
      ...(isReplaced ? addPhoneWords.replaced : addPhoneWords.ended).map((text) =>
        el('p', {}, text),
      ),
      trouble,
      el('div', { class: 'actions' }, again, back()),
    )
  }

  const startAgain = () => showAddPhone(app, screen)

  function leave(): void {
    forget('invitation')
    app.go({ view: 'phone' })
  }

  /** A button that turns away a phone which has not been let in. */
  function turnAway(deviceId: string, label: string, then: () => unknown, isFirst = false) {
    const work = async () => {
      say()
      try {
        app.profile = await app.api.removeDevice(deviceId)
      } catch (error) {
        say(el('p', {}, explain(error)))
        return
      }
      if (!screen.signal.aborted) await then()
    }
    const kind = isFirst ? 'primary' : 'secondary'
    return button(label, work, { kind, busyLabel: addPhoneWords.oneMoment })
  }
}

const back = (): Child =>
  el('a', { href: fragmentOf({ view: 'phone' }), class: 'button' }, addPhoneWords.back)

/** The code that this tab showed before a reload or a new sign-in, if it is still good. */
function recalled({ clock }: App): Invitation | null {
  const { code, expiresAt } = Object(recall('invitation'))
  return typeof code === 'string' && Date.parse(expiresAt) > clock.now()
    ? { code, expiresAt }
    : null
}

import { factsOf } from '../../deviceFacts.ts'
import { el, fill, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { detailsOf } from '../../problem.ts'
import { forgetDevice, type OwnDevice } from '../deviceStore.ts'
import { isDismissed, signWithPasskey } from '../passkey.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { removeChallenge } from '../signing.ts'
import type { Watched } from '../watch.ts'
import { inRow, row } from './facts.ts'
import { passkeyTries } from './tries.ts'

/** This phone's name, accounts and how to remove it; folded, so that nobody presses it by mistake. */
export function phoneSettings(page: PhonePage, screen: PhoneScreen) {
  const rows = el('div', {})
  const box = el(
    'details',
    { class: 'settings' },
    el('summary', {}, 'This phone'),
    rows,
    el('p', {}, el('a', { href: '#add' }, 'Add this phone to another account')),
    el(
      'p',
      { class: 'hint' },
      'The browser has to keep the data of this site. Before you delete it, or remove your only phone, add another one: without one you can approve nothing.',
    ),
  )
  let shown = ''

  /** Drawn anew only if a device is new or gone, because a button may have the focus. */
  function render(all: readonly Watched[]): void {
    const active = all.filter(
      ({ state, told }) => state !== 'removed' && state !== 'waiting' && told !== null,
    )
    const key = JSON.stringify(
      active.map(({ device, others }) => [device.kid, others.map(({ id }) => id)]),
    )
    if (key === shown) return
    shown = key
    fill(rows, ...active.map((watched) => part(watched)))
  }

  function part({ device, told, others }: Watched): HTMLElement {
    const { box: message, say } = formMessage()
    const actions = el('div', { class: 'actions' })
    const section = el(
      'section',
      {},
      el(
        'dl',
        { class: 'facts' },
        row('Name', inRow(told?.name ?? device.name)),
        row('Account', inRow(device.email)),
        told && row('Added', factsOf(told)),
        others.length > 0 && row('Your other phones', ...others.map(otherPhone)),
      ),
      message,
      actions,
    )
    // Before the press, because a browser signs only directly in it.
    removeChallenge(told?.removal ?? '').then(offer)
    return section

    function offer(challenge: ArrayBuffer): HTMLButtonElement {
      const remove = button('Remove this phone', () => askFirst(challenge), {
        'aria-label': `Remove this phone from ${device.email}`,
      })
      fill(actions, remove)
      return remove
    }

    function askFirst(challenge: ArrayBuffer): void {
      say()
      const tell = passkeyTries('The phone was not removed. Try again.')
      const remove = () => removed(device, challenge, { say, tell })
      const sure = button('Yes, remove it', remove, { busyLabel: 'Removing…' })
      const keep = () => {
        say()
        offer(challenge).focus()
      }
      fill(
        actions,
        el('p', { role: 'status' }, others.length === 0 ? IS_ONLY : REMOVAL_MEANS),
        sure,
        button('Keep it', keep, { kind: 'quiet' }),
      )
      sure.focus()
    }
  }

  async function removed(
    device: OwnDevice,
    challenge: ArrayBuffer,
    {
      say,
      tell,
    }: Pick<ReturnType<typeof formMessage>, 'say'> & {
      readonly tell: ReturnType<typeof passkeyTries>
    },
  ): Promise<void> {
    const signing = signWithPasskey(challenge, device.credentialId)
    say()
    try {
      const assertion = await signing
      await page.calls.answer(device, 'removal', { answer: 'approve', assertion })
    } catch (error) {
      // Removed already, here or on the signed-in page.
      if (isDismissed(error) || detailsOf(error).code !== 'device_not_trusted') {
        say(...tell(error))
        return
      }
    }
    await forgetDevice(device)
    await page.watch.load()
    await page.rings.endIfAlone()
    if (!screen.signal.aborted) showRemoved(page.nextScreen(), device)
  }

  return { box, render }
}

const FOR_GOOD =
  'This is for good: it can’t be undone, and to approve again the phone has to be added anew.'
const REMOVAL_MEANS = `Remove this phone? It approves nothing any more then. ${FOR_GOOD}`
const IS_ONLY = `Remove this phone? It approves nothing any more then, and the account has no other phone that does. ${FOR_GOOD}`

const otherPhone = (other: Watched['others'][number]): HTMLElement =>
  el('span', {}, verbatim('strong', { dir: 'auto' }, other.name), ` ${factsOf(other)}`)

function showRemoved(screen: PhoneScreen, { email, name }: OwnDevice): void {
  screen.show(
    'This phone is removed',
    el(
      'p',
      {},
      'It approves no payments of ',
      verbatim('strong', { dir: 'auto' }, email),
      ' any more. You can delete its passkey “Payfriend, ',
      verbatim('span', {}, name),
      '” in the settings of your phone.',
    ),
    el('div', { class: 'actions' }, el('a', { href: '#', class: 'button primary' }, 'Done')),
  )
}

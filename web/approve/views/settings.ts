import { ownPhoneWords } from '#words/ownPhoneWords.ts'
import { addedWhen, factsOf, usedWhen } from '../../deviceFacts.ts'
import { type Child, el, fill, keeping, verbatim } from '../../element.ts'
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
    el('summary', {}, ownPhoneWords.thisPhone),
    rows,
    el('p', {}, el('a', { href: '#add' }, ownPhoneWords.addToOther)),
    el('p', { class: 'hint' }, ownPhoneWords.keepData),
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
        row(ownPhoneWords.name, inRow(told?.name ?? device.name)),
        row(ownPhoneWords.account, inRow(device.email)),
        told && row(ownPhoneWords.added, addedWhen(told)),
        told && row(ownPhoneWords.lastUsed, usedWhen(told)),
        others.length > 0 && row(ownPhoneWords.otherPhones, ...others.map(otherPhone)),
      ),
      message,
      actions,
    )
    // Before the press, because a browser signs only directly in it.
    removeChallenge(told?.removal ?? '').then(offer)
    return section

    function offer(challenge: ArrayBuffer): HTMLButtonElement {
      const remove = button(ownPhoneWords.remove, () => askFirst(challenge), {
        'aria-label': ownPhoneWords.removeFrom(device.email),
      })
      fill(actions, remove)
      return remove
    }

    function askFirst(challenge: ArrayBuffer): void {
      say()
      const name = told?.name ?? device.name
      const question =
        others.length === 0
          ? ownPhoneWords.reallyRemoveOnly(name)
          : ownPhoneWords.reallyRemove(name)
      const tell = passkeyTries(ownPhoneWords.notRemoved)
      const remove = () => removed(device, challenge, { say, tell })
      const sure = button(ownPhoneWords.yesRemove, remove, {
        busyLabel: ownPhoneWords.removing,
      })
      const keep = () => {
        say()
        offer(challenge).focus()
      }
      fill(
        actions,
        el('p', { role: 'status' }, ...keeping(question, name)),
        sure,
        button(ownPhoneWords.keep, keep, { kind: 'quiet' }),
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

const otherPhone = (other: Watched['others'][number]): HTMLElement =>
  el('span', {}, verbatim('strong', { dir: 'auto' }, other.name), ` ${factsOf(other)}`)

function showRemoved(screen: PhoneScreen, { email, name }: OwnDevice): void {
  screen.show(
    ownPhoneWords.isRemoved,
    el(
      'p',
      {},
      ...ownPhoneWords.deletePasskey<Child>(
        verbatim('strong', { dir: 'auto' }, email),
        verbatim('span', {}, name),
      ),
    ),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: '#', class: 'button primary' }, ownPhoneWords.done),
    ),
  )
}

import { addPhoneWords } from '#words/addPhoneWords.ts'
import type { Profile } from '../api.ts'
import type { AddedBy, PendingDevice, PendingLeave } from '../deviceApi.ts'
import { type Child, el, fill, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, isFocusLost, onSubmit } from '../form.ts'
import { forgetOwnerInvitation, ownerInvitation } from '../ownerInvitation.ts'
import { plainCode } from '../plainText.ts'
import { attemptsInWords, detailsOf, reasonsOf } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import {
  type WayEvents,
  type WayIn,
  wayByDevice,
  wayByInvitation,
  wayBySignIn,
  wayByText,
} from './waysIn.ts'

/** The form that lets an invited phone in: its four digits, and one of the ways that the account has. */
export function phoneConfirmation(
  app: App,
  screen: Screen,
  first: PendingDevice,
  on: { take(profile: Profile): void; lookNow(): void },
) {
  let pending = first
  const digits = el('input', {
    id: 'digits',
    name: 'digits',
    inputmode: 'numeric',
    autocomplete: 'off',
    required: true,
  })
  const { box, say } = formMessage()
  const said = el('div', { role: 'status', tabindex: -1, class: 'said' })
  const digitsRow = field(addPhoneWords.digits, digits, null, { empty: addPhoneWords.digitsEmpty })
  const submit = button(addPhoneWords.addThisPhone, () => {}, { kind: 'primary', type: 'submit' })
  const before = el('div', {})
  const after = el('div', {})
  const others = el('div', { class: 'actions' })
  const form = el('form', {}, digitsRow.row, after, box, submit)
  onSubmit(form, submit, addPhoneWords.checking, confirm)

  const events: WayEvents = {
    take: on.take,
    say,
    refused(error, instead) {
      say(...[...reasonsOf(error), instead ?? ''].map((reason) => reason && el('p', {}, reason)))
      on.lookNow()
    },
  }
  const ways = waysOf(app, first).map((leave) => wayOf(app, screen, first, leave, events))
  let way: WayIn = ways[0] ?? wayByDevice(app, first)
  choose(way)

  function choose(chosen: WayIn): void {
    way = chosen
    fill(before, ...way.before)
    fill(after, ...way.after)
    fill(
      others,
      ...ways
        .filter((one) => one !== way)
        .map((one) =>
          button(one.label, () => {
            say()
            choose(one)
            digits.focus()
            if (isFocusLost()) said.focus()
          }),
        ),
    )
    update(pending)
  }

  async function confirm(): Promise<void> {
    say()
    digitsRow.tell(null)
    const proof = way.proof()
    if (proof === null) return
    try {
      const profile = await app.api.confirmDevice(first.id, plainCode(digits.value), proof)
      if (proof.invitation !== undefined) forgetOwnerInvitation()
      on.take(profile)
    } catch (error) {
      if (screen.signal.aborted) return
      const { code: refusal, attemptsLeft = 0 } = detailsOf(error)
      const isWrong = refusal === 'wrong_code'
      if (isWrong) {
        // With a code too, the server does not tell which of the two is wrong.
        const attempts = attemptsInWords(attemptsLeft)
        digitsRow.tell(
          way.wrong
            ? addPhoneWords.wrongCost(way.wrong, attempts)
            : addPhoneWords.wrongDigits(attempts),
        )
        // Afterwards, because a field reads its reason out with the focus.
        digits.focus()
        digits.select()
      } else say(...reasonsOf(error).map((reason) => el('p', {}, reason)))
      if (!isWrong || attemptsLeft === 0) on.lookNow()
    }
  }

  /** Show what the server knows of it now. */
  function update(now: PendingDevice): void {
    pending = now
    const byDevice = ways.find(({ by }) => by === 'device')
    // Nothing more is needed than the digits.
    if (now.hasLeave && byDevice && byDevice !== way) {
      choose(byDevice)
      return
    }
    way.update(now)
    const hadFocus = form.contains(document.activeElement)
    const isReady = way.isReady(now)
    submit.hidden = !isReady
    form.hidden = way.by === 'device' && !isReady
    others.hidden = now.hasLeave || ways.length < 2
    const text = way.words(now)
    if (said.textContent !== text) fill(said, text !== '' && el('p', {}, text))
    // The digits were right, and there is nothing more to type.
    if (hadFocus && isFocusLost()) said.focus()
  }

  const content: Child[] = [
    el('p', {}, verbatim('strong', { class: 'lead', dir: 'auto' }, first.name)),
    el('p', {}, ...keeping(whatItAsks(first), first.reference)),
    said,
    before,
    form,
    others,
  ]
  return { content, update: (now: PendingDevice) => pending !== now && update(now) }
}

const whatItAsks = ({ renews, reference }: PendingDevice): string =>
  renews ? addPhoneWords.renews(reference) : addPhoneWords.asks(reference)

/** The best way first: an invitation that the payer came with, and then the one with the least to do and to wait. */
function waysOf(
  { profile: { devices } }: App,
  { leaves, renews }: PendingDevice,
): readonly PendingLeave[] {
  // The only phone that approves is the one that lost its key: it can't say yes to itself.
  const canSayYes = !renews || devices.list.length > 1
  const rank = ({ by }: PendingLeave) =>
    by === 'invitation' && ownerInvitation() !== null ? -1 : ORDER.indexOf(by)
  return leaves.filter(({ by }) => by !== 'device' || canSayYes).sort((a, b) => rank(a) - rank(b))
}

const ORDER: readonly AddedBy[] = ['device', 'sign-in', 'text', 'invitation']

function wayOf(
  app: App,
  screen: Screen,
  pending: PendingDevice,
  leave: PendingLeave,
  on: WayEvents,
): WayIn {
  switch (leave.by) {
    case 'device':
      return wayByDevice(app, pending)
    case 'text':
      return wayByText(app, screen, pending, leave, on)
    case 'invitation':
      return wayByInvitation(leave.waitHours, app.profile.email)
    case 'sign-in':
      return wayBySignIn()
  }
}

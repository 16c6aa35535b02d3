/** The ways to let a new phone in, each as a part of the form that confirms it. */

import { addPhoneWords } from '#words/addPhoneWords.ts'
import { codeWords } from '#words/codeWords.ts'
import { invitationWords } from '#words/invitationWords.ts'
import type { LeaveProof, Profile } from '../api.ts'
import type { AddedBy, PendingDevice, TextLeave } from '../deviceApi.ts'
import { type Child, el, fill } from '../element.ts'
import { field } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import { OWNER_INVITATION_DAYS, ownerInvitation } from '../ownerInvitation.ts'
import { plainCode } from '../plainText.ts'
import { detailsOf, meanwhile } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { operatorHere } from './howToAdd.ts'
import { withNumbers } from './numbers.ts'
import { phoneAddress, phoneLinks } from './phoneLinks.ts'

/** One way in. */
export type WayIn = {
  readonly by: AddedBy
  /** The button that chooses it. */
  readonly label: string
  /** What to do, with how long the phone waits afterwards. */
  words(pending: PendingDevice): string
  /** Shown before the field of the digits. */
  readonly before: Child[]
  /** Shown after the field of the digits. */
  readonly after: Child[]
  /** Whether the form can be sent now. */
  isReady(pending: PendingDevice): boolean
  update(pending: PendingDevice): void
  /** What goes with the digits; null if something is missing, which is said then. */
  proof(): LeaveProof | null
  /** Why digits and proof were refused. */
  readonly wrong: string | null
}

export type WayEvents = {
  take(profile: Profile): void
  /** A request was refused; with what else can be done. */
  refused(error: unknown, instead: string | null): void
  say(...content: Child[]): void
}

/** The payer's other phone says yes. */
export function wayByDevice(app: App, { id, renews }: PendingDevice): WayIn {
  // One that was renewed cannot say yes to itself.
  const others = app.profile.devices.list.length - (renews ? 1 : 0)
  const links = el(
    'div',
    {},
    ...phoneLinks(app, addPhoneWords.openThere(phoneAddress()), `device.${id}`),
  )
  return {
    by: 'device',
    label: addPhoneWords.byDevice,
    words: ({ hasLeave, hasDigits }) =>
      hasLeave ? addPhoneWords.saidYes : addPhoneWords.digitsRight(hasDigits, others === 1),
    before: [links],
    after: [],
    isReady: ({ hasDigits, hasLeave }) => hasLeave || !hasDigits,
    update: ({ hasLeave }) => {
      links.hidden = hasLeave
    },
    proof: () => ({}),
    wrong: null,
  }
}

/** The sign-in that the payer just made. */
export const wayBySignIn = (): WayIn => ({
  by: 'sign-in',
  label: addPhoneWords.bySignIn,
  words: () => '',
  before: [],
  after: [],
  isReady: () => true,
  update: () => {},
  proof: () => ({}),
  wrong: null,
})

/** A code by text to the verified number. */
export function wayByText(
  app: App,
  screen: Screen,
  { id }: PendingDevice,
  { to, waitHours }: TextLeave,
  on: WayEvents,
): WayIn {
  const input = el('input', {
    id: 'device-code',
    name: 'device-code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    required: true,
  })
  const code = field(addPhoneWords.codeFromText, input, null, { empty: codeWords.empty })
  const sent = el('p', { class: 'hint', role: 'status' })
  const ask = resendButton({
    label: withNumbers(addPhoneWords.textTo(to), to),
    clock: app.clock,
    signal: screen.signal,
    send: async () => {
      on.say()
      fill(sent)
      try {
        on.take(await app.api.textLeave(id))
        fill(sent, ...withNumbers(addPhoneWords.textedTo(to), to))
        input.focus()
      } catch (error) {
        const { retryAfterSeconds } = detailsOf(error)
        if (retryAfterSeconds) ask.waitSeconds(retryAfterSeconds)
        on.refused(error, meanwhile(error))
      }
    },
  })
  const sentAtOf = ({ leaves }: PendingDevice) => leaves.find(isText)?.sentAt ?? null
  return {
    by: 'text',
    label: addPhoneWords.byText(waitHours),
    words: () => addPhoneWords.needText(waitHours),
    before: [],
    after: [ask.box, sent, code.row],
    isReady: (pending) => sentAtOf(pending) !== null,
    update: (pending) => {
      const sentAt = sentAtOf(pending)
      code.row.hidden = sentAt === null
      input.disabled = sentAt === null
      ask.box.hidden = pending.leaves.find(isText)?.sendsLeft === 0
      if (sentAt !== null) ask.sentAt(Date.parse(sentAt))
    },
    proof: () => {
      if (!input.disabled) return { code: plainCode(input.value) }
      on.say(el('p', {}, addPhoneWords.askFirst))
      return null
    },
    wrong: addPhoneWords.wrongText,
  }
}

/** An invitation by the people who run the service. */
export function wayByInvitation(waitHours: number, email: string): WayIn {
  const input = el('input', { id: 'owner-invitation', name: 'owner-invitation', ...AS_TYPED })
  const kept = ownerInvitation()
  input.value = kept ?? ''
  const code = field(addPhoneWords.invitation, input, addPhoneWords.invitationHint, {
    empty: invitationWords.codeEmpty,
  })
  return {
    by: 'invitation',
    label: addPhoneWords.byInvitation,
    words: () => addPhoneWords.needInvitation(operatorHere(), kept !== null, waitHours),
    before: [],
    after: [code.row],
    isReady: () => true,
    update: () => {},
    proof: () => {
      const invitation = readInvitation(input.value)
      if (invitation !== null) return { invitation }
      code.tell(addPhoneWords.compareInvitation)
      input.focus()
      return null
    },
    wrong: addPhoneWords.wrongInvitation(invitationWords.whyNotGood(email, OWNER_INVITATION_DAYS)),
  }
}

const AS_TYPED = {
  autocomplete: 'off',
  autocapitalize: 'characters',
  spellcheck: 'false',
  required: true,
}

const isText = (leave: PendingDevice['leaves'][number]): leave is TextLeave => leave.by === 'text'

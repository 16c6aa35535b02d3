/** Stories of devices that are lost, removed, or without their key, and of who comes back; time goes by hours in them. */
import fc from 'fast-check'
import type { Action } from './actions.ts'
import type { DeviceAction } from './deviceActions.ts'
import { crossedProofs, type ReplySpoil, staleAnswers, wrongAnswers } from './deviceSpoils.ts'
import {
  adding,
  addingAnother,
  again,
  byInvitation,
  ownerInvite,
  pass,
  passTo,
  racing,
  renewing,
  start,
  stop,
  well,
} from './deviceSteps.ts'
import type { Turn } from './lanes.ts'

const { invite, enrol, leave, confirm, remove, undo, answer } = well
const beside = fc.constantFrom(-1, 0, 1)
const approvals = (device = -1): DeviceAction => ({ do: 'approvals', device, skew: 0 })
const sweep: Action = { do: 'sweep', fault: 'well' }
const text: Action = { do: 'text', which: -1, by: 0, fault: 'well' }
const code: Action = { do: 'enter', which: -1, by: 0, code: 'right', fault: 'well' }
const notMe = (more: object = {}) => answer({ answer: 'deny', reason: 'not_me', ...more })
const withInvitation = confirm({ code: 'none', invitation: 'right' })
const signOut = (who: number): DeviceAction => ({ do: 'signOut', who, session: 'new' })
const phone = (who: number, more: object = {}): Action => ({
  ...({ do: 'phone', who, number: 2 + (who % 2), fault: 'well' } as const),
  ...more,
})
const prove = (who: number): Action => ({
  ...({ do: 'prove', who, code: 'right', current: 'none', fault: 'well' } as const),
})
const spoilt = fc.constantFrom<ReplySpoil>(...wrongAnswers, ...staleAnswers, ...crossedProofs)

/** A device that one had before the recovery, and the recovery: by a text or an invitation. */
const recovering = (who: number) =>
  fc
    .boolean()
    .map((isInvited) => [...adding(who), ...(isInvited ? byInvitation(who) : adding(who))])

type Tell = (who: number) => fc.Arbitrary<readonly Action[]>
const all = (...parts: fc.Arbitrary<Action | readonly Action[]>[]) =>
  fc.tuple(...parts).map((parts): readonly Action[] => parts.flat())

/** What is told of one person. */
export const lost: readonly Tell[] = [
  // A recovery waits, is told again at its half, and is active by the clock.
  (who) =>
    all(
      recovering(who),
      fc.constant([approvals(), approvals(-2), start(who, 0), answer()]),
      fc
        .tuple(beside, beside)
        .map(([half, end]) => [
          passTo('half', who, half),
          sweep,
          sweep,
          passTo('wait', who, end),
          start(who, 1),
          answer(),
          answer({ device: -2 }),
        ]),
    ),
  // It is stopped by the passkey of the device that was there, never by one tap; then only the operator lets one in.
  (who) =>
    all(
      recovering(who),
      fc.oneof(
        fc.constant([stop(-2, -1, { answer: 'deny' })]),
        spoilt.map((spoil) => Array<DeviceAction>(5).fill(stop(-2, -1, { spoil }))),
        fc.constant([]),
      ),
      fc.constant([stop(-2, -1), again, approvals(-2), ...adding(who)]),
      fc.boolean().map((isNow) => byInvitation(who, isNow)),
    ),
  // A session cancels it.
  (who) =>
    all(recovering(who), fc.constant([remove(), approvals(-2), passTo('wait', who), approvals()])),
  // A removal by a session is undone by the passkey and a newer sign-in, in time.
  (who) =>
    all(
      fc.constant([...adding(who), start(who, 0), remove(), approvals(), answer()]),
      fc.constantFrom<readonly Action[]>([], [undo()], [stop(-1, -1, { answer: 'deny' })]),
      beside.map((ms) => [
        stop(-1, -1),
        undo(),
        pass(1000),
        undo({ session: 'old' }),
        passTo('undo', who, ms),
      ]),
      fc.constant([approvals(), undo(), start(who, 1), answer()]),
    ),
  (who) =>
    fc.constant([
      ...adding(who),
      pass(2000),
      remove(),
      stop(-1, -1),
      pass(1000),
      undo(),
      start(who, 0),
      answer(),
      remove(),
      undo(),
      stop(-1, -1),
      again,
    ]),
  // A device is removed by a session, and a recovery begins: the removed one stops it, also after its own time.
  (who) =>
    fc
      .tuple(beside, beside)
      .map(([removed, began]) => [
        ...adding(who),
        remove(),
        passTo('undo', who, -600_000),
        ...adding(who),
        passTo('undo', who, removed),
        approvals(-2),
        passTo('wait', who, began - 1),
        stop(-2, -1),
        approvals(-2),
      ]),
  // The removed device's time is over, and then comes a recovery.
  (who) =>
    beside.map((ms) => [
      ...adding(who),
      remove(),
      passTo('undo', who, ms),
      ...adding(who),
      stop(-2, -1),
      approvals(-2),
      passTo('wait', who),
      start(who, 0),
      answer(),
    ]),
  // The key is gone and the passkey is there; the old key dies.
  (who) =>
    fc
      .constantFrom<'right' | 'wrong'>('right', 'right', 'right', 'wrong')
      .chain((renews) =>
        fc
          .constantFrom<readonly DeviceAction[]>(
            [leave(), confirm()],
            [ownerInvite(who), withInvitation],
            [confirm({ code: 'none' })],
            [leave(), confirm({ digits: 'wrong' }), confirm()],
          )
          .map((let_in) => [
            ...adding(who),
            start(who, 0),
            ...renewing(who, { renews }),
            ...let_in,
            answer({ device: -2 }),
            answer(),
            approvals(),
            ...renewing(who, { phone: 0 }),
          ]),
      ),
  // With three devices there is room for a renewal, and another device says yes to it.
  (who) =>
    fc.constant([
      ...adding(who),
      ...addingAnother(who, 1),
      ...addingAnother(who, 2),
      ...renewing(who),
      answer({ device: -3, on: 'device' }),
      confirm({ code: 'none' }),
      approvals(),
      approvals(-2),
      stop(-2, -2),
    ]),
  // A waiting device's passkey renews nothing, nor does a removed one's.
  (who) =>
    all(
      recovering(who),
      fc.constant([...renewing(who), leave(), confirm(), remove({ device: 0 })]),
      fc.constant(renewing(who, { phone: 0 })),
    ),
  // Texts and starts are closed while a device is active or was removed lately, and open afterwards.
  (who) =>
    fc
      .tuple(fc.constantFrom<DeviceAction>(remove(), answer({ on: 'removal' })), beside)
      .map(([gone, ms]) => [
        ...adding(who),
        gone,
        start(who, 0),
        text,
        passTo('undo', who, ms),
        start(who, 1),
        text,
        code,
        { do: 'press', which: -1, answer: 'approved', arrives: true },
        ...adding(who),
        start(who, 2),
        text,
      ]),
  // Another number, by a device's yes.
  (who) =>
    all(
      fc.constant([...adding(who), phone(who), prove(who), approvals()]),
      fc.oneof(
        fc.constant([answer({ on: 'phone' }), again, prove(who)]),
        fc.constant([answer({ on: 'phone' }), remove(), prove(who)]),
        fc.constant([answer({ on: 'phone', answer: 'deny' }), prove(who)]),
        fc.constant([notMe({ on: 'phone' }), prove(who), start(who, 0)]),
        spoilt.map((spoil) => [
          ...Array<DeviceAction>(5).fill(answer({ on: 'phone', spoil })),
          answer({ on: 'phone' }),
          prove(who),
        ]),
        fc.constant([
          pass(20_000),
          phone(who, { number: who }),
          pass(20_000),
          phone(who),
          answer({ on: 'phone' }),
          prove(who),
        ]),
      ),
      fc.constant([approvals(), answer({ on: 'phone' }), { do: 'profile', who } as const]),
    ),
  // Another number, by the operator's invitation, once.
  (who) =>
    fc
      .constantFrom<'right' | 'old' | 'wrong'>('right', 'right', 'old', 'wrong')
      .map((invitation) => [
        ...adding(who),
        ownerInvite(who),
        ownerInvite(who),
        remove(),
        phone(who),
        phone(who, { invitation }),
        prove(who),
        pass(20_000),
        phone(who, { number: who, invitation }),
      ]),
  // The invitation is replaced after it came with a number.
  (who) =>
    fc.constant([
      ...adding(who),
      ownerInvite(who),
      phone(who, { invitation: 'right' }),
      ownerInvite(who),
      prove(who),
      answer({ on: 'phone' }),
      prove(who),
    ]),
  // “I didn't start this”: the ladder, its ends, and the operator.
  (who) =>
    beside.map((ms) => [
      ...adding(who),
      start(who, 0),
      start(who, 1),
      notMe(),
      again,
      start(who, 2),
      start(who, 0),
      passTo('starts', who, ms),
      start(who, 3),
      notMe(),
      start(who, 4),
      { do: 'unlock', who },
      start(who, 4),
    ]),
  (who) =>
    fc.constant([
      ...adding(who),
      invite(who),
      enrol(),
      notMe({ device: -2, on: 'device' }),
      start(who, 0),
    ]),
  // The operator's invitation: its end, one that was replaced, one that waives the wait, one after a lock.
  (who) =>
    fc
      .tuple(beside, fc.boolean())
      .map(([ms, isNow]) => [
        ...adding(who),
        ownerInvite(who, isNow),
        passTo('invitation', who, ms),
        invite(who),
        enrol(),
        withInvitation,
        { do: 'profile', who },
      ]),
  (who) =>
    fc
      .boolean()
      .map((isNow) => [
        ...adding(who),
        ownerInvite(who, !isNow),
        ownerInvite(who, isNow),
        invite(who),
        enrol(),
        confirm({ code: 'none', invitation: 'old' }),
        confirm({ code: 'none', invitation: 'wrong', digits: 'wrong' }),
        withInvitation,
        start(who, 0),
        answer(),
      ]),
  // The operator locks or closes while a device waits, an invitation is out, and a removal can be undone.
  (who) =>
    all(
      fc.constant([...adding(who), ...addingAnother(who, 1), remove()]),
      fc.constant(adding(who)),
      fc
        .constantFrom('lock' as const, 'close' as const)
        .map((what): Action[] => [
          ownerInvite(who),
          { do: what, who },
          ownerInvite(who),
          stop(-2, -2),
          stop(-3, -1),
          approvals(-3),
          { do: 'unlock', who },
          passTo('wait', who),
          approvals(),
          invite(who),
          enrol(),
          withInvitation,
        ]),
    ),
  // Everywhere signed out: what waits goes on, what asks does not.
  (who) =>
    all(
      recovering(who),
      fc.constant([pass(1000), signOut(who), passTo('wait', who), start(who, 0), answer()]),
    ),
  // Waiting devices hold places; a stop or an undo that would make a fourth is none.
  (who) =>
    fc.constant([
      ...adding(who),
      pass(1000),
      remove(),
      stop(-1, -1),
      pass(1000),
      ...adding(who),
      pass(21_000),
      ...adding(who),
      ...byInvitation(who),
      undo({ device: -4 }),
      invite(who),
      enrol(),
      remove({ device: -3 }),
      undo({ device: -4 }),
    ]),
]

/** Two at once. */
export function lostRaces(who: number, turns: fc.Arbitrary<readonly Turn[]>) {
  const removed = [...adding(who), pass(1000), remove(), stop(-1, -1), pass(1000)]
  const waits = [...adding(who), ...adding(who)]
  const renewal = [...adding(who), start(who, 0), ...renewing(who), leave()]
  const changes = [...adding(who), phone(who)]
  return [
    racing(removed, [undo(), undo()], turns),
    racing(removed, [undo(), signOut(who)], turns),
    racing(removed, [undo(), { do: 'lock', who }, stop(-1, -1)], turns),
    racing(waits, [stop(-2, -1), remove()], turns),
    racing(waits, [stop(-2, -1), remove({ device: -2 })], turns),
    racing(waits, [stop(-2, -1), { do: 'lock', who }], turns),
    racing([...waits, passTo('half', who)], [sweep, sweep, remove()], turns),
    racing([...waits, passTo('half', who)], [sweep, stop(-2, -1)], turns),
    racing(renewal, [confirm(), answer({ device: -2 })], turns),
    racing(renewal, [confirm(), remove({ device: -2 })], turns),
    racing(changes, [answer({ on: 'phone' }), answer({ on: 'phone', answer: 'deny' })], turns),
    racing([...changes, answer({ on: 'phone' })], [prove(who), remove()], turns),
    racing([...changes, answer({ on: 'phone' })], [prove(who), prove(who)], turns),
    racing(
      [...adding(who), ownerInvite(who), phone(who, { invitation: 'right' }), invite(who), enrol()],
      [prove(who), withInvitation],
      turns,
    ),
    racing(
      [...adding(who), ownerInvite(who), invite(who), enrol()],
      [withInvitation, ownerInvite(who, true)],
      turns,
    ),
    racing([...adding(who), start(who, 0), start(who, 1)], [notMe(), notMe({ which: -2 })], turns),
    racing([...adding(who), start(who, 0)], [notMe(), start(who, 1), { do: 'unlock', who }], turns),
    racing([...adding(who).slice(0, 3), ownerInvite(who)], [confirm(), withInvitation], turns),
  ]
}

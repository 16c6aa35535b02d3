/** The same of devices that are lost, removed or without their key: what a model of the rules showed to go wrong. */
import type { Action } from './actions.ts'
import type { DeviceAction } from './deviceActions.ts'
import {
  adding,
  addingAnother,
  again,
  byInvitation,
  ownerInvite,
  pass,
  passTo,
  renewing,
  start,
  stop,
  well,
} from './deviceSteps.ts'
import type { Kept } from './keptOfDevices.ts'

/** The deployments, by their places in `RULES`. */
const [DEVICES, DEVICES_VERIFY, TEXTS_BESIDE, NONE] = [5, 6, 7, 8] as const

const { invite, enrol, leave, confirm, remove, undo, answer } = well
const approvals = (device = -1): DeviceAction => ({ do: 'approvals', device, skew: 0 })
const signOut: DeviceAction = { do: 'signOut', who: 0, session: 'new' }
const text: Action = { do: 'text', which: -1, by: 0, fault: 'well' }
const code: Action = { do: 'enter', which: -1, by: 0, code: 'right', fault: 'well' }
const sweep: Action = { do: 'sweep', fault: 'well' }
const lock: Action = { do: 'lock', who: 0 }
const unlock: Action = { do: 'unlock', who: 0 }
const noCode = confirm({ code: 'none' })
const withInvitation = confirm({ code: 'none', invitation: 'right' })
const thiefs = (more: object = {}) => enrol({ hand: 'thief', ...more })
const newPhone = (more: object = {}): Action => ({
  ...({ do: 'phone', who: 0, number: 2, fault: 'well' } as const),
  ...more,
})
const prove: Action = { do: 'prove', who: 0, code: 'right', current: 'none', fault: 'well' }
const notMe = (more: object = {}) => answer({ answer: 'deny', reason: 'not_me', ...more })

export const keptOfRecoveries: readonly Kept[] = [
  {
    name: 'of two devices that wait under one name a stop ends the one whose document was signed',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...adding(0), pass(21_000), ...adding(0)],
      ...[approvals(-3), stop(-3, -2), approvals(-3), approvals(-1), stop(-3, -1), approvals(-3)],
    ],
  },
  {
    name: 'the digits of one device let in no other, however many a session makes',
    rules: DEVICES_VERIFY,
    acts: [
      ...adding(0),
      ...Array.from({ length: 6 }, () => [
        invite(0),
        thiefs(),
        confirm({ digits: 'other' }),
      ]).flat(),
    ],
  },
  {
    name: 'wrong digits do not spend the operator’s invitation, which is good once',
    rules: NONE,
    acts: [
      ...[ownerInvite(0), invite(0), enrol()],
      confirm({ digits: 'wrong', code: 'none', invitation: 'right' }),
      ...[withInvitation, start(0, 0), answer()],
      ...[invite(0), thiefs(), withInvitation],
    ],
  },
  {
    name: 'no time lets in a device that has digits and no leave',
    rules: DEVICES,
    acts: [
      ...[...adding(0), invite(0), thiefs(), noCode],
      ...[pass(12 * 3_600_000), noCode, start(0, 0), answer(), approvals()],
    ],
  },
  {
    name: 'an ended session undoes no removal, moves no number and cancels nothing that waits',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...addingAnother(0, 1), ...adding(0), pass(1000)],
      ...[remove({ device: -2 }), stop(-2, -2), pass(1000), signOut],
      ...[undo({ device: -2, session: 'old' }), remove({ session: 'old' })],
      ...[newPhone({ session: 'old' }), pass(1000), undo({ device: -2 })],
    ],
  },
  {
    name: 'no push goes out after the last device was removed, not even when texts pay again',
    rules: DEVICES,
    acts: [
      ...[...adding(0), remove(), start(0, 0), passTo('undo', 0, -1), start(0, 0)],
      ...[pass(1), start(0, 1), text, code, start(0, 2)],
    ],
  },
  {
    name: 'a device that removed itself closes texts for the wait too, and cannot come back',
    rules: DEVICES_VERIFY,
    acts: [
      ...[...adding(0), answer({ on: 'removal' }), stop(-1, -1), approvals(), undo()],
      ...[passTo('undo', 0, -1), start(0, 0), pass(1), start(0, 0), text, code],
    ],
  },
  {
    name: 'a stop is a passkey’s over its own document: no tap stops, and what has no document cannot be stopped',
    rules: DEVICES,
    acts: [
      ...[...adding(0), stop(-1, -1), ...adding(0)],
      stop(-2, -1, { answer: 'deny' }),
      stop(-2, -1, { spoil: 'other payment' }),
      stop(-2, -1, { spoil: 'other prefix' }),
      ...[stop(-2, -2), stop(-1, -1), stop(-2, -1), again, stop(-2, -1)],
    ],
  },
  {
    name: 'a device that was silenced by its removal is rung for the recovery, and stops it, even after its own time',
    rules: DEVICES,
    acts: [
      ...[...adding(0), remove(), passTo('undo', 0, -600_000), ...adding(0)],
      ...[passTo('undo', 0), approvals(-2), passTo('wait', 0, -1), approvals(-2), stop(-2, -1)],
      ...[...adding(0), ...byInvitation(0, true), start(0, 0), answer()],
    ],
  },
  {
    name: 'five failed stops are that device’s last, and another device still stops',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...addingAnother(0, 1), ...adding(0)],
      ...Array<DeviceAction>(5).fill(stop(-3, -1, { spoil: 'nobody verified' })),
      ...[approvals(-3), stop(-3, -1), stop(-2, -1)],
    ],
  },
  {
    name: 'after a stop no text lets a device in, also not one that was sent before, until an invitation has',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...adding(0), pass(21_000), invite(0), thiefs(), leave()],
      ...[stop(-3, -2), confirm(), leave(), ...byInvitation(0), pass(21_000), ...adding(0)],
    ],
  },
  {
    name: 'a removal by a session is undone by the passkey and a sign-in that is newer, by neither alone, and once',
    rules: DEVICES,
    acts: [
      ...[...adding(0), remove(), pass(1000), undo(), stop(-1, -1)],
      ...[undo({ session: 'old' }), undo(), start(0, 0), answer()],
      ...[remove(), undo(), stop(-1, -1), again, undo(), passTo('undo', 0), undo(), approvals()],
    ],
  },
  {
    name: 'an undo in the very second of the removal is refused',
    rules: DEVICES,
    acts: [...adding(0), remove(), stop(-1, -1), undo(), pass(999), undo(), pass(1), undo()],
  },
  {
    name: 'a new key for a passkey that is there needs a second factor, and the old key dies with it',
    rules: DEVICES,
    acts: [
      ...[...adding(0), start(0, 0), ...renewing(0), noCode, answer()],
      ...[leave(), confirm(), answer({ device: -2 }), approvals(-2), stop(-2, -2), answer()],
    ],
  },
  {
    name: 'neither a removed nor a waiting device’s passkey renews, nor a signature of another',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...renewing(0, { renews: 'wrong' }), ...adding(0), ...renewing(0)],
      ...[remove({ device: 0 }), ...renewing(0, { phone: 0 })],
    ],
  },
  {
    name: 'a number is moved by an active device’s yes to just this verification, and ends every session',
    rules: DEVICES,
    acts: [
      ...[...adding(0), newPhone(), prove, answer({ on: 'phone', spoil: 'other payment' })],
      ...[answer({ on: 'phone' }), pass(20_000), newPhone({ number: 3 }), prove],
      ...[answer({ on: 'phone' }), prove, invite(0, 'old')],
    ],
  },
  {
    name: 'the yes of a device that was removed since moves no number',
    rules: DEVICES_VERIFY,
    acts: [...adding(0), newPhone(), answer({ on: 'phone' }), remove(), prove],
  },
  {
    name: 'the operator’s invitation moves a number once, and not after it was replaced',
    rules: DEVICES,
    acts: [
      ...[...adding(0), remove(), newPhone(), ownerInvite(0), newPhone({ invitation: 'right' })],
      ...[ownerInvite(0), prove, pass(20_000), newPhone({ invitation: 'right' }), prove],
      ...[pass(20_000), newPhone({ number: 3, invitation: 'right' })],
    ],
  },
  {
    name: '“I didn’t start this” locks new payments longer each time, and no approval ends that; the operator does',
    rules: DEVICES,
    acts: [
      ...[...adding(0), start(0, 0), start(0, 1), notMe(), again, answer({ which: -2 })],
      ...[start(0, 2), passTo('starts', 0, -1), start(0, 2), pass(1), start(0, 2), notMe()],
      ...[passTo('starts', 0, -1), start(0, 3), unlock, start(0, 3)],
    ],
  },
  {
    name: 'the operator’s lock ends what waits and the invitation, and its end brings neither back',
    rules: DEVICES,
    acts: [
      ...[...adding(0), ...adding(0), ownerInvite(0), lock, ownerInvite(0), stop(-2, -1)],
      ...[unlock, passTo('wait', 0), approvals(), start(0, 0), answer()],
      ...[invite(0), enrol(), withInvitation, ...byInvitation(0, true)],
    ],
  },
  {
    name: 'who waits is told of once more at half of the wait, and never again',
    rules: NONE,
    acts: [
      ...[...adding(0).slice(0, 2), ownerInvite(0), withInvitation, ...byInvitation(0)],
      ...[
        passTo('half', 0, -1),
        sweep,
        pass(1),
        sweep,
        sweep,
        passTo('wait', 0),
        sweep,
        approvals(),
      ],
    ],
  },
  {
    name: 'where texts may pay beside devices they do, and push nothing',
    rules: TEXTS_BESIDE,
    acts: [...adding(0), start(0, 0), text, code, start(0, 1), answer(), remove(), start(0, 2)],
  },
  {
    name: 'without a provider only a device pays: no number from before does',
    rules: NONE,
    acts: [
      start(0, 0),
      ...byInvitation(0),
      start(0, 0),
      answer(),
      remove(),
      passTo('undo', 0),
      start(0, 1),
    ],
  },
]

/** What is done with devices, as it goes well; and a payment, and time. */
import type fc from 'fast-check'
import type { Action } from './actions.ts'
import type { DeviceAction, SessionAge } from './deviceActions.ts'
import type { Turn } from './lanes.ts'
import type { InjectedFault } from './paymentFlows.ts'

type Of<Do extends DeviceAction['do']> = Extract<DeviceAction, { do: Do }>

/** What differs is set over it. */
export const well = {
  invite: (who: number, session: SessionAge = 'new'): DeviceAction => ({
    do: 'invite',
    who,
    session,
  }),
  enrol: (more: Partial<Of<'enrol'>> = {}): DeviceAction => ({
    ...({ do: 'enrol', invite: -1, hand: 'own', phone: 'new', name: 0, skew: 0 } as const),
    ...more,
  }),
  leave: (more: Partial<Of<'leave'>> = {}): DeviceAction => ({
    ...({ do: 'leave', device: -1, by: 0, session: 'new', fault: 'well' } as const),
    ...more,
  }),
  confirm: (more: Partial<Of<'confirm'>> = {}): DeviceAction => ({
    ...({ do: 'confirm', device: -1, by: 0, session: 'new', digits: 'right' } as const),
    ...({ code: 'right', fault: 'well' } as const),
    ...more,
  }),
  undo: (more: Partial<Of<'undo'>> = {}): DeviceAction => ({
    ...({ do: 'undo', device: -1, by: 0, session: 'new' } as const),
    ...more,
  }),
  remove: (more: Partial<Of<'remove'>> = {}): DeviceAction => ({
    ...({ do: 'remove', device: -1, by: 0, session: 'new' } as const),
    ...more,
  }),
  answer: (more: Partial<Of<'answer'>> = {}): DeviceAction => ({
    ...({ do: 'answer', device: -1, on: 'payment', which: -1, isStrange: false } as const),
    ...({ answer: 'approve', skew: 0 } as const),
    ...more,
  }),
}

/** The operator invites; `now` without a wait. */
export const ownerInvite = (who: number, isNow = false): DeviceAction => ({
  do: 'ownerInvite',
  who,
  isNow,
})

/** A device is let in by the operator's newest invitation. */
export const byInvitation = (who: number, isNow = false): DeviceAction[] => [
  ownerInvite(who, isNow),
  well.invite(who),
  well.enrol(),
  well.confirm({ code: 'none', invitation: 'right' }),
]

/** The newest phone's browser has lost its key, and asks for a new one by the passkey. */
export const renewing = (who: number, more: Partial<Of<'enrol'>> = {}): DeviceAction[] => [
  well.invite(who),
  well.enrol({ phone: -1, renews: 'right', ...more }),
]

/** A device of this person is let in; without a phone the sign-in lets it in, and the text is refused. */
export const adding = (who: number): DeviceAction[] => [
  well.invite(who),
  well.enrol(),
  well.leave(),
  well.confirm(),
]

/** Another, by the yes of the one that is there: `from` places before the new one. */
export const addingAnother = (who: number, from: number): DeviceAction[] => [
  well.invite(who),
  well.enrol({ name: 0 }),
  well.answer({ device: -1 - from, on: 'device' }),
  well.confirm({ code: 'none' }),
]

export const start = (who: number, key: number, fault: InjectedFault = 'well'): Action => ({
  ...({ do: 'start', terms: 0, way: 0 } as const),
  who,
  key,
  fault,
})
export const pass = (ms: number): Action => ({ do: 'time', to: ms, which: 0 })

/** To the end of this person's, or so many milliseconds beside it. */
export const passTo = (
  end: 'wait' | 'half' | 'undo' | 'starts' | 'invitation',
  who: number,
  beside = 0,
): Action => ({ do: 'time', to: { end, beside }, which: who })

/** This device stops a recovery, or asks to undo its own removal: `which` device it is about. */
export const stop = (device: number, which: number, more: Partial<Of<'answer'>> = {}) =>
  well.answer({ device, on: 'stop', which, ...more })

/** The newest answer, word for word. */
export const again: DeviceAction = { do: 'again', reply: -1 }

/** Two at once after what came before, and which goes on first. */
export const racing = (
  before: readonly Action[],
  acts: readonly Action[],
  turns: fc.Arbitrary<readonly Turn[]>,
) => turns.map((turns) => [{ acts: before }, { acts, turns }])

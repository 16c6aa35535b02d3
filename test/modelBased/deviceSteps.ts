/** What is done with devices, as it goes well; and a payment, and time. */
import type { Action } from './actions.ts'
import type { DeviceAction, SessionAge } from './deviceActions.ts'
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

/** The newest answer, word for word. */
export const again: DeviceAction = { do: 'again', reply: -1 }

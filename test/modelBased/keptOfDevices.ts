/** Sequences of devices that a model of the rules, or the model-based test, once showed to be wrong. */
import type { Action } from './actions.ts'
import type { DeviceAction } from './deviceActions.ts'
import { crossedProofs, staleAnswers } from './deviceSpoils.ts'
import { adding, addingAnother, again, pass, start, well } from './deviceSteps.ts'

/** The deployments, by their places in `RULES`: most is about devices in the last two. */
const [AUTHY, VERIFY, DEVICES, DEVICES_VERIFY] = [0, 1, 5, 6] as const

const { invite, enrol, leave, confirm, remove, answer } = well
const wrongDigits = confirm({ digits: 'wrong' })
const times = (n: number, act: Action): Action[] => Array(n).fill(act)
const approvals = (device = -1, skew = 0): DeviceAction => ({ do: 'approvals', device, skew })
const signOut: DeviceAction = { do: 'signOut', who: 0, session: 'new' }
const text: Action = { do: 'text', which: -1, by: 0, fault: 'well' }
const code: Action = { do: 'enter', which: -1, by: 0, code: 'right', fault: 'well' }
const newPhone: Action = { do: 'phone', who: 0, number: 2, fault: 'well' }
const prove: Action = { do: 'prove', who: 0, code: 'right', current: 'right', fault: 'well' }
const asking: readonly Action[] = [invite(0), enrol(), leave()]
const yesOf = (device: number) => answer({ device, on: 'device' })
const noOf = (device: number) => answer({ device, on: 'device', answer: 'deny' })
const noCode = confirm({ code: 'none' })

/** A sequence that is kept, and the place of its deployment in `RULES`. */
export type Kept = {
  readonly name: string
  readonly rules: number
  readonly acts: readonly Action[]
}

export const keptOfDevices: readonly Kept[] = [
  {
    name: 'wrong digits spend neither the code of the text nor the invitation',
    rules: DEVICES,
    acts: [...asking, ...times(4, wrongDigits), confirm()],
  },
  {
    name: 'five wrong digits turn a device away, and the right ones come too late',
    rules: DEVICES,
    acts: [...asking, ...times(5, wrongDigits), confirm(), enrol({ phone: -1 })],
  },
  {
    name: 'of two devices of one name neither is let in by the digits or the code of the other',
    rules: DEVICES,
    acts: [
      ...asking,
      invite(0),
      enrol({ hand: 'thief' }),
      confirm({ code: 'other' }),
      confirm({ device: -2 }),
      leave(),
      confirm({ digits: 'other' }),
      confirm({ device: -2, digits: 'other' }),
      confirm({ code: 'other' }),
    ],
  },
  {
    name: 'two devices of one name and one code: the second is not let in by what it can see',
    rules: DEVICES_VERIFY,
    acts: [
      ...asking,
      enrol({ hand: 'thief' }),
      confirm({ digits: 'other' }),
      confirm({ device: -2 }),
    ],
  },
  {
    name: 'wrong digits do not spend the yes of an old device',
    rules: DEVICES,
    acts: [
      ...adding(0),
      invite(0),
      enrol(),
      yesOf(-2),
      confirm({ digits: 'wrong', code: 'none' }),
      noCode,
    ],
  },
  {
    name: 'an invitation ends with the session that made it',
    rules: DEVICES,
    acts: [invite(0, 'old'), pass(1000), signOut, enrol(), invite(0, 'old')],
  },
  {
    name: 'a device that asks ends with the session that invited it',
    rules: DEVICES,
    acts: [
      invite(0, 'old'),
      enrol(),
      leave({ session: 'old' }),
      pass(1000),
      signOut,
      confirm(),
      confirm({ session: 'old' }),
      leave(),
    ],
  },
  {
    name: 'no route of devices hears an ended session, and a device needs none',
    rules: DEVICES,
    acts: [
      ...adding(0),
      pass(1000),
      signOut,
      invite(0, 'old'),
      confirm({ session: 'old' }),
      remove({ session: 'old' }),
      start(0, 0),
      answer(),
    ],
  },
  {
    name: 'a session alone adds no device, whatever code it tries, and its phone approves nothing',
    rules: DEVICES,
    acts: [
      invite(0),
      enrol({ hand: 'thief' }),
      leave(),
      confirm({ code: 'wrong', session: 'old' }),
      noCode,
      confirm({ code: 'other' }),
      start(0, 0),
      answer(),
      approvals(),
    ],
  },
  {
    name: 'nor does it add a second device with the digits alone, and one that its text lets in only waits',
    rules: DEVICES,
    acts: [...adding(0), invite(0), enrol({ hand: 'thief' }), leave(), noCode, confirm(), noCode],
  },
  {
    name: 'a sign-in adds the first device of a payer without a phone for five minutes',
    rules: DEVICES,
    acts: [invite(2), enrol(), pass(301_000), confirm({ code: 'none', session: 'old' }), noCode],
  },
  {
    name: 'the keys of an active device ask for no other device, and let none in',
    rules: DEVICES,
    acts: [...adding(0), invite(0), enrol({ phone: -1 }), answer({ on: 'device' }), noCode],
  },
  {
    name: 'a removed device is gone: its yes from before, its answers, and those sent again',
    rules: DEVICES,
    acts: [
      ...adding(0),
      ...addingAnother(0, 1),
      invite(0),
      enrol(),
      yesOf(-3),
      start(0, 0),
      remove({ device: -3 }),
      noCode,
      answer({ device: -3 }),
      again,
      approvals(-3),
      yesOf(-2),
      remove({ device: -2 }),
      answer(),
    ],
  },
  {
    name: 'a device that was turned away needs another invitation',
    rules: DEVICES,
    acts: [
      ...adding(0),
      invite(0),
      enrol({ hand: 'thief' }),
      noOf(-2),
      enrol({ phone: -1 }),
      noCode,
    ],
  },
  {
    name: 'with three devices none asks, whatever the age of its invitation',
    rules: DEVICES,
    acts: [
      ...adding(0),
      ...addingAnother(0, 1),
      invite(0),
      invite(0),
      enrol(),
      yesOf(-2),
      noCode,
      invite(0),
      enrol({ invite: 2 }),
      yesOf(-2),
      noCode,
    ],
  },
  {
    name: 'the fifth failed assertion fails a payment; equal ones count once, stale ones never',
    rules: DEVICES_VERIFY,
    acts: [
      ...adding(0),
      start(0, 0),
      ...staleAnswers.map((spoil) => answer({ spoil })),
      ...crossedProofs.map((spoil) => answer({ spoil })),
      answer({ spoil: 'nobody verified' }),
      again,
      again,
      answer({ spoil: 'forged' }),
      answer({ spoil: 'other passkey' }),
      answer({ spoil: 'other credential' }),
      answer({ spoil: 'signature bit' }),
      answer(),
    ],
  },
  {
    name: 'a no counts, and a yes after it does not',
    rules: DEVICES_VERIFY,
    acts: [
      ...adding(0),
      start(0, 0),
      answer({ answer: 'deny', reason: 'not_me' }),
      answer(),
      again,
    ],
  },
  {
    name: 'no device answers for the payment of another payer, whatever proof it has',
    rules: DEVICES,
    acts: [
      ...adding(0),
      start(0, 0),
      ...adding(1),
      start(1, 0),
      answer({ isStrange: true, which: 0 }),
      answer({ isStrange: true, which: 0, spoil: 'other payer' }),
      answer({ isStrange: true, which: 0, spoil: 'other key' }),
      answer({ spoil: 'other payment' }),
      answer(),
      answer({ device: 0 }),
    ],
  },
  {
    name: 'a proof is good for sixty seconds in both directions',
    rules: DEVICES,
    acts: [
      ...adding(0),
      start(0, 0),
      answer({ skew: -61 }),
      answer({ skew: 61 }),
      approvals(-1, -60),
      approvals(-1, 61),
      answer({ skew: 60 }),
    ],
  },
  {
    name: 'a payment from before the first device gets no text and takes no code after it',
    rules: AUTHY,
    acts: [start(0, 0), text, ...adding(0), pass(20_000), text, code, answer()],
  },
  {
    name: 'a change of phone from before the first device comes to nothing after it, and another needs a device',
    rules: VERIFY,
    acts: [newPhone, ...adding(0), prove, newPhone],
  },
  {
    name: 'the code of the old number lets in no device once the phone was changed',
    rules: AUTHY,
    acts: [newPhone, ...asking, prove, confirm()],
  },
  {
    name: 'who has just removed every device starts no payment, and is sent no code for one',
    rules: DEVICES,
    acts: [...adding(0), start(0, 0), remove(), start(0, 1), text, invite(0), answer()],
  },
  {
    name: 'the lock of the operator holds a device’s answers, and its end frees them',
    rules: DEVICES,
    acts: [
      ...adding(0),
      start(0, 0),
      { do: 'lock', who: 0 },
      answer(),
      approvals(),
      { do: 'unlock', who: 0 },
      start(0, 1),
      answer(),
    ],
  },
]

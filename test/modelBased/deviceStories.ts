/** Stories of devices, which chance alone would seldom tell. */
import fc from 'fast-check'
import type { Action } from './actions.ts'
import type { DeviceAction, OwnerCode, SessionAge } from './deviceActions.ts'
import {
  crossedProofs,
  type EnrolSpoil,
  enrolSpoils,
  type ReplySpoil,
  staleAnswers,
  wrongAnswers,
} from './deviceSpoils.ts'
import {
  adding,
  addingAnother,
  again,
  ownerInvite,
  pass,
  racing,
  start,
  well,
} from './deviceSteps.ts'
import type { Hand } from './handhelds.ts'
import type { Turn } from './lanes.ts'
import { lost, lostRaces } from './lostStories.ts'
import type { Provider } from './model.ts'
import type { InjectedFault } from './paymentFlows.ts'

type Of<Do extends DeviceAction['do']> = Extract<DeviceAction, { do: Do }>

const who = fc.nat(2)
const device = fc.integer({ min: -1, max: 3 })
const by = fc.constantFrom(0, 0, 0, 0, 0, 1)
const session = fc.constantFrom<SessionAge>('new', 'new', 'new', 'old')
const fault = fc.constantFrom<InjectedFault>(
  ...Array<InjectedFault>(8).fill('well'),
  'down',
  'lost',
)
/** Of a device's clock, in seconds; both limits, and just beyond. */
const skew = fc.constantFrom(...Array<number>(12).fill(0), -60, 60, 59, -61, 61, 3600)
const hand = fc.constantFrom<Hand>('own', 'own', 'own', 'thief')
const spoil = fc.option(
  fc.constantFrom<ReplySpoil>(...crossedProofs, ...staleAnswers, ...wrongAnswers),
  { nil: undefined, freq: 2 },
)
const reason = fc.constantFrom(undefined, 'changed_mind' as const, 'not_me' as const)

const invite = fc.record({ do: fc.constant('invite' as const), who, session })
const enrol = fc.record({
  do: fc.constant('enrol' as const),
  invite: fc.integer({ min: -2, max: 1 }),
  hand,
  phone: fc.constantFrom<'new' | number>('new', 'new', 'new', -1, 0),
  name: fc.nat(1),
  skew,
  spoil: fc.option(fc.constantFrom<EnrolSpoil>(...enrolSpoils), { nil: undefined, freq: 2 }),
})
const leave = fc.record({ do: fc.constant('leave' as const), device, by, session, fault })
const confirm = fc.record({
  do: fc.constant('confirm' as const),
  device,
  by,
  session,
  digits: fc.constantFrom<Of<'confirm'>['digits']>(
    'right',
    'right',
    'right',
    'right',
    'wrong',
    'other',
  ),
  code: fc.constantFrom<Of<'confirm'>['code']>('right', 'right', 'right', 'wrong', 'other', 'none'),
  invitation: fc.constantFrom<OwnerCode | undefined>(
    ...Array(7).fill(undefined),
    'right',
    'right',
    'old',
    'wrong',
  ),
  fault,
})
const ownerInvites = fc.record({
  do: fc.constant('ownerInvite' as const),
  who,
  isNow: fc.boolean(),
})
const undo = fc.record({ do: fc.constant('undo' as const), device, by, session })
const remove = fc.record({ do: fc.constant('remove' as const), device, by, session })
const signOut = fc.record({ do: fc.constant('signOut' as const), who, session })
const approvals = fc.record({ do: fc.constant('approvals' as const), device, skew })
const answer = fc.record({
  do: fc.constant('answer' as const),
  device,
  on: fc.constantFrom(
    ...Array(6).fill('payment' as const),
    'device',
    'device',
    'phone',
    'stop',
    'stop',
    'removal',
  ) as fc.Arbitrary<Of<'answer'>['on']>,
  which: fc.integer({ min: -1, max: 3 }),
  isStrange: fc.constantFrom(false, false, false, true),
  answer: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const),
  reason,
  skew,
  spoil,
})
const resent = fc.record({
  do: fc.constant('again' as const),
  reply: fc.integer({ min: -2, max: 3 }),
})

/** Any one thing that can be done with devices. */
const anyOfDevices: fc.Arbitrary<DeviceAction> = fc.oneof(
  { arbitrary: invite, weight: 2 },
  { arbitrary: enrol, weight: 3 },
  { arbitrary: leave, weight: 2 },
  { arbitrary: confirm, weight: 3 },
  { arbitrary: ownerInvites, weight: 1 },
  { arbitrary: remove, weight: 2 },
  { arbitrary: undo, weight: 1 },
  { arbitrary: signOut, weight: 1 },
  { arbitrary: approvals, weight: 2 },
  { arbitrary: answer, weight: 8 },
  { arbitrary: resent, weight: 2 },
)

const wrongDigits = well.confirm({ digits: 'wrong' })
const wrong = fc.constantFrom<ReplySpoil>(...wrongAnswers).map((spoil) => well.answer({ spoil }))
const notCounted = fc
  .constantFrom<ReplySpoil>(...staleAnswers, ...crossedProofs)
  .map((spoil) => well.answer({ spoil }))
const denied = reason.map((reason) => well.answer({ answer: 'deny', reason }))
const removing: readonly DeviceAction[] = [
  { do: 'remove', device: -1, by: 0, session: 'new' },
  well.answer({ on: 'removal' }),
]
const removed = fc.constantFrom(...removing)
const all = (...parts: fc.Arbitrary<DeviceAction | readonly DeviceAction[]>[]) =>
  fc.tuple(...parts).map((parts): readonly DeviceAction[] => parts.flat())

/** What comes after a device of a person's is there and a payment of theirs waits. */
const answered: readonly fc.Arbitrary<readonly DeviceAction[]>[] = [
  all(fc.constant(well.answer()), fc.constant(again)),
  all(denied, fc.constant(again), fc.constant(well.answer())),
  all(fc.array(wrong, { minLength: 4, maxLength: 5 }), fc.constant(well.answer())),
  all(fc.array(notCounted, { minLength: 5, maxLength: 6 }), fc.constant(well.answer())),
  all(wrong, fc.constant(again), fc.constant(again), fc.constant(well.answer())),
  all(
    removed,
    fc.constant(well.answer()),
    fc.constant<DeviceAction>({ do: 'approvals', device: -1, skew: 0 }),
  ),
  all(
    fc.constantFrom(-61, -60, 59, 60, 61).map((skew) => well.answer({ skew })),
    approvals,
  ),
  all(approvals, answer, answer),
  all(fc.constant(well.answer({ isStrange: true, which: 0 })), answer),
]

/** How a device comes to be there, or does not. */
const asked: readonly ((who: number) => fc.Arbitrary<readonly Action[]>)[] = [
  (who) => fc.constant(adding(who)),
  (who) => fc.constant([...adding(who), ...addingAnother(who, 1)]),
  // Wrong digits: neither the code nor the old device's yes is spent.
  (who) =>
    fc
      .integer({ min: 1, max: 5 })
      .map((tries) => [
        well.invite(who),
        well.enrol(),
        well.leave(),
        ...Array<DeviceAction>(tries).fill(wrongDigits),
        well.confirm(),
      ]),
  // A thief with the session makes the invitation and types the digits, and has no more.
  (who) =>
    fc
      .constantFrom<Of<'confirm'>['code']>('wrong', 'other', 'none')
      .map((code) => [
        well.invite(who),
        well.enrol({ hand: 'thief' }),
        well.leave(),
        well.confirm({ code, session: 'old' }),
        well.answer(),
      ]),
  // A sign-in lets in the first device of who has no phone, while it is fresh.
  () =>
    fc
      .constantFrom(299_000, 300_000, 301_000)
      .map((ms) => [
        well.invite(2),
        well.enrol(),
        pass(ms),
        well.confirm({ code: 'none', session: 'old' }),
        well.confirm({ code: 'none' }),
      ]),
  // Two devices with one name and one code, and two with a code each.
  (who) =>
    fc
      .constantFrom(-1, -2)
      .map((invite) => [
        well.invite(who),
        well.invite(who),
        well.enrol(),
        well.leave(),
        well.enrol({ hand: 'thief', invite }),
        well.confirm(),
        well.confirm({ device: -2 }),
      ]),
  // The session ends in between.
  (who) =>
    fc
      .tuple(fc.nat(3), fc.constantFrom<SessionAge>('new', 'old'))
      .map(([at, session]) => adding(who).toSpliced(at + 1, 0, { do: 'signOut', who, session })),
  // A device asks again: before it is let in, after, and after a no.
  (who) =>
    all(
      fc.constant([well.invite(who), well.enrol(), well.leave()]),
      fc.constantFrom<DeviceAction>(well.enrol({ phone: -1 }), {
        do: 'remove',
        device: -1,
        by: 0,
        session: 'new',
      }),
      fc.constant([well.enrol({ phone: -1 }), well.confirm(), well.enrol({ phone: -1 })]),
    ),
  // The old device says no, or fails five times.
  (who) =>
    all(
      fc.constant([...adding(who), well.invite(who), well.enrol()]),
      fc.oneof(
        fc.constant([well.answer({ device: -2, on: 'device', answer: 'deny' })]),
        fc
          .constantFrom<ReplySpoil>(...wrongAnswers, ...staleAnswers)
          .map((spoil) => Array(5).fill(well.answer({ device: -2, on: 'device', spoil }))),
      ),
      fc.constant([well.answer({ device: -2, on: 'device' }), well.confirm({ code: 'none' })]),
    ),
  // A device cannot let itself in.
  (who) =>
    fc.constant([
      ...adding(who),
      well.invite(who),
      well.enrol({ phone: -1 }),
      well.answer({ on: 'device' }),
      well.confirm({ code: 'none' }),
    ]),
  // Three, and no fourth.
  (who) =>
    fc.constant([
      ...adding(who),
      ...addingAnother(who, 1),
      ...addingAnother(who, 2),
      ...addingAnother(who, 1),
    ]),
]

/** How a payment and the devices of its payer meet. */
const met: readonly ((who: number) => fc.Arbitrary<readonly Action[]>)[] = [
  // The operator locks while a payment waits, opens again, and it goes on.
  (who) =>
    fc
      .constantFrom('lock' as const, 'close' as const)
      .map((what) => [
        ...adding(who),
        start(who, 0),
        well.answer({ spoil: 'signature bit' }),
        { do: what, who },
        well.answer(),
        { do: 'approvals', device: -1, skew: 0 },
        { do: 'unlock', who },
        again,
        start(who, 1),
        well.answer(),
      ]),
  // A lock, or its end, between the steps of adding one.
  (who) =>
    fc
      .nat(3)
      .map((at) =>
        (adding(who) as Action[]).toSpliced(at + 1, 0, { do: 'lock', who }, { do: 'unlock', who }),
      ),
  // A payment that began without a device, and its push and text afterwards.
  (who) =>
    fc
      .constantFrom<InjectedFault>('well', 'down', 'lost')
      .map((fault) => [
        start(who, 0, fault),
        { do: 'text', which: -1, by: 0, fault: 'well' },
        ...adding(who),
        pass(21_000),
        start(who, 0),
        { do: 'text', which: -1, by: 0, fault: 'well' },
        { do: 'enter', which: -1, by: 0, code: 'right', fault: 'well' },
        well.answer(),
      ]),
  // A change of phone that began before the first device.
  (who) =>
    fc
      .nat(3)
      .map((number) => [
        { do: 'phone', who, number, fault: 'well' },
        ...adding(who),
        { do: 'prove', who, code: 'right', current: 'right', fault: 'well' },
        { do: 'phone', who, number, fault: 'well' },
      ]),
  // And one between a text and the leave that it gives.
  (who) =>
    fc
      .nat(3)
      .map((number) => [
        ...adding(who).slice(0, 3),
        { do: 'phone', who, number, fault: 'well' },
        { do: 'prove', who, code: 'right', current: 'right', fault: 'well' },
        well.confirm(),
      ]),
  // All devices are removed, and then a payment is started, and a device invited.
  (who) =>
    removed.map((gone) => [
      ...adding(who),
      start(who, 0),
      gone,
      well.answer(),
      start(who, 0),
      start(who, 1),
      { do: 'text', which: -1, by: 0, fault: 'well' },
      well.invite(who),
    ]),
  // Two payers, and each device answers for the other's payment, by the other's proof too.
  (who) =>
    spoil.map((spoil) => [
      ...adding(who),
      start(who, 0),
      ...adding(who + 1),
      start(who + 1, 0),
      well.answer({ isStrange: true, which: 0, spoil }),
      well.answer({ isStrange: true, which: 1, device: -2, spoil }),
      well.answer({ spoil: 'other payment' }),
      well.answer({ device: -2 }),
    ]),
  // The last moment of a payment.
  (who) =>
    fc
      .constantFrom(-1, 0, 1)
      .map((beside) => [
        ...adding(who),
        start(who, 0),
        { do: 'time', to: { end: 'payment', beside }, which: -1 },
        well.answer(),
        { do: 'approvals', device: -1, skew: 0 },
      ]),
]

const races = (who: number, turns: fc.Arbitrary<readonly Turn[]>) => {
  const waits = [...adding(who), start(who, 0)]
  const yes = well.answer()
  const no = well.answer({ answer: 'deny' })
  const wrongYes = well.answer({ spoil: 'signature bit' })
  const gone: DeviceAction = { do: 'remove', device: -1, by: 0, session: 'new' }
  const half = [...adding(who), well.invite(who), well.enrol()]
  const oldYes = well.answer({ device: -2, on: 'device' })
  const oldNo = well.answer({ device: -2, on: 'device', answer: 'deny' })
  const digits = well.confirm({ code: 'none' })
  return [
    racing(waits, [yes, no], turns),
    racing(waits, [yes, yes, gone], turns),
    racing(waits, [yes, { do: 'cancel', which: -1, by: 0 }], turns),
    racing(waits, [yes, { do: 'lock', who }], turns),
    racing([...waits, wrongYes, wrongYes, wrongYes], [wrongYes, wrongYes, yes], turns),
    racing(waits, [well.answer({ on: 'removal' }), { do: 'lock', who }], turns),
    racing(half, [oldYes, digits], turns),
    racing(half, [oldYes, digits, { ...gone, device: -2 }], turns),
    racing(half, [oldNo, digits, oldYes], turns),
    racing(adding(who).slice(0, 3), [well.confirm(), well.confirm()], turns),
    racing([...adding(who).slice(0, 3), start(who, 0)], [well.confirm(), start(who, 1)], turns),
    racing(
      [well.invite(who), well.invite(who)],
      [well.enrol(), well.enrol({ hand: 'thief' }), well.enrol({ invite: -2 })],
      turns,
    ),
    racing(
      adding(who).slice(0, 3),
      [well.confirm(), { do: 'signOut', who, session: 'new' }],
      turns,
    ),
    racing(
      [{ do: 'phone', who, number: who + 1, fault: 'well' }, ...adding(who).slice(0, 3)],
      [well.confirm(), { do: 'prove', who, code: 'right', current: 'right', fault: 'well' }],
      turns,
    ),
  ]
}

/** Stories of devices, with how often each is told. */
export function deviceStories(
  provider: Provider,
  turns: fc.Arbitrary<readonly Turn[]>,
): readonly (readonly [
  number,
  fc.Arbitrary<readonly { acts: readonly Action[]; turns?: readonly Turn[] }[]>,
])[] {
  const told = (acts: readonly Action[]) => (provider === 'none' ? withoutTexts(acts) : acts)
  const alone = (acts: fc.Arbitrary<readonly Action[]>) =>
    acts.map((acts) => [{ acts: told(acts) }])
  const afterAdding = fc
    .tuple(who, fc.oneof(...answered))
    .map(([who, then]) => [...adding(who), start(who, 0), ...then])
  const afterTwo = fc
    .tuple(who, fc.array(answer, { minLength: 2, maxLength: 4 }))
    .map(([who, then]) => [
      ...adding(who),
      ...addingAnother(who, 1),
      start(who, 0),
      start(who, 1),
      ...then,
    ])
  return [
    [6, alone(anyOfDevices.map((act) => [act]))],
    [8, alone(afterAdding)],
    [3, alone(afterTwo)],
    ...asked.map((tell) => [1, alone(who.chain(tell))] as const),
    ...met.map((tell) => [1, alone(who.chain(tell))] as const),
    ...lost.map((tell) => [1, alone(who.chain(tell))] as const),
    [
      5,
      who
        .chain((who) => fc.oneof(...races(who, turns), ...lostRaces(who, turns)))
        .map((deeds) => deeds.map((deed) => ({ ...deed, acts: told(deed.acts) }))),
    ],
  ]
}

/** Where no text can be sent, an invitation of the operator's lets devices in instead. */
function withoutTexts(acts: readonly Action[]): readonly Action[] {
  let who = 0
  return acts.map((act): Action => {
    if (act.do === 'invite') who = act.who
    if (act.do === 'leave') return ownerInvite(who)
    if (act.do !== 'confirm' || act.code === 'none') return act
    return { ...act, code: 'none', invitation: act.code === 'right' ? 'right' : 'wrong' }
  })
}

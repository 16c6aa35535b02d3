/** Sequences of deeds: how they are made up, done, and held against the model. */
import fc from 'fast-check'
import { paymentIdOf } from '../../functions/composition.ts'
import { type Action, type Guess, jobOf, longestRace, type When } from './actions.ts'
import type { Swept } from './answers.ts'
import { Broken } from './broken.ts'
import { checkDevices, checkSilence, sentSoFar, silentPayers } from './deviceInvariants.ts'
import { deviceStories } from './deviceStories.ts'
import { explain, say, tidy } from './explain.ts'
import { checkAttempts, checkPayment } from './invariants.ts'
import { type Done, pick } from './jobs.ts'
import type { LaneFault, Turn } from './lanes.ts'
import { forgeries, losses, mistakes, type Spoil } from './letters.ts'
import type { Model, Payer, Provider, Rules } from './model.ts'
import type { InjectedFault } from './paymentFlows.ts'
import { unlike } from './stored.ts'
import { WORDINGS } from './words.ts'
import { KEYS, keyOf, SLOW_MS, type World } from './world.ts'

/** Actions one after the other; or, with turns, all at once. */
export type Deed = {
  readonly acts: readonly Action[]
  readonly turns?: readonly Turn[] | undefined
}
/** Deeds that make sense only together. */
export type Story = readonly Deed[]

/** What was done and seen, by name: how often. */
export type Tally = Map<string, number>
export const count = (tally: Tally, name: string, times = 1) =>
  tally.set(name, (tally.get(name) ?? 0) + times)

/** The machine was too slow for timeouts to be out of the question, so nothing can be said. */
export class TooSlow extends Error {}

export class StoryCommand implements fc.AsyncCommand<{ state: Model }, World> {
  readonly story: Story
  readonly tally: Tally

  constructor(story: Story, tally: Tally) {
    this.story = story
    this.tally = tally
  }

  check({ state }: { readonly state: Model }): boolean {
    const [first] = this.story
    return first !== undefined && canBegin(first, state)
  }

  async run(model: { state: Model }, world: World): Promise<void> {
    for (const deed of this.story) model.state = await doDeed(world, model.state, deed, this.tally)
  }

  toString(): string {
    return JSON.stringify(this.story)
  }
}

/** Something must be there to do it with: a payment, in most cases. */
function canBegin({ acts }: Deed, { payments }: Model): boolean {
  const [first] = acts
  if (!first || Object.keys(payments).length > 0) return true
  return acts.some(({ do: what }) => what === 'start') || !('which' in first) || first.do === 'time'
}

/** Do a deed, and tell the state that it leads to; throws where the model has none such. */
export async function doDeed(
  world: World,
  model: Model,
  { acts, turns }: Deed,
  tally: Tally,
): Promise<Model> {
  if (turns && acts.length > 1) return doAtOnce(world, model, acts, turns, tally)
  let state = model
  for (const act of acts) state = await doAtOnce(world, state, [act], undefined, tally)
  return state
}

async function doAtOnce(
  world: World,
  model: Model,
  acts: readonly Action[],
  turns: readonly Turn[] | undefined,
  tally: Tally,
): Promise<Model> {
  const from = world.harness.store.calls.length
  const began = performance.now()
  const ids = [...new Set([...Object.keys(model.payments), ...startedBy(world, acts)])]
  const longestMs = turns ? longestRace(acts) : Number.POSITIVE_INFINITY
  const silent = silentPayers(world)
  const sent = sentSoFar(world)
  const jobs = acts.flatMap((act) => jobOf(world, model, act, ids, longestMs) ?? [])
  const done: Done[] = []
  const failed: unknown[] = []
  const runs = jobs.map((job, i) => async () => {
    const lane = pick(world.lanes, turns ? i + 1 : 0)
    try {
      done[i] = await job.run(lane)
    } catch (error) {
      failed.push(error)
    }
  })
  const order = turns ? await world.race(runs, turns) : []
  if (!turns) await runs[0]?.()

  const told = () => jobs.map(({ name }, i) => answersOf(done[i]) || name).join('\n  ')
  try {
    const [failure] = failed
    if (failure) throw failure
    const items = await world.read(world.written(from))
    const stored = items.payments.filter((item) => item.barred_payer === undefined)
    for (const item of items.users) {
      if (!String(item.user_id).includes('#')) count(tally, 'invariants', checkDevices(world, item))
    }
    for (const item of stored) count(tally, 'invariants', checkPayment(world, item))
    count(tally, 'invariants', checkAttempts(world))
    checkSilence(world, silent, sent)
    const actors = done.flatMap((one, i) => {
      const turns = order.flatMap((lane, turn) => (lane === i ? [turn] : []))
      return one.actors.map((actor) => ({ ...actor, turns }))
    })
    const explained = explain(
      model,
      actors,
      (state, answers) => sweptUnlike(done, answers) ?? unlike(world, model, state, items),
    )
    if (!explained.model) {
      if (explained.isUndecided) throw new TooSlow('too many orders')
      const what = turns ? 'No order of steps explains' : 'The model does not expect'
      throw new Broken(`${what} this:\n  ${explained.why.join('\n  ')}`)
    }
    for (const { do: what } of acts) count(tally, `action: ${what}`)
    if (turns) count(tally, 'races')
    for (const one of done.flatMap((one) => one?.tally ?? [])) count(tally, one)
    noteRows(model, explained.model, tally)
    return explained.model
  } catch (error) {
    if (error instanceof Broken && performance.now() - began > SLOW_MS)
      throw new TooSlow('too slow a machine')
    if (error instanceof Broken) error.message += `\nwhen\n  ${told()}`
    throw error
  }
}

const startedBy = ({ seen }: World, acts: readonly Action[]) =>
  acts.flatMap((act) =>
    act.do === 'start' ? [paymentIdOf(pick(seen.people, act.who).payerId, keyOf(act.key))] : [],
  )

const answersOf = (done: Done | undefined) =>
  done?.actors
    .map(({ name, answer }) => `${name}${answer ? ` ${say(tidy(answer))}` : ''}`)
    .join('\n  ')

/** What the parts of a sweep add up to, where it is not what the sweep said. */
function sweptUnlike(
  done: readonly Done[],
  answers: readonly { readonly swept?: Swept | undefined }[],
): string | undefined {
  let from = 0
  for (const { actors, swept } of done) {
    const parts = answers.slice(from, from + actors.length)
    from += actors.length
    if (!swept) continue
    const sum = (name: keyof Swept) => parts.reduce((n, part) => n + (part.swept?.[name] ?? 0), 0)
    const expected = { expired: sum('expired'), decided: sum('decided'), asked: sum('asked') }
    if (say(expected) !== say({ ...expected, ...swept })) {
      return `a sweep said ${say(swept)}, expected ${say(expected)}`
    }
  }
  return undefined
}

function noteRows(before: Model, after: Model, tally: Tally) {
  for (const { id, lockedUntil, locks } of Object.values(after.payers)) {
    const old = before.payers[id]?.lockedUntil
    if (lockedUntil === undefined || lockedUntil === old) continue
    count(tally, 'locks')
    if (locks > 0) count(tally, 'locks again')
  }
  for (const payer of Object.values(after.payers)) {
    const old = before.payers[payer.id]
    if (old)
      for (const kind of changesOfDevices(before.now, old, after.now, payer)) count(tally, kind)
  }
  for (const { id, denialsToldAt } of Object.values(after.payers)) {
    if (denialsToldAt !== before.payers[id]?.denialsToldAt) count(tally, 'denials told')
  }
  for (const { id, pausedUntil } of Object.values(after.payments)) {
    if (pausedUntil !== undefined && !before.payments[id]) count(tally, 'push paused')
  }
}

/** What has come about with a payer's devices. */
function changesOfDevices(then: number, old: Payer, now: number, payer: Payer): string[] {
  const before = new Map(old.devices.map((one) => [one.id, one]))
  const isStopped = payer.recoveryStoppedAt !== undefined && !old.recoveryStoppedAt
  const { pending } = old
  const hasNewNumber = payer.phone.number !== old.phone.number && payer.state !== 'closed'
  const leave = pending?.leave && (pending.leave.yesBy ? 'device' : 'invitation')
  return [
    ...payer.devices.flatMap(({ id, boundBy, activeFrom, removedAt, removedBy, remindedAt }) => {
      const was = before.get(id)
      const kind = activeFrom === undefined ? 'added' : 'waits'
      if (!was) return [`device: ${kind} by ${boundBy}`]
      const isRemoved = removedAt !== undefined && was.removedAt === undefined
      return [
        ...(activeFrom && then < activeFrom && activeFrom <= now ? ['device: wait over'] : []),
        ...(was.removedAt !== undefined && removedAt === undefined ? ['device: restored'] : []),
        ...(isRemoved && removedBy === 'renewal' ? ['device: renewed'] : []),
        ...(remindedAt !== was.remindedAt ? ['device: told again'] : []),
      ]
    }),
    ...(isStopped ? ['device: recovery stopped'] : []),
    ...(payer.state === old.state && !isStopped && payer.devices.length < old.devices.length
      ? ['device: recovery cancelled']
      : []),
    ...(hasNewNumber && leave ? [`phone changed by ${leave}`] : []),
    ...(payer.startsLock && payer.startsLock.locks > (old.startsLock?.locks ?? 0)
      ? [`starts locked${payer.startsLock.locks > 1 ? ' again' : ''}`]
      : []),
  ]
}

/** One of these, some more often; the first is the simplest. */
const oneOf = <T>(...weighed: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.constantFrom(...weighed.flatMap(([times, one]) => Array.from({ length: times }, () => one)))

const fault = oneOf<InjectedFault>([12, 'well'], [1, 'down'], [1, 'lost'])
const who = fc.nat(2)
const which = fc.integer({ min: -1, max: 5 })
/** Mostly the payer's own. */
const by = oneOf([14, 0], [1, 1], [1, 2])
const guessed = oneOf<Guess>([4, 'right'], [3, 'wrong'], [2, 'other'], [1, 'old'])
const answered = fc.constantFrom<'approved' | 'denied'>('approved', 'approved', 'denied')
const spoil = fc.option(fc.constantFrom<Spoil>(...forgeries, ...mistakes, ...losses), {
  nil: undefined,
  freq: 3,
})
const beside = fc.constantFrom(-1, 0, 1)
const when: fc.Arbitrary<When> = fc.oneof(
  fc.constantFrom(1, 1000, 14_999, 15_000, 19_999, 20_000, 21_000, 61_000, 290_000, 301_000),
  fc.record({
    end: fc.constantFrom(
      ...(['payment', 'payment', 'lock', 'hour', 'verification', 'pause', 'push'] as const),
      ...(['wait', 'undo'] as const),
    ),
    beside,
  }),
)

const start = fc.record({
  do: fc.constant('start' as const),
  who,
  key: fc.nat(KEYS - 1),
  terms: fc.nat(WORDINGS.length - 1),
  way: fc.nat(1),
  fault,
})
const poll = fc.record({ do: fc.constantFrom('poll' as const), which, by })
const cancel = fc.record({ do: fc.constant('cancel' as const), which, by })
const list = fc.record({ do: fc.constantFrom('list' as const, 'profile' as const), who })
const text = fc.record({ do: fc.constant('text' as const), which, by, fault })
const enter = fc.record({
  do: fc.constant('enter' as const),
  which,
  by,
  code: guessed,
  fault,
})
const press = fc.record({
  do: fc.constant('press' as const),
  which,
  answer: answered,
  arrives: fc.boolean(),
})
const heard = press.map((act) => ({ ...act, arrives: true }))
const deliver = fc.record({
  do: fc.constant('deliver' as const),
  letter: fc.integer({ min: -1, max: 5 }),
  spoil,
})
const phone = fc.record({ do: fc.constant('phone' as const), who, number: fc.nat(3), fault })
const prove = fc.record({
  do: fc.constant('prove' as const),
  who,
  code: guessed,
  current: fc.oneof(guessed, guessed, guessed, fc.constant('none' as const)),
  fault,
})
const app = fc.record({ do: fc.constant('app' as const), number: fc.nat(3), has: fc.boolean() })
const sweep = fc.record({
  do: fc.constant('sweep' as const),
  fault: oneOf<LaneFault>([8, 'well'], [1, 'down'], [1, 'lost'], [1, 'confused'], [1, 'mistaken']),
})
/** Most of the time an account is opened again, or little more would come of a sequence. */
const operator = fc.record({
  do: oneOf<'lock' | 'unlock' | 'close'>([4, 'lock'], [4, 'unlock'], [1, 'close']),
  who,
})
const time = fc.record({ do: fc.constant('time' as const), to: when, which })

const one = (act: fc.Arbitrary<Action>): fc.Arbitrary<Story> => act.map((act) => [{ acts: [act] }])
const oneByOne = (...acts: fc.Arbitrary<Action | readonly Action[]>[]): fc.Arbitrary<Story> =>
  fc.tuple(...acts).map((all) => [{ acts: all.flat() }])

const newest = <A extends { which: number }>(act: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  act.map((act) => ({ ...act, which: -1 }))
const well = <A extends { fault: string }>(act: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  act.map((act) => ({ ...act, fault: 'well' }))
const own = <A extends { by: number }>(act: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  act.map((act) => ({ ...act, by: 0 }))
const to = (beside: number, end: 'payment' | 'lock' | 'pause' | 'push' = 'payment') =>
  fc.constant<Action>({ do: 'time', to: { end, beside }, which: -1 })
const coded = (code: Guess) => newest(own(well(enter))).map((act) => ({ ...act, code }))
const wrongs = (least: number) => fc.array(coded('wrong'), { minLength: least, maxLength: 5 })

const texted = [well(start), newest(own(well(text)))] as const
const PROVED = { code: 'right', current: 'right', fault: 'well' } as const
const changing = well(phone).map(
  (act) => [act, { do: 'prove', who: act.who, ...PROVED }] as const satisfies Action[],
)
/** Stories whose middle chance would take long to find. */
const told = [
  oneByOne(...texted, coded('right')),
  oneByOne(...texted, wrongs(1)),
  oneByOne(...texted, wrongs(4), coded('right')),
  oneByOne(...texted, wrongs(5), ...texted, coded('right'), to(0, 'lock'), coded('right')),
  oneByOne(
    ...texted,
    beside.chain((ms) => to(ms)),
    coded('right'),
  ),
  oneByOne(...texted, to(0, 'pause'), newest(own(text)), coded('old')),
  oneByOne(...texted, wrongs(1), to(0, 'pause'), newest(own(well(text))), coded('wrong')),
  oneByOne(
    ...texted,
    ...texted,
    newest(own(well(enter))).map((act) => ({ ...act, code: 'other' })),
  ),
  changing.chain(([act, proof]) =>
    oneByOne(well(start), fc.constant(act), fc.constant(proof), text),
  ),
  oneByOne(phone, prove),
  // A leave for one number, and then another.
  fc
    .tuple(well(phone), fc.nat(3), guessed)
    .map(([act, number, current]) => [
      act,
      { do: 'prove', who: act.who, ...PROVED, code: 'wrong' } as const,
      { do: 'time', to: 20_000, which: 0 } as const,
      { ...act, number },
      { do: 'prove', who: act.who, ...PROVED, current } as const,
    ])
    .chain((acts) => oneByOne(fc.constant<readonly Action[]>(acts))),
  // More attempts than there are, not all of them clear noes.
  oneByOne(
    ...texted,
    fc.array(
      fc.tuple(coded('wrong'), fault).map(([act, fault]) => ({ ...act, fault })),
      { minLength: 5, maxLength: 6 },
    ),
    coded('right'),
  ),
  oneByOne(
    well(start),
    beside.chain((ms) => to(ms)),
    sweep,
    own(newest(poll)),
  ),
  // An account is locked while something is under way, opened again, and goes on.
  fc
    .tuple(fc.nat(2), well(phone), fc.constantFrom('lock' as const, 'close' as const))
    .chain(([who, change, what]) =>
      oneByOne(
        well(start).map((act) => ({ ...act, who })),
        fc.constant<readonly Action[]>([
          { ...change, who },
          { do: what, who },
        ]),
        well(start).map((act) => ({ ...act, who })),
        fc.constant<readonly Action[]>([
          { do: 'prove', who, ...PROVED },
          { do: 'unlock', who },
          { do: 'profile', who },
        ]),
        well(start).map((act) => ({ ...act, who })),
      ),
    ),
  // One more than may be open at once.
  oneByOne(
    fc
      .tuple(well(start), fc.nat(KEYS - 1))
      .map(([act, key]) => [0, 1, 2, 3].map((more): Action => ({ ...act, key: key + more }))),
  ),
] as const
const unheard = newest(press).map((act) => ({ ...act, arrives: false }))
const delivered = deliver.map((act) => ({ ...act, letter: -1 }))
const spoilt = fc
  .constantFrom<Spoil>(...forgeries, ...mistakes)
  .map((spoil): Action => ({ do: 'deliver', letter: -1, spoil }))
const mistaken = fc
  .constantFrom<Spoil>(...mistakes)
  .map((spoil): Action => ({ do: 'deliver', letter: -1, spoil }))
const later: Action = { do: 'time', to: 21_000, which: 0 }
const stale: Action = { do: 'time', to: 301_000, which: 0 }
const pushed = [
  oneByOne(well(start), unheard, fc.constant(stale), delivered),
  oneByOne(start, newest(press)),
  oneByOne(start, newest(heard), delivered, deliver),
  oneByOne(well(start), unheard, spoilt, spoilt, spoilt, delivered),
  oneByOne(well(start), unheard, spoilt, spoilt, delivered, spoilt),
  oneByOne(
    well(start),
    unheard,
    beside.chain((ms) => to(ms)),
    delivered,
  ),
  oneByOne(well(start), unheard, fc.constant(later), sweep, delivered),
  oneByOne(well(start), unheard, fc.constant(later), sweep),
  // Denied again and again, with what is still on the phone, by callback or as the sweep learns it.
  fc
    .tuple(well(start), fc.nat(KEYS - 1), fc.boolean(), beside)
    .chain(([act, key, isHeard, beside]) => {
      const next = (n: number): Action => ({ ...act, key: key + n })
      const denied = (which: number): Action[] => [
        { do: 'press', which, answer: 'denied', arrives: isHeard },
        ...(isHeard ? [] : ([later, { do: 'sweep', fault: 'well' }] as const)),
      ]
      return oneByOne(
        fc.constant<Action[]>([next(0), next(1), next(2), ...denied(-1), ...denied(-2)]),
        fc.constant<Action[]>([next(3), ...denied(-4)]),
        fc.constant<Action[]>([{ do: 'time', to: { end: 'push', beside }, which: act.who }]),
        fc.constant<Action[]>([next(4), ...denied(-1)]),
      )
    }),
  // What a callback was refused for is not approved by asking; but the payer still can.
  oneByOne(well(start), unheard, mistaken, mistaken, fc.constant(later), well(sweep), delivered),
  oneByOne(
    well(start),
    unheard,
    mistaken,
    fc.constant(later),
    well(sweep),
    newest(own(well(text))),
    coded('right'),
  ),
] as const

const turns = fc.array(
  fc.record<Turn>({
    lane: fc.nat(3),
    calls: fc.constantFrom<Turn['calls']>(1, 2, 3, 5, 7, 99, 'asking', 'provider'),
  }),
  { minLength: 1, maxLength: 7 },
)
/** The first is held when the provider has answered it, and before it has written that down. */
const early = fc.constant<Turn[]>([
  { lane: 0, calls: 'provider' },
  { lane: 1, calls: 99 },
])
/** All about one payment, which is made first if it must be. */
function races(provider: Provider): fc.Arbitrary<Story>[] {
  const byPush = provider === 'authy' ? [press, press, deliver] : []
  const now = fc.record({
    do: fc.constant('time' as const),
    to: fc.oneof(
      fc.constantFrom<When>(1, 1000),
      fc.record({ end: fc.constant('payment' as const), beside }),
    ),
    which,
  })
  const any = fc.oneof<fc.Arbitrary<Action>[]>(
    enter,
    coded('right'),
    coded('wrong'),
    own(cancel),
    own(poll),
    text,
    sweep,
    now,
    operator,
    ...byPush,
  )
  const racing = (all: fc.Arbitrary<readonly Action[]>, by = turns): fc.Arbitrary<Story> =>
    fc.tuple(all, fc.boolean(), which, by).map(([acts, isSame, which, turns]) => [
      {
        acts: acts.map((act) =>
          isSame && 'which' in act && act.which !== -1 ? { ...act, which } : act,
        ),
        turns,
      },
    ])
  const some = (least: number, most: number) => fc.array(any, { minLength: least, maxLength: most })
  const twice = start.chain((act) =>
    fc
      .tuple(fc.constant(act), fc.nat(WORDINGS.length - 1), some(0, 1))
      .map(([act, terms, more]) => [
        act,
        { ...act, terms: terms % 2 ? act.terms : terms },
        ...more,
      ]),
  )
  return [
    racing(some(2, 3)),
    racing(some(2, 3)),
    racing(twice),
    racing(fc.tuple(start, some(1, 1)).map(([act, more]) => [act, ...more])),
    racing(fc.tuple(well(start), provider === 'authy' ? newest(heard) : newest(own(text))), early),
    racing(fc.tuple(own(text), coded('right'))),
    fc
      .tuple(phone, racing(fc.tuple(phone, prove)))
      .map(([act, race]) => [{ acts: [act, { do: 'time', to: 20_000, which: 0 }] }, ...race]),
    racing(fc.tuple(prove, prove)),
    racing(fc.tuple(fc.oneof(prove, phone), fc.oneof(start, text, phone))),
    racing(fc.array(coded('wrong'), { minLength: 3, maxLength: 4 })),
  ]
}
/** While the provider is asked a payment comes to its end. */
const ending = (act: fc.Arbitrary<Action>): fc.Arbitrary<Story> =>
  fc
    .tuple(
      act,
      beside.chain((ms) => to(ms)),
    )
    .map((acts) => [
      {
        acts,
        turns: [
          { lane: 0, calls: 'asking' },
          { lane: 1, calls: 99 },
        ],
      },
    ])
const after = (before: fc.Arbitrary<Story>, then: fc.Arbitrary<Story>): fc.Arbitrary<Story> =>
  fc.tuple(before, then).map((both) => both.flat())

/** The provider is asked while a callback that is refused comes. */
const refusedMeanwhile = after(
  oneByOne(well(start), unheard, fc.constant(later)),
  fc
    .tuple(well(sweep), mistaken, turns)
    .map(([asks, comes, turns]): Story => [{ acts: [asks, comes], turns }]),
)

/** Started twice, because the first seemed lost: two pushes, and both may be answered. */
const twoPushes = well(start).chain((act) =>
  fc.tuple(newest(heard), newest(heard)).map(
    ([one, other]): Story => [
      {
        acts: [act, { do: 'time', to: 15_000, which: 0 }, act, one],
        turns: [
          { lane: 0, calls: 'provider' },
          { lane: 1, calls: 99 },
          { lane: 1, calls: 99 },
          { lane: 1, calls: 99 },
        ],
      },
      { acts: [other] },
    ],
  ),
)

/** Just before a payment's end, everybody at once. */
const lastMoment = (provider: Provider): fc.Arbitrary<Story> =>
  after(oneByOne(...texted, to(-4000)), fc.oneof(...races(provider)))

/** What a sequence is made of, the frequent first. */
export function stories({ provider, firstDevice }: Rules, tally: Tally) {
  const isAuthy = provider === 'authy'
  const weighed: [number, fc.Arbitrary<Story>][] = [
    [4, one(start)],
    [2, one(poll)],
    [1, one(list)],
    [2, one(cancel)],
    [2, one(text)],
    [2, one(enter)],
    [1, one(phone)],
    [1, one(prove)],
    [2, one(sweep)],
    [3, one(time)],
    ...told.map((story): [number, fc.Arbitrary<Story>] => [1, story]),
    ...races(provider).map((race): [number, fc.Arbitrary<Story>] => [1, race]),
    [2, lastMoment(provider)],
    [1, after(oneByOne(...texted, to(-4000)), ending(coded('right')))],
    ...(isAuthy
      ? ([
          [2, one(press)],
          [3, one(deliver)],
          [1, one(app)],
          [1, twoPushes],
          [2, refusedMeanwhile],
          [1, after(oneByOne(well(start), unheard, to(-4000)), ending(well(sweep)))],
          ...pushed.map((story) => [2, story] as const),
        ] as [number, fc.Arbitrary<Story>][])
      : []),
  ]
  // Where a sign-in may add the first device, or only devices approve, most is about devices.
  const often = firstDevice === 'sign-in' || provider === 'none' ? 5 : 1
  for (const [weight, story] of deviceStories(provider, turns)) {
    weighed.push([often === 1 ? Math.ceil(weight / 8) : weight * often, story])
  }
  return weighed.flatMap(([weight, story]) => {
    const command = story.map((story) => new StoryCommand(story, tally))
    return Array.from({ length: weight }, () => command)
  })
}

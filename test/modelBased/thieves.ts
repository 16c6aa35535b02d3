/** Thieves: what each can do, played against the real Lambdas with the model's answer to each request. */
import fc from 'fast-check'
import type { Action } from './actions.ts'
import { Broken } from './broken.ts'
import { doDeed, type Tally, TooSlow } from './commands.ts'
import type { DeviceAction } from './deviceActions.ts'
import { activeOf } from './deviceModel.ts'
import type { ReplySpoil } from './deviceSpoils.ts'
import { adding, addingAnother, pass, start, well } from './deviceSteps.ts'
import type { Model } from './model.ts'
import { comeBack } from './wayBack.ts'
import type { World } from './world.ts'

/**
 * `session`: the password, or a copy of a session. `number`: reads the texts. `unlocked phone`: the device's key, and the
 * texts on its screen, but not its finger, face or PIN. `passkey`: a copy, as a platform's account may hold one.
 */
export type Capability = 'session' | 'number' | 'unlocked phone' | 'passkey'

const OWNER = 0
/** The owner's first device, whose key or passkey the thief may have. */
const STOLEN = 0
const THIEFS = -1

/** The owner has two devices and has started a payment; the first device may be lost or not. */
export const owned: readonly Action[] = [
  ...adding(OWNER),
  ...addingAnother(OWNER, 1),
  start(OWNER, 0),
]

/** Any one thing that a thief with these can do. */
function thefts(has: readonly Capability[]): fc.Arbitrary<Action> {
  const can = (...some: Capability[]) => some.some((one) => has.includes(one))
  const texts = can('number', 'unlocked phone')
  const [hasKey, hasPasskey] = [can('unlocked phone'), can('passkey')]
  const on = fc.constantFrom('payment', 'device', 'phone', 'stop', 'removal') as fc.Arbitrary<
    Extract<DeviceAction, { do: 'answer' }>['on']
  >
  const which = fc.integer({ min: -2, max: 1 })
  const reason = fc.constantFrom(undefined, 'not_me' as const)
  const said = (device: number, spoils: readonly (ReplySpoil | undefined)[]) =>
    fc
      .record({ on, which, spoil: fc.constantFrom(...spoils) })
      .map((more) => well.answer({ device, ...more }))
  const without: readonly ReplySpoil[] = ['other passkey', 'nobody verified', 'forged']
  const acts: fc.Arbitrary<Action>[] = [
    // The owner goes on with their life, and time goes by.
    fc.nat(7).map((key) => start(OWNER, key)),
    fc.constantFrom(1000, 21_000, 290_000).map(pass),
    // A copy of the passkey with another key, or the device's name alone.
    said(STOLEN, [hasPasskey ? 'other key' : 'no proof']),
  ]
  if (hasKey) {
    acts.push(
      said(STOLEN, hasPasskey ? [undefined] : without),
      fc
        .record({ on, which, reason })
        .map((more) => well.answer({ device: STOLEN, answer: 'deny', ...more })),
      fc.constant<Action>({ do: 'approvals', device: STOLEN, skew: 0 }),
    )
  }
  if (can('session')) acts.push(...withSession(texts, hasPasskey))
  return fc.oneof(...acts)
}

function withSession(texts: boolean, hasPasskey: boolean): fc.Arbitrary<Action>[] {
  const code = texts ? ('right' as const) : ('wrong' as const)
  const current = fc.constantFrom(code, 'other' as const, 'none' as const)
  const session = fc.constantFrom('old' as const, 'new' as const)
  const device = fc.constantFrom(STOLEN, 1, THIEFS)
  const enrolling = fc.constantFrom<DeviceAction>(
    well.enrol({ hand: 'thief' }),
    well.enrol({ hand: 'thief' }),
    well.enrol({ hand: 'thief', phone: STOLEN, renews: hasPasskey ? 'right' : 'wrong' }),
  )
  const letIn = fc
    .tuple(session, enrolling, fc.constantFrom(code, 'other' as const, 'none' as const))
    .map(([session, enrol, code]) => [
      well.invite(OWNER, session),
      enrol,
      well.leave({ session }),
      well.confirm({ session, code, invitation: code === 'none' ? 'wrong' : undefined }),
    ])
  const one = <A>(acts: fc.Arbitrary<readonly A[]>, at: number) =>
    acts.map((all) => all.at(at) as A)
  const text: Action = { do: 'text', which: -1, by: 0, fault: 'well' }
  return [
    ...[0, 1, 1, 2, 3, 3].map((at) => one<DeviceAction>(letIn, at)),
    fc.tuple(device, session).map(([device, session]) => well.remove({ device, session })),
    fc.tuple(device, session).map(([device, session]) => well.undo({ device, session })),
    fc.constant(text),
    fc.constant<Action>({ do: 'enter', which: -1, by: 0, code, fault: 'well' }),
    session.map(
      (session): Action => ({ do: 'phone', who: OWNER, number: 2, session, fault: 'well' }),
    ),
    fc.tuple(session, current).map(
      ([session, current]): Action => ({
        ...({ do: 'prove', who: OWNER, code: 'right', fault: 'well' } as const),
        ...{ session, current },
      }),
    ),
    session.map((session): Action => ({ do: 'signOut', who: OWNER, session })),
    // The thief's own phone, let in or not.
    fc
      .constantFrom('payment' as const, 'device' as const, 'phone' as const, 'stop' as const)
      .map((on) => well.answer({ device: THIEFS, on })),
  ]
}

/** What the thief has got; nothing, if all is well. */
function gainOf(world: World, { payers, payments, now }: Model): string | undefined {
  const { people, handhelds } = world.seen
  const owner = payers[people[OWNER]?.payerId ?? '']
  if (!owner) return 'the owner is gone'
  const isThiefs = (id: string) => handhelds.some((one) => one.id === id && one.hand === 'thief')
  if (activeOf(owner, now).some(({ id }) => isThiefs(id))) return 'a device'
  if (Object.values(payments).some(({ status }) => status === 'approved')) return 'a payment'
  return owner.phone.number === people[OWNER]?.number ? undefined : 'the number'
}

/** These acts one by one, and then what the thief has got. */
export async function play(
  world: World,
  model: Model,
  acts: readonly Action[],
): Promise<{ readonly model: Model; readonly gain: string | undefined }> {
  const tally: Tally = new Map()
  let now = model
  for (const act of acts) {
    now = await doDeed(world, now, { acts: [act] }, tally)
    const gain = gainOf(world, now)
    if (gain) return { model: now, gain }
  }
  return { model: now, gain: undefined }
}

export type Theft = {
  readonly has: readonly Capability[]
  /** The longest that time is let go by at once, in hours. */
  readonly hours: number
  readonly sequences: number
  readonly seed: number
}

/** What is wrong, if a thief with these ever gets anything, or the owner does not come back. */
export async function tryThefts(
  world: World,
  { has, hours, sequences, seed }: Theft,
): Promise<string | undefined> {
  const waits = fc.constantFrom(...(hours === 0 ? [1000] : [hours * 1_800_000, hours * 3_600_000]))
  const act = fc.oneof(
    { arbitrary: thefts(has), weight: 8 },
    { arbitrary: waits.map(pass), weight: 1 },
  )
  const acts = fc.array(act, { minLength: 8, maxLength: 16, size: 'max' })
  const property = fc.asyncProperty(acts, async (acts) => {
    try {
      let { model } = await play(world, await world.begin(), owned)
      for (const act of acts) {
        if (isOfNone(world, act)) continue
        const played = await play(world, model, [act])
        if (played.gain) throw new Broken(`${has.join(' and ')} gets ${played.gain}`)
        model = played.model
      }
      await comeBack(world, model, new Map())
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error
    }
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed,
    numRuns: sequences,
  })
  if (!failed) return undefined
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return `${why}\n(seed ${seed}) ${JSON.stringify(counterexample)}`
}

/** The thief's newest device is not there yet: the newest is the owner's. */
const isOfNone = ({ seen }: World, act: Action) =>
  'device' in act && act.device === THIEFS && seen.joined.at(-1)?.hand !== 'thief'

/** Which thieves win, and when: the table in docs/device.md names each of these tests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { byDepth, chanceSeed } from '../harness/depth.ts'
import type { Action } from './actions.ts'
import type { DeviceAction } from './deviceActions.ts'
import { pass, passTo, start, stop, well } from './deviceSteps.ts'
import { pick } from './jobs.ts'
import type { Model } from './model.ts'
import { RULES } from './modelBased.ts'
import { type Capability, owned, play, tryThefts } from './thieves.ts'
import { comeBack } from './wayBack.ts'
import { startWorld, type World } from './world.ts'

const TIMEOUT_MS = 300_000
const SEQUENCES = byDepth(1, 4)
/** Most is about devices in this deployment. */
const rules = pick(RULES, 5)
const { waitHours } = rules

let world: World
beforeAll(async () => {
  world = await startWorld(rules)
})
afterAll(() => world.close())

const [OWNER, THIEFS] = [0, -1]
const { invite, enrol, leave, confirm, remove, undo, answer } = well
/** By session and texts. */
const recovery: readonly DeviceAction[] = [
  invite(OWNER),
  enrol({ hand: 'thief' }),
  leave(),
  confirm(),
]
const pays = (key: number): Action[] => [start(OWNER, key), answer({ device: THIEFS })]
const paysByText: readonly Action[] = [
  start(OWNER, 1),
  { do: 'text', which: -1, by: 0, fault: 'well' },
  { do: 'enter', which: -1, by: 0, code: 'right', fault: 'well' },
]
const removal = [remove({ device: 0 }), remove({ device: 1 })]

describe('alone', () => {
  test.each<Capability>(['session', 'number', 'unlocked phone', 'passkey'])(
    'a thief with the %s gets no payment, device or number, however long it takes, and the owner comes back',
    { timeout: TIMEOUT_MS },
    (has) => never([has], waitHours),
  )
})

describe('together', () => {
  test.each<[Capability, Capability]>([
    ['session', 'passkey'],
    ['number', 'passkey'],
    ['number', 'unlocked phone'],
  ])(
    'the %s and the %s get nothing, however long it takes, and the owner comes back',
    { timeout: TIMEOUT_MS },
    (...has) => never(has, waitHours),
  )

  test.each<[Capability, Capability]>([
    ['session', 'number'],
    ['session', 'unlocked phone'],
  ])('the %s and the %s get nothing before the wait is over', { timeout: TIMEOUT_MS }, (...has) =>
    never(has, 0),
  )

  test('the session and the number are a device when the wait is over, and not a millisecond before', async () => {
    const begun = await wins(undefined, [
      ...owned,
      ...recovery,
      ...pays(1),
      passTo('wait', OWNER, -1),
      ...pays(2),
    ])
    await wins('a device', [pass(1)], begun)
  })

  test('the session and the number get no device while a device that they rang stops it, nor by another text', async () => {
    const begun = await wins(undefined, [...owned, ...removal, ...recovery, stop(1, THIEFS)])
    await wins(
      undefined,
      [...recovery, passTo('undo', OWNER), pass(waitHours * 3_600_000), ...pays(2)],
      begun,
    )
  })

  test('the session and the number pay by text when every device was removed for the whole wait, and not before', async () => {
    const begun = await wins(undefined, [
      ...[...owned, ...removal, ...paysByText],
      ...[passTo('undo', OWNER, -1), ...paysByText],
    ])
    await wins('a payment', [pass(1), ...paysByText], begun)
  })

  test('the session and the number pay by no text after a removed device and a newer sign-in have undone it', async () => {
    await wins(undefined, [
      ...[...owned, ...removal, stop(1, 1), pass(1000), undo({ device: 1 })],
      ...[passTo('undo', OWNER), ...paysByText],
    ])
  })

  test('the session and the unlocked phone are a device when the wait is over, if no other device stops it', async () => {
    const begun = await wins(undefined, [
      ...[...owned, remove({ device: 1 }), ...recovery],
      // The key alone neither agrees nor stops.
      answer({ device: 0, on: 'device', spoil: 'nobody verified' }),
      passTo('wait', OWNER, -1),
    ])
    await wins('a device', [pass(1)], begun)
  })

  test('the session and the unlocked phone get no device while another device stops it', async () => {
    await wins(undefined, [
      ...[...owned, remove({ device: 1 }), ...recovery, stop(1, THIEFS)],
      ...[...recovery, passTo('undo', OWNER), ...pays(2)],
    ])
  })

  test('the unlocked phone and the passkey are the device: they approve at once, and no more once it is removed', async () => {
    await wins('a payment', [...owned, answer({ device: 0 })])
    await wins(undefined, [
      ...owned,
      remove({ device: 0 }),
      answer({ device: 0 }),
      undo({ device: 0 }),
    ])
  })

  test('the session, the number and the passkey are a device at once: a renewal', async () => {
    const renewal = [invite(OWNER), enrol({ hand: 'thief', phone: 0, renews: 'right' })]
    await wins('a device', [...owned, ...renewal, leave(), confirm()])
  })
})

async function never(has: readonly Capability[], hours: number): Promise<void> {
  const asked = { has, hours, sequences: SEQUENCES, seed: chanceSeed() }
  expect(await tryThefts(world, asked)).toBeUndefined()
}

/** After these acts the thief has got just this; whatever that is, the owner comes back. */
async function wins(
  gain: string | undefined,
  acts: readonly Action[],
  from?: Model,
): Promise<Model> {
  const played = await play(world, from ?? (await world.begin()), acts)
  expect(played.gain).toBe(gain)
  if (gain || from) await comeBack(world, played.model, new Map())
  return played.model
}

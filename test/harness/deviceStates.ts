/** Test support: payers whose device is in each of its states, as the owner brought it there. */
import type { Provider } from '../../functions/routes.ts'
import { addDevice, askingDevice, succeeded } from './devices.ts'
import type { Person } from './event.ts'
import { type Harness, startHarness } from './harness.ts'
import { operatorInvitation, waitingDevice } from './recoveries.ts'

export const DEVICE_STATES = [
  'never',
  'pending',
  'active',
  'waiting beside an active one',
  'removed within the wait',
  'removed long ago',
  'waiting alone',
] as const

export type DeviceState = (typeof DEVICE_STATES)[number]

export const WAIT_SECONDS = 12 * 3600
/** What no payment and no device has. */
const NO_PAYMENT = 'A'.repeat(22)
const NO_DEVICE = 'A'.repeat(43)

export type Victim = Person & {
  /** A payment that waits, where one can. */
  readonly paymentId: string
  /** The device of the state. */
  readonly deviceId: string
}

/** A stage with this provider and the strictest rule on first devices, whose counts of texts stand in no test's way. */
export const stageWith = (PROVIDER: Provider, env: Record<string, string> = {}) =>
  startHarness({
    PROVIDER,
    FIRST_DEVICE: 'invitation',
    TEXTS_PER_DAY_FOR_STAGE: '100000',
    PROVING_TEXTS_PER_HOUR: '50',
    PROVING_TEXTS_PER_DAY: '50',
    ...env,
  })

/** So many payers in this state. The clock goes on once for all, so that no payment of theirs expires meanwhile. */
export async function victimsOf(
  harness: Harness,
  { provider, state, count }: { provider: Provider; state: DeviceState; count: number },
): Promise<Victim[]> {
  const hasTexts = provider !== 'none'
  const people = await each(Array.from({ length: count }), () =>
    hasTexts ? harness.person() : Promise.resolve(harness.stranger()),
  )
  /** By a text, where there are texts; by the operator's invitation elsewhere. */
  const letIn = async (as: Person) =>
    waitingDevice(
      harness,
      as,
      hasTexts ? {} : { invitation: await operatorInvitation(harness, as) },
    )
  const pay = async (as: Person) => (await harness.pending(as)).paymentId
  const payByText = (as: Person) => (hasTexts ? pay(as) : Promise.resolve(NO_PAYMENT))
  const remove = async (as: Person, id: string) =>
    succeeded(await harness.call('deviceRemove', { as, id }))

  if (state === 'never') {
    return each(people, async (as) => ({
      ...as,
      paymentId: await payByText(as),
      deviceId: NO_DEVICE,
    }))
  }
  if (state === 'pending') {
    return each(people, async (as) => {
      const { id } = await askingDevice(harness, as)
      return { ...as, paymentId: await payByText(as), deviceId: id }
    })
  }
  const withDevice = await each(people, async (as) => {
    const { id } = hasTexts ? await addDevice(harness, as) : await letIn(as)
    return { ...as, deviceId: id }
  })
  harness.clock.advance(60)
  const victims = await each(withDevice, async (as) => {
    if (state === 'removed long ago' || state === 'waiting alone') {
      await remove(as, as.deviceId)
      return { ...as, paymentId: NO_PAYMENT }
    }
    const paymentId = await pay(as)
    if (state === 'removed within the wait') await remove(as, as.deviceId)
    if (state !== 'waiting beside an active one') return { ...as, paymentId }
    return { ...as, paymentId, deviceId: (await letIn(as)).id }
  })
  if (state !== 'removed long ago' && state !== 'waiting alone') return victims
  harness.clock.advance(WAIT_SECONDS)
  return each(victims, async (as) => {
    const deviceId = state === 'waiting alone' ? (await letIn(as)).id : as.deviceId
    return { ...as, deviceId, paymentId: await payByText(as) }
  })
}

/** One after the other, because each of them moves the harness's newest texts. */
async function each<T, R>(list: readonly T[], make: (one: T) => Promise<R>): Promise<R[]> {
  const made: R[] = []
  for (const one of list) made.push(await make(one))
  return made
}

/** Whatever has happened, the operator's invitation gives the payer a device that approves, at once. */
import type { Action } from './actions.ts'
import { Broken } from './broken.ts'
import { doDeed, type Tally } from './commands.ts'
import { activeOf, DEVICES_MAX, placesOf, waitingOf } from './deviceModel.ts'
import { ownerInvite, pass, well } from './deviceSteps.ts'
import type { Model, Payer } from './model.ts'
import type { World } from './world.ts'

/** The payer with the most to lose comes back; throws if they cannot. A closed account is closed for good. */
export async function comeBack(world: World, model: Model, tally: Tally): Promise<Model> {
  const { people, joined } = world.seen
  const weigh = ({ devices, devicesSince }: Payer) => devices.length * 2 + (devicesSince ? 1 : 0)
  const [payer] = Object.values(model.payers)
    .filter(({ state, devicesSince }) => state !== 'closed' && devicesSince !== undefined)
    .toSorted((a, b) => weigh(b) - weigh(a))
  if (!payer) return model
  const who = people.findIndex(({ payerId }) => payerId === payer.id)
  const [inTheWay] = [...waitingOf(payer, model.now), ...activeOf(payer, model.now)]
  const isFull = placesOf(payer).length >= DEVICES_MAX
  const device = joined.findIndex(({ id }) => id === inTheWay?.id)
  const acts: Action[] = [
    ...(payer.state === 'locked' ? [{ do: 'unlock', who } as const] : []),
    // Whoever else has a session has none any more.
    pass(2000),
    { do: 'signOut', who, session: 'new' },
    pass(2000),
    ...(isFull ? [well.remove({ device })] : []),
    ownerInvite(who, true),
    well.invite(who),
    well.enrol(),
    well.confirm({ code: 'none', invitation: 'right' }),
  ]
  const back = await doDeed(world, model, { acts }, tally)
  const id = world.seen.joined.at(-1)?.id
  const isBack = activeOf(back.payers[payer.id] ?? payer, back.now).some((one) => one.id === id)
  if (!isBack) throw new Broken(`${payer.id} finds no way back`)
  tally.set('way back', (tally.get('way back') ?? 0) + 1)
  return back
}

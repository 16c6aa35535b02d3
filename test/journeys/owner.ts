/** Test support: what the owner of the service does for a payer. */
import { type Handover, operate } from '../../local/operator.ts'
import type { JourneyHarness, Visitor } from '../harness/journeyHarness.ts'

/** An invitation, as `npm run payer -- invite` makes it. */
export async function inviteByOwner(
  { payfriend }: JourneyHarness,
  { email }: Pick<Visitor, 'email'>,
  { isNow = false } = {},
): Promise<Handover> {
  const outcome = await operate(payfriend.world, 'invite', email, { isNow })
  const handover = 'handover' in outcome ? outcome.handover : undefined
  if (!handover) throw new Error(`${email} was not invited: ${JSON.stringify(outcome)}`)
  return handover
}

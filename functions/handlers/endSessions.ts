import { lambda, payers, signIns, type World } from '../composition.ts'
import { endSessions as end } from '../core/account.ts'
import { endpoint, nothing } from '../http/endpoint.ts'

/** `POST /sessions/end`: end every session of the payer, including this one. */
export const endSessions = (world: World) => {
  const ports = { payers: payers(world), signIns: signIns(world), clock: world.clock }
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer }) => {
    await end(ports, payer)
    return { status: 200, body: {} }
  })
}

export const handler = lambda(endSessions)

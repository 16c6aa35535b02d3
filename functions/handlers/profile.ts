import { lambda, payers, type World } from '../composition.ts'
import { admitToLook } from '../core/payer.ts'
import { profileView } from '../core/profile.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

/** `GET /profile`: the payer's e-mail address, masked phone number and notices. */
export const profile = (world: World) => {
  const store = payers(world)
  const rules = deviceRules(world)
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer }) => {
    const known = await store.get(payer.payerId)
    admitToLook(known, payer)
    return { status: 200, body: profileView(payer.email, known, rules, world.clock()) }
  })
}

export const handler = lambda(profile)

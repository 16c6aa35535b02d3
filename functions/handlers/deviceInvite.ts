import { sha256Hex } from '../adapters/sha256.ts'
import { devices, lambda, payers, type World } from '../composition.ts'
import { inviteDevice } from '../core/enrolling.ts'
import { newInvitationCode, newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

/** `POST /devices/invitations`: a code with which a browser asks to become one of the payer's devices. */
export const deviceInvite = (world: World) => {
  const ports = {
    payers: payers(world),
    devices: devices(world),
    clock: world.clock,
    rules: deviceRules(world),
    newNonce,
  }
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer }) => {
    const code = newInvitationCode()
    const { expiresAt } = await inviteDevice(ports, payer, sha256Hex(code))
    return { status: 201, body: { code, expiresAt: expiresAt.toISOString() } }
  })
}

export const handler = lambda(deviceInvite)

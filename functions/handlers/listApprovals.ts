import { lambda, limits, payers, payments, type World } from '../composition.ts'
import { approvalsFor, trustedDevice } from '../core/channels/approvals.ts'
import { deviceApiUrl, deviceProof } from '../deviceComposition.ts'
import { deviceEndpoint, nothing } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

/**
 * `GET /approvals`: what waits for this device's answer.
 *
 * Refuses: `device_not_trusted`, `locked`, `invalid_request`.
 */
export const listApprovals = (world: World) => {
  const counted = limits(world)
  const ports = {
    payers: payers(world),
    payments: payments(world),
    clock: world.clock,
    rules: deviceRules(world),
  }
  return deviceEndpoint(world, { apiUrl: deviceApiUrl(world), body: nothing }, async (request) => {
    const proof = deviceProof(request, world.clock())
    const [trusted, starts] = await Promise.all([
      trustedDevice(ports, proof),
      proof.payerId === undefined ? undefined : counted.readStarts(proof.payerId),
    ])
    request.body()
    return { status: 200, body: await approvalsFor(ports, trusted, starts) }
  })
}

export const handler = lambda(listApprovals)

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
  const ports = {
    payers: payers(world),
    payments: payments(world),
    limits: limits(world),
    clock: world.clock,
    rules: deviceRules(world),
  }
  return deviceEndpoint(world, { apiUrl: deviceApiUrl(world), body: nothing }, async (request) => {
    const trusted = await trustedDevice(ports, deviceProof(request, world.clock()))
    request.body()
    return { status: 200, body: await approvalsFor(ports, trusted) }
  })
}

export const handler = lambda(listApprovals)

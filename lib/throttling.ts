import { type Carriers, lambdas, lambdasOf, type RouteName } from '../functions/routes.ts'

/** Requests that the whole stage accepts on one route; further ones get a 429. */
type Throttle = { readonly ratePerSecond: number; readonly burst: number }

export type Throttling = Readonly<Record<RouteName, Throttle>>

/**
 * The default throttles. The callback's is the highest, because Authy does not document whether it tries again;
 * every page that waits polls the status every few seconds.
 */
export const defaultThrottling: Throttling = {
  sendPayment: { ratePerSecond: 10, burst: 20 },
  listPayments: { ratePerSecond: 20, burst: 40 },
  paymentStatus: { ratePerSecond: 50, burst: 100 },
  cancelPayment: { ratePerSecond: 10, burst: 20 },
  smsStart: { ratePerSecond: 5, burst: 10 },
  smsVerify: { ratePerSecond: 10, burst: 20 },
  authyCallback: { ratePerSecond: 100, burst: 200 },
  profile: { ratePerSecond: 20, burst: 40 },
  phoneStart: { ratePerSecond: 5, burst: 10 },
  phoneVerify: { ratePerSecond: 5, burst: 10 },
  endSessions: { ratePerSecond: 5, burst: 10 },
  deviceInvite: { ratePerSecond: 5, burst: 10 },
  deviceEnrol: { ratePerSecond: 5, burst: 10 },
  deviceLeave: { ratePerSecond: 5, burst: 10 },
  deviceConfirm: { ratePerSecond: 5, burst: 10 },
  deviceRemove: { ratePerSecond: 5, burst: 10 },
  listApprovals: { ratePerSecond: 50, burst: 100 },
  decideApproval: { ratePerSecond: 20, burst: 40 },
  devicePush: { ratePerSecond: 20, burst: 40 },
}

/** Every route of a deployment with these providers, with its Lambda's name. */
export const routesOf = (carriers: Carriers) =>
  lambdasOf(carriers).flatMap((name) => {
    const lambda = lambdas[name]
    return 'route' in lambda ? [{ name: name as RouteName, ...lambda.route }] : []
  })

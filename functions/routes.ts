/**
 * The one list of Lambdas, each with its route and its rights on the tables. The stack (`lib/`) and the laptop
 * (`local/`) use it.
 */

/** A DynamoDB action on a table, or on one of its indexes. */
export type Right = `${'payments' | 'users'}:${Action}` | `payments/${Index}:Query`
type Action = 'GetItem' | 'PutItem' | 'UpdateItem'
type Index = 'push_id' | 'payer' | 'open'

/** The providers of codes by text. */
export const textProviders = ['authy', 'twilioVerify'] as const

export type TextProvider = (typeof textProviders)[number]

/** The provider of pushes and codes: one per deployment. With `none` every payment is approved by a device. */
export const providers = [...textProviders, 'none'] as const

export type Provider = (typeof providers)[number]

type Lambda = {
  /** The Lambda and its route exist only with these providers; if absent, with every provider. */
  readonly carriedBy?: readonly TextProvider[]
  /** True: they stay for one more deployment after a change of provider, because open payments end by them. */
  readonly endsPayments?: true
  /**
   * `payers`: with an access token. `device`: the Lambda checks the device's proof before all else. `public` must be
   * written out, so that no route is open by mistake.
   */
  readonly route?: {
    readonly method: 'GET' | 'POST'
    readonly path: string
    readonly open: 'payers' | 'device' | 'public'
  }
  readonly rights: readonly Right[]
}

export const lambdas = {
  sendPayment: {
    route: { method: 'POST', path: '/payments', open: 'payers' },
    rights: [
      'payments:GetItem',
      'payments:PutItem',
      'payments:UpdateItem',
      'payments/payer:Query',
      'users:GetItem',
      'users:UpdateItem',
    ],
  },
  listPayments: {
    route: { method: 'GET', path: '/payments', open: 'payers' },
    rights: ['payments/payer:Query', 'users:GetItem'],
  },
  paymentStatus: {
    route: { method: 'GET', path: '/payments/{paymentId}', open: 'payers' },
    rights: ['payments:GetItem'],
  },
  cancelPayment: {
    route: { method: 'POST', path: '/payments/{paymentId}/cancellation', open: 'payers' },
    rights: ['payments:GetItem', 'payments:UpdateItem', 'users:GetItem'],
  },
  smsStart: {
    carriedBy: textProviders,
    endsPayments: true,
    route: { method: 'POST', path: '/payments/{paymentId}/sms', open: 'payers' },
    rights: ['payments:GetItem', 'payments:UpdateItem', 'users:GetItem', 'users:UpdateItem'],
  },
  smsVerify: {
    carriedBy: textProviders,
    endsPayments: true,
    route: { method: 'POST', path: '/payments/{paymentId}/sms/verification', open: 'payers' },
    rights: ['payments:GetItem', 'payments:UpdateItem', 'users:GetItem', 'users:UpdateItem'],
  },
  authyCallback: {
    carriedBy: ['authy'],
    endsPayments: true,
    route: { method: 'POST', path: '/payments/callback', open: 'public' },
    rights: [
      'payments:GetItem',
      'payments:UpdateItem',
      'payments/push_id:Query',
      'payments/payer:Query',
      'users:GetItem',
      'users:UpdateItem',
    ],
  },
  profile: {
    route: { method: 'GET', path: '/profile', open: 'payers' },
    rights: ['users:GetItem'],
  },
  phoneStart: {
    carriedBy: textProviders,
    route: { method: 'POST', path: '/phone', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  phoneVerify: {
    carriedBy: textProviders,
    route: { method: 'POST', path: '/phone/verification', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  endSessions: {
    route: { method: 'POST', path: '/sessions/end', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  deviceInvite: {
    route: { method: 'POST', path: '/devices/invitations', open: 'payers' },
    rights: ['users:GetItem', 'users:PutItem', 'users:UpdateItem'],
  },
  deviceEnrol: {
    route: { method: 'POST', path: '/devices', open: 'device' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  deviceLeave: {
    carriedBy: textProviders,
    route: { method: 'POST', path: '/devices/{deviceId}/leave', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  deviceConfirm: {
    route: { method: 'POST', path: '/devices/{deviceId}/confirmation', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  deviceRemove: {
    route: { method: 'POST', path: '/devices/{deviceId}/removal', open: 'payers' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  listApprovals: {
    route: { method: 'GET', path: '/approvals', open: 'device' },
    rights: ['users:GetItem', 'payments:GetItem'],
  },
  decideApproval: {
    route: { method: 'POST', path: '/approvals/{approvalId}', open: 'device' },
    rights: ['users:GetItem', 'users:UpdateItem', 'payments:GetItem', 'payments:UpdateItem'],
  },
  devicePush: {
    route: { method: 'POST', path: '/device/push', open: 'device' },
    rights: ['users:GetItem', 'users:UpdateItem'],
  },
  ringDevices: {
    // The bus calls it.
    rights: ['users:GetItem', 'users:UpdateItem', 'payments:GetItem'],
  },
  sweepPayments: {
    rights: [
      'payments:UpdateItem',
      'payments/open:Query',
      'payments/payer:Query',
      'users:GetItem',
      'users:UpdateItem',
    ],
  },
} as const satisfies Record<string, Lambda>

export type LambdaName = keyof typeof lambdas

/** The Lambdas with a route. */
export type RouteName = {
  [Name in LambdaName]: (typeof lambdas)[Name] extends { route: object } ? Name : never
}[LambdaName]

/** A deployment's provider, and the one that it had until its last deployment, if open payments may need it. */
export type Carriers = {
  readonly provider: Provider
  readonly formerProvider?: TextProvider | undefined
}

/** The Lambdas of a deployment with this provider. */
export const lambdasOf = ({ provider, formerProvider }: Carriers): LambdaName[] =>
  (Object.keys(lambdas) as LambdaName[]).filter((name) => {
    const { carriedBy, endsPayments }: Lambda = lambdas[name]
    const has = (one: Provider | undefined) => carriedBy?.some((carrier) => carrier === one)
    return carriedBy === undefined || has(provider) || (endsPayments && has(formerProvider))
  })

/** Whether one of a deployment's providers, current or former, is this one. */
export const isCarriedBy = ({ provider, formerProvider }: Carriers, one: TextProvider): boolean =>
  provider === one || formerProvider === one

/** The events of the bus that call `ringDevices`, by their source. */
export const ringing = {
  payfriend: [
    'payment.pending',
    'device.waiting',
    'device.added',
    'device.removed',
    'device.restored',
    'device.stopped',
    'phone.changed',
  ],
  /** A device's own test, and what begins to ask for a device's yes. */
  'payfriend.rings': ['device.test', 'device.asks', 'phone.asks'],
} as const

/** Lambdas that Cognito calls; they have no rights on the tables. */
export const triggers = ['signUpPolicy', 'tokenClaims'] as const

export type TriggerName = (typeof triggers)[number]

/** Lambdas that consume the streams of the two tables; they have no rights on the tables themselves. */
export const consumers = ['archiveEntries', 'publishEvents'] as const

export type ConsumerName = (typeof consumers)[number]

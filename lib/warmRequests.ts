/** The requests for which each Lambda is compiled: valid ones of its route, so that it gets as far as a payer's does. */
import { type LambdaName, lambdas, type RouteName } from '../functions/routes.ts'
import { DEVICE_ID, proofOf, yesTo } from './warmDevice.ts'
import {
  BY_DEVICE,
  BY_PHONE,
  CODE,
  DIGITS,
  NEW,
  NUMBER,
  PAID_BY_DEVICE,
  PAID_BY_PHONE,
  SIGNING,
  VERIFICATION,
} from './warmWorld.ts'

type Asked = {
  readonly by: string | readonly string[]
  readonly id?: string
  readonly body?: object
}

const asked: Record<RouteName, Asked> = {
  sendPayment: {
    // By a push or a text, or by a device.
    by: [BY_PHONE, BY_DEVICE],
    body: {
      payee: { name: 'Ada Lovelace', id: 'ada@example.com' },
      amount: { value: '20.50', currency: 'EUR' },
    },
  },
  listPayments: { by: BY_PHONE },
  paymentStatus: { by: BY_PHONE, id: PAID_BY_PHONE },
  cancelPayment: { by: BY_PHONE, id: PAID_BY_PHONE },
  smsStart: { by: BY_PHONE, id: PAID_BY_PHONE },
  smsVerify: { by: BY_PHONE, id: PAID_BY_PHONE, body: { code: CODE } },
  // Refused: it is not signed with the key.
  authyCallback: { by: BY_PHONE, body: {} },
  profile: { by: BY_PHONE },
  phoneStart: { by: NEW, body: { phoneNumber: NUMBER, channel: 'sms' } },
  phoneVerify: { by: NEW, body: { verificationId: VERIFICATION, code: CODE, currentCode: CODE } },
  endSessions: { by: BY_PHONE },
  deviceInvite: { by: BY_PHONE },
  // Refused: it has no new passkey. A phone does this once.
  deviceEnrol: { by: BY_PHONE, body: {} },
  deviceLeave: { by: BY_PHONE, id: DEVICE_ID, body: { by: 'text' } },
  deviceConfirm: { by: BY_PHONE, id: DEVICE_ID, body: { digits: DIGITS, code: CODE } },
  deviceRemove: { by: BY_DEVICE, id: DEVICE_ID },
  listApprovals: { by: BY_DEVICE },
  decideApproval: { by: BY_DEVICE, id: `payment.${PAID_BY_DEVICE}`, body: yesTo(SIGNING) },
  devicePush: { by: BY_DEVICE, body: {} },
}

/** What calls the Lambdas without a route: nobody's sign-up, an empty batch of a stream, an event that rings. */
const OTHER = {
  request: { userAttributes: { email: 'new@example.com', email_verified: 'true' } },
  Records: [],
  'detail-type': 'phone.changed',
  detail: { version: 1, payerId: BY_DEVICE, at: '2026-01-01T00:00:00.000Z' },
}

/** The events with which API Gateway, or whatever else does, calls this Lambda. */
export function warmEvents(name: string): readonly object[] {
  return isRoute(name) ? [asked[name].by].flat().map((by) => eventOf(name, by)) : [OTHER]
}

function eventOf(name: RouteName, by: string): object {
  const { method, path, open } = lambdas[name].route
  const { id = '', body: value } = asked[name]
  const body = value && JSON.stringify(value)
  const request = { method, path: path.replace('{approvalId}', id), body: body ?? '' }
  const claims = {
    token_use: 'access',
    sub: by,
    email: `${by}@example.com`,
    auth_time: '9999999999',
  }
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      'idempotency-key': 'warm',
      ...(open === 'device' && { 'device-proof': proofOf(request, by) }),
    },
    pathParameters: { paymentId: id, deviceId: id, approvalId: id },
    ...(body && { body }),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'warm',
      http: { method, path, sourceIp: '127.0.0.1' },
      authorizer: { jwt: { claims } },
    },
  }
}

const isRoute = (name: string): name is RouteName =>
  name in lambdas && 'route' in lambdas[name as LambdaName]

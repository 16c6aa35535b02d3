/** What the tables and the provider answer while a Lambda is compiled: three payers, and a payment of two of them. */
import { marshall } from '@aws-sdk/util-dynamodb'
import { DEVICE, DEVICE_ID } from './warmDevice.ts'

/** One with a verified phone and a device that asks to be let in; one with a device; one whose first phone waits for its code. */
export const [BY_PHONE, BY_DEVICE, NEW] = ['by-phone', 'by-device', 'new']
/** The payments of the first two. */
export const [PAID_BY_PHONE, PAID_BY_DEVICE] = ['A'.repeat(22), 'B'.repeat(22)]
/** The verification of the third. */
export const VERIFICATION = 'C'.repeat(22)
export const [CODE, DIGITS, NUMBER] = ['000000', '0000', '+12025550123']
export const SIGNING = 'a document'
/** The service of Twilio Verify. */
export const SERVICE = `VA${'0'.repeat(32)}`

/** The id of a text. */
const TEXT = `VE${'0'.repeat(32)}`
const [BEFORE, LATER] = ['2026-01-01T00:00:00.000Z', '9999-01-01T00:00:00.000Z']

const PHONE = {
  phone_number: NUMBER,
  phone_country_code: '1',
  provider_phone_id: '1',
  phone_verified_at: BEFORE,
}

const PAYERS = {
  [BY_PHONE]: {
    user_id: BY_PHONE,
    email: 'phone@example.com',
    ...PHONE,
    device_pending: {
      ...DEVICE,
      id: DEVICE_ID,
      invitation: 'none',
      invitedAuthTime: 1,
      reference: 'WARMED',
      digits: DIGITS,
      signing: SIGNING,
      expiresAt: LATER,
      tries: 1,
      hasDigits: false,
      texts: 1,
      textedAt: BEFORE,
      textId: TEXT,
      failedYes: 0,
    },
  },
  [BY_DEVICE]: {
    user_id: BY_DEVICE,
    email: 'device@example.com',
    devices_since: BEFORE,
    devices: { [DEVICE_ID]: { ...DEVICE, boundBy: 'sign-in', addedAt: BEFORE } },
  },
  [NEW]: {
    user_id: NEW,
    email: 'new@example.com',
    pending_id: VERIFICATION,
    pending_reference: 'WARMED',
    pending_number: NUMBER,
    pending_country_code: '1',
    pending_channel: 'sms',
    pending_sends: 1,
    pending_sent_at: BEFORE,
    pending_attempts: 0,
    pending_expires_at: LATER,
    pending_sms_id: TEXT,
    pending_current_sms_id: TEXT,
  },
}

const paymentOf = (payerId: string, paymentId: string, channels: object) => ({
  payment_id: paymentId,
  user_id: payerId,
  request_id: 'warm',
  provider_phone_id: '1',
  reference: 'WARMED',
  payee_name: 'Ada Lovelace',
  payee_id: 'ada@example.com',
  amount_minor: 2050,
  currency: 'EUR',
  display_text: 'Pay',
  status: 'pending',
  push: 'unavailable',
  sms_sends: 1,
  sms_sent_at: BEFORE,
  sms_id: TEXT,
  code_attempts: 0,
  wrong_codes: 0,
  ...channels,
  created_at: BEFORE,
  expires_at: LATER,
})
const PAYMENT = paymentOf(BY_PHONE, PAID_BY_PHONE, {})
const PAYMENTS = {
  [PAID_BY_PHONE]: PAYMENT,
  [PAID_BY_DEVICE]: paymentOf(BY_DEVICE, PAID_BY_DEVICE, { signing: SIGNING }),
}

type Asked = {
  readonly Key?: { readonly payment_id?: { S: string }; readonly user_id?: { S: string } }
  readonly ReturnValues?: string
  readonly ScanIndexForward?: boolean
  readonly FilterExpression?: string
}

/** DynamoDB's answer to a call: each write succeeds, and after it a payer has a verified phone. */
export function answerOfTables(operation: string, body: string): object {
  const { Key, ReturnValues, ScanIndexForward, FilterExpression }: Asked = JSON.parse(body)
  const payment = Object.entries(PAYMENTS).find(([id]) => id === Key?.payment_id?.S)?.[1]
  const payer = Object.entries(PAYERS).find(([id]) => id === Key?.user_id?.S)?.[1]
  const Item = payment ?? payer
  if (operation === 'GetItem') return Item ? { Item: marshall(Item) } : {}
  // A list of payments is what is asked backwards and without a filter.
  if (operation === 'Query' && ScanIndexForward === false && !FilterExpression) {
    return { Items: [marshall(PAYMENT)] }
  }
  if (ReturnValues !== 'ALL_NEW') return {}
  if (payer) return { Attributes: marshall({ ...payer, ...PHONE }) }
  // A payment that was just started is the one that is changed then; a counter is an item without anything.
  return { Attributes: marshall(payment ?? (Key?.payment_id ? PAYMENT : {})) }
}

/** The answer of either provider: Authy's to all that it is asked, and in the same object Twilio Verify's. */
export function answerOfProvider(path: string, form: string): object {
  const asked = new URLSearchParams(form)
  return {
    success: true,
    user: { id: 1 },
    approval_request: { uuid: 'push' },
    token: 'is valid',
    device: { os_type: 'sms' },
    sid: TEXT,
    service_sid: SERVICE,
    to: NUMBER,
    channel: 'sms',
    status: path.endsWith('Check') ? 'approved' : 'pending',
    valid: true,
    amount: asked.get('Amount'),
    payee: asked.get('Payee'),
  }
}

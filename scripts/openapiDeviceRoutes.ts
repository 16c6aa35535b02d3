/** The routes for devices, as openapi.json describes them. */
import {
  DEVICES_MAX,
  DIGIT_TRIES_MAX,
  INVITATION_MINUTES,
  LEAVE_TEXTS_MAX,
} from '../functions/core/device.ts'
import { DEFAULTS, TEST_RING_PAUSE_SECONDS, TEXT_PAUSE_SECONDS } from '../functions/core/limits.ts'
import type { Operation } from './openapiOperation.ts'

/** The header by which a device signs each of its requests, as a security scheme. */
export const DEVICE_PROOF = {
  type: 'apiKey',
  in: 'header',
  name: 'Device-Proof',
  description:
    'A JWS in compact form (RFC 7515), 1 KB at most, made anew for each request by the device’s key, as a proof of ' +
    'DPoP (RFC 9449) with the body bound. Its header has exactly `typ` = `device-proof+jwt`, `alg` = `ES256` and ' +
    '`kid` = the answer’s of `POST /devices` (in that request itself only the RFC 7638 thumbprint of the key in the ' +
    'body). Its claims are exactly `htm`, the method; `htu`, the site’s URL + `/api` + the route with its parameters, ' +
    'without a query (`https://pay.example.com/api/approvals/payment.N2xh5v0SgVq3uQK1mYw8Tg`); `iat`, the time in ' +
    'whole seconds since 1970, which may differ from the server’s by 60 s: with a wrong clock take that of the header ' +
    '`Date` and try once more; `jti`, any text of 1 to 64 characters; and `bh`, base64url of the SHA-256 of the ' +
    'body’s bytes, without a body of the empty text. An equal request may be sent again: it changes nothing twice.',
} as const

/** The operations by the name of their Lambda. */
export const deviceOperations = {
  deviceInvite: {
    summary: 'Invite a device',
    description:
      `The code is good for ${INVITATION_MINUTES} minutes and one device. It lets nothing in: the device that is made ` +
      `with it is pending until it is confirmed. A payer has ${DEVICES_MAX} devices at most, those that wait counted.`,
    success: { 201: ['Invitation', 'The code, which is told once.'] },
    refusals: ['invalid_request', 'locked', 'too_many_invitations'],
  },
  deviceEnrol: {
    summary: 'Become the pending device of the payer whose code this is',
    description:
      'One pending device of a payer at most: another one takes its place. The same device may ask again, and gets ' +
      'the same digits. With `assertion` instead of `credential` a device asks whose key is gone and whose passkey is ' +
      'there: the device key is new, and when a text, the operator’s invitation or another device lets it in, that is ' +
      'at once, and the old key dies with the same answer.',
    body: 'EnrolDevice',
    success: { 201: ['DeviceEnrolled', 'The device is pending.'] },
    refusals: ['invalid_request', 'device_not_trusted', 'not_found', 'too_many_devices'],
  },
  deviceLeave: {
    summary: 'Text the verified phone a code that lets the pending device in',
    description:
      `${LEAVE_TEXTS_MAX} texts for a device, ${TEXT_PAUSE_SECONDS} s apart. A payer who had a device before waits ` +
      'after it (`waitHours`). `device_required`: a device has stopped a recovery, so that only an active device or the ' +
      'operator’s invitation lets one in.',
    body: 'AskLeave',
    success: { 202: ['Profile', 'The text is on its way.'] },
    refusals: [
      'invalid_request',
      'phone_not_verified',
      'device_required',
      'not_found',
      'locked',
      'too_many_sms',
      'provider_unavailable',
      'sms_off',
    ],
  },
  deviceConfirm: {
    summary: 'Confirm the pending device by the digits that it shows, or the undo of a removal',
    description:
      `${DIGIT_TRIES_MAX} tries, counted before they are checked; after the last the device is gone. With a leave, ` +
      'which is the `code` from the text, the operator’s `invitation`, an active device’s yes, or a sign-in, the device ' +
      'is active from this answer on, or waits (`waiting` in the profile). The yes of a device may come before or after ' +
      'the digits. Where a sign-in has to let it in, one that is older than five minutes is a 401. ' +
      '`current_code_required`: code or invitation is needed too. With `undo` a device is active again whose removal ' +
      'its own passkey has asked to undo (`undoAsked`); that needs a sign-in newer than the removal, else it is a 401.',
    body: 'ConfirmDevice',
    success: { 200: ['Profile', 'The digits are right, or the device is active again.'] },
    refusals: [
      'invalid_request',
      'phone_not_verified',
      'current_code_required',
      'device_required',
      'not_found',
      'too_many_devices',
      'no_code_sent',
      'no_attempts_left',
      'wrong_code',
      'code_expired',
      'locked',
      'provider_unavailable',
    ],
  },
  deviceRemove: {
    summary: 'Remove a device, or cancel one that waits or is pending',
    description:
      'From this answer on it approves nothing. For some hours (by default ' +
      `${DEFAULTS.deviceWaitHours}) its passkey, with a newer sign-in, can undo the removal of a device that was active. ` +
      'A device can also remove itself, as an approval, and that is for good.',
    success: { 200: ['Profile', 'It is gone.'] },
    refusals: ['invalid_request', 'not_found', 'locked'],
  },
  listApprovals: {
    summary: "What waits for this device's answer",
    description:
      'It writes nothing: poll it every three seconds while the page is open. A device that a session removed is still ' +
      'answered while the removal can be undone, or a device waits that was let in meanwhile: it is not trusted, and ' +
      'may only stop. One that waits itself is told until when, and nothing else.',
    success: { 200: ['Approvals', 'What waits.'] },
    refusals: ['invalid_request', 'device_not_trusted', 'locked'],
  },
  decideApproval: {
    summary:
      "A device's answer to a payment, a new device or a new phone number, a stop, or its own removal",
    description:
      'A yes is signed by the passkey, over exactly the stored document (RTS Art. 5(1)(b)). A yes to a payment may be ' +
      '`payment.get` (Secure Payment Confirmation): what the browser says that it showed is compared with the stored ' +
      'payment, and a difference is a signature over another document. A wrong signature is a ' +
      'failed attempt, counted before it is checked; the fifth fails the payment (RTS Art. 4(3)(b)), turns the new ' +
      'device away, ends the new number’s verification, or ends what this device may stop. A signature over another ' +
      'document, or made on another page, is refused and counts as no attempt. A no to a payment, a device or a number ' +
      'needs no passkey; with the reason `not_me` no payment starts for a while (`starts_locked`). What can be stopped ' +
      'is only approved: that stops a device that waits, and no text lets one in until an operator’s invitation did; or ' +
      'it asks to undo this device’s own removal.',
    body: 'AnswerApproval',
    success: { 200: ['Answered', 'What has become of it.'] },
    refusals: [
      'invalid_request',
      'device_not_trusted',
      'not_found',
      'expired',
      'already_decided',
      'too_many_devices',
      'no_attempts_left',
      'approval_not_signed',
      'locked',
    ],
    withoutRetryAfter: ['no_attempts_left'],
  },
  devicePush: {
    summary: 'Where this device is rung, or a test ring',
    description:
      'Ask with `{}` for `pushKey`, subscribe with it as `applicationServerKey`, and send the subscription; again each ' +
      'time the page is opened, because browsers end subscriptions and not all say so. `null`: ring this device no ' +
      'more, which the payer is told. `test`: ring this device now, ' +
      `${TEST_RING_PAUSE_SECONDS} s after the last time at the earliest.`,
    body: 'ChangePush',
    success: { 200: ['Push', 'The subscription is stored, or gone, or the ring is on its way.'] },
    refusals: ['invalid_request', 'device_not_trusted', 'locked', 'too_many_rings'],
    withoutRetryAfter: ['locked'],
  },
} as const satisfies Readonly<Record<string, Operation>>

import { authyCallback } from '../../functions/authyCallback.ts'
import { cancelPayment } from '../../functions/cancelPayment.ts'
import { listPayments } from '../../functions/listPayments.ts'
import type { World } from '../../functions/live.ts'
import { paymentStatus } from '../../functions/paymentStatus.ts'
import { phoneStart } from '../../functions/phoneStart.ts'
import { phoneVerify } from '../../functions/phoneVerify.ts'
import { profile } from '../../functions/profile.ts'
import { sendPayment } from '../../functions/sendPayment.ts'
import { smsStart } from '../../functions/smsStart.ts'
import { smsVerify } from '../../functions/smsVerify.ts'
import type { Handlers } from './gateway.ts'

/** Every Lambda that a route leads to, in one process, as AWS would run each in its own. */
export const handlersIn = (world: World): Handlers => ({
  sendPayment: sendPayment(world),
  listPayments: listPayments(world),
  paymentStatus: paymentStatus(world),
  cancelPayment: cancelPayment(world),
  smsStart: smsStart(world),
  smsVerify: smsVerify(world),
  authyCallback: authyCallback(world),
  profile: profile(world),
  phoneStart: phoneStart(world),
  phoneVerify: phoneVerify(world),
})

import { authyCallback } from '../../functions/authyCallback.ts'
import { cancelPayment } from '../../functions/cancelPayment.ts'
import type { World } from '../../functions/composition.ts'
import { endSessions } from '../../functions/endSessions.ts'
import { listPayments } from '../../functions/listPayments.ts'
import { paymentStatus } from '../../functions/paymentStatus.ts'
import { phoneStart } from '../../functions/phoneStart.ts'
import { phoneVerify } from '../../functions/phoneVerify.ts'
import { profile } from '../../functions/profile.ts'
import type { LambdaName, Provider } from '../../functions/routes.ts'
import { sendPayment } from '../../functions/sendPayment.ts'
import { smsStart } from '../../functions/smsStart.ts'
import { smsVerify } from '../../functions/smsVerify.ts'
import type { Handlers } from './gateway.ts'

/**
 * Every Lambda that a route leads to with this provider, in one process, each in its own world as AWS
 * would run it.
 */
export const handlersIn = (worldOf: (name: LambdaName) => World, provider: Provider): Handlers => ({
  sendPayment: sendPayment(worldOf('sendPayment')),
  listPayments: listPayments(worldOf('listPayments')),
  paymentStatus: paymentStatus(worldOf('paymentStatus')),
  cancelPayment: cancelPayment(worldOf('cancelPayment')),
  smsStart: smsStart(worldOf('smsStart')),
  smsVerify: smsVerify(worldOf('smsVerify')),
  ...(provider === 'authy' && { authyCallback: authyCallback(worldOf('authyCallback')) }),
  profile: profile(worldOf('profile')),
  phoneStart: phoneStart(worldOf('phoneStart')),
  phoneVerify: phoneVerify(worldOf('phoneVerify')),
  endSessions: endSessions(worldOf('endSessions')),
})

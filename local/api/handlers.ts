import type { World } from '../../functions/composition.ts'
import { authyCallback } from '../../functions/handlers/authyCallback.ts'
import { cancelPayment } from '../../functions/handlers/cancelPayment.ts'
import { decideApproval } from '../../functions/handlers/decideApproval.ts'
import { deviceConfirm } from '../../functions/handlers/deviceConfirm.ts'
import { deviceEnrol } from '../../functions/handlers/deviceEnrol.ts'
import { deviceInvite } from '../../functions/handlers/deviceInvite.ts'
import { deviceLeave } from '../../functions/handlers/deviceLeave.ts'
import { devicePush } from '../../functions/handlers/devicePush.ts'
import { deviceRemove } from '../../functions/handlers/deviceRemove.ts'
import { endSessions } from '../../functions/handlers/endSessions.ts'
import { listApprovals } from '../../functions/handlers/listApprovals.ts'
import { listPayments } from '../../functions/handlers/listPayments.ts'
import { paymentStatus } from '../../functions/handlers/paymentStatus.ts'
import { phoneStart } from '../../functions/handlers/phoneStart.ts'
import { phoneVerify } from '../../functions/handlers/phoneVerify.ts'
import { profile } from '../../functions/handlers/profile.ts'
import { sendPayment } from '../../functions/handlers/sendPayment.ts'
import { smsStart } from '../../functions/handlers/smsStart.ts'
import { smsVerify } from '../../functions/handlers/smsVerify.ts'
import { type Carriers, type LambdaName, lambdasOf } from '../../functions/routes.ts'
import type { Handlers } from './gateway.ts'

const FACTORIES = {
  sendPayment,
  listPayments,
  paymentStatus,
  cancelPayment,
  smsStart,
  smsVerify,
  authyCallback,
  profile,
  phoneStart,
  phoneVerify,
  endSessions,
  decideApproval,
  deviceConfirm,
  deviceEnrol,
  deviceInvite,
  deviceLeave,
  devicePush,
  deviceRemove,
  listApprovals,
} satisfies { [Name in keyof Required<Handlers>]: (world: World) => Handlers[Name] }

/**
 * The handler of every route of a deployment with these providers, all in one process, each with its own environment as in AWS.
 */
export const handlersIn = (worldOf: (name: LambdaName) => World, carriers: Carriers): Handlers =>
  Object.fromEntries(
    Object.entries(FACTORIES)
      .filter(([name]) => lambdasOf(carriers).includes(name as LambdaName))
      .map(([name, make]) => [name, make(worldOf(name as LambdaName))]),
  )

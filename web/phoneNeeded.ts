/** Whether the payer can pay now and, if a device is needed for it, what to do. */
import type { Profile } from './api.ts'
import type { Config } from './config.ts'
import { dateAndTime } from './times.ts'

type Account = Pick<Profile, 'phone' | 'devices'>

/** A payment is approved on a device or, while no device protects the account, by a code to the verified number. */
export const canPay = (account: Account, config: Pick<Config, 'texts'>): boolean =>
  account.devices.list.length > 0 || textsPay(account, config)

/** Codes by text approve payments: no device is active, and none was removed lately. */
export const textsPay = ({ phone, devices }: Account, { texts }: Pick<Config, 'texts'>): boolean =>
  texts && phone?.verified === true && !devices.textsClosed

/** Why only a device can let it through, and which way is open. */
export function whyPhoneNeeded({ devices }: Pick<Profile, 'devices'>): string {
  const { list, waiting, removed, everHadOne } = devices
  const [only] = list
  if (list.length > 1)
    return 'One of your phones that approve must let this through. Open Payfriend there.'
  if (only) return `Your phone “${only.name}” must let this through. Open Payfriend there.`
  const [next] = waiting
  if (next) {
    return `Only a phone that approves can let this through. “${next.name}” can from ${dateAndTime(new Date(next.activeFrom))} on.`
  }
  if (removed.length > 0) {
    return 'Your phones that approve were removed, so nothing can be paid now. Put one back, or add a phone.'
  }
  return everHadOne
    ? 'You have no phone that approves any more, so this can’t be let through now. Add a phone.'
    : 'Payments are approved with a phone that you add to your account. Add yours first.'
}

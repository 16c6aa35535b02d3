/** Whether the payer can pay now and, if a device is needed for it, what to do. */

import { phoneNeededWords } from '#words/phoneNeededWords.ts'
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

/** What has to be done before the payer can pay; of a phone that waits, from when on it approves. */
export function whyNoPayment(account: Account, { texts }: Pick<Config, 'texts'>): string {
  const { waiting, everHadOne } = account.devices
  if (waiting.length > 0) return whyPhoneNeeded(account)
  return texts && !everHadOne ? phoneNeededWords.confirmFirst : phoneNeededWords.addFirst
}

/** A new payment can be approved with a code by text only. */
export const onlyTextsPay = (account: Account, config: Pick<Config, 'texts' | 'pushes'>): boolean =>
  !config.pushes && account.devices.list.length === 0 && textsPay(account, config)

/** Why only a device can let it through, and which way is open. */
export function whyPhoneNeeded({ devices }: Pick<Profile, 'devices'>): string {
  const { list, waiting, removed, everHadOne } = devices
  const [only] = list
  if (list.length > 1) return phoneNeededWords.oneOfYours
  if (only) return phoneNeededWords.thisOne(only.name)
  const [next] = waiting
  if (next) return phoneNeededWords.waits(next.name, dateAndTime(new Date(next.activeFrom)))
  if (removed.length > 0) return phoneNeededWords.removed
  return everHadOne ? phoneNeededWords.noneLeft : phoneNeededWords.noneYet
}

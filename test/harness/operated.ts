/** Test support: what the operator does to an account, and what is there of it then. */
import { closeAccount, lockAccount, unlockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import type { Harness, Person } from './harness.ts'

/** The operator of a harness that is started later. */
export const operated = (harness: () => Harness) => ({
  lock: (as: Person) => lockAccount(portsIn(harness().world), as),
  unlock: (as: Person) => unlockAccount(portsIn(harness().world), as),
  close: (as: Person) => closeAccount(portsIn(harness().world), as),

  itemOf: async ({ payerId }: Person) =>
    (await harness().all('users')).find(({ user_id }) => user_id === payerId),

  devicesOf: async (as: Person) => (await harness().call('profile', { as })).body.devices,
})

/** The model's writes to the verification of a number, as far as devices lead to them. */
import { isActive } from './deviceModel.ts'
import { isSame, type Payer, type Pending, type Verification, writePayer } from './model.ts'

/** A write to the verification under way. */
export const writePending = (
  payer: string,
  when: (pending: Pending, payer: Payer) => boolean,
  become: (pending: Pending) => Partial<Pending>,
) =>
  writePayer(
    payer,
    (one) => one.pending !== undefined && when(one.pending, one),
    ({ pending }) => (pending ? { pending: { ...pending, ...become(pending) } } : {}),
  )

const isThis =
  (asked: Verification, now: number) =>
  (pending: Pending, { state }: Payer) =>
    !state && isSame(asked, pending) && now < pending.expiresAt && pending.leave !== undefined

export const savePhoneYes = (payer: string, asked: Verification, by: string, now: number) =>
  writePending(
    payer,
    (pending, one) => isThis(asked, now)(pending, one) && isActive(one, by, now),
    ({ leave }) => ({ leave: leave && { ...leave, yesBy: by } }),
  )

export const countFailedPhoneYes = (payer: string, asked: Verification, now: number) =>
  writePending(payer, isThis(asked, now), ({ leave }) => ({
    leave: leave && { ...leave, failedYes: leave.failedYes + 1 },
  }))

export const endVerification = (payer: string, asked: Verification) =>
  writePayer(
    payer,
    ({ pending }) => isSame(asked, pending),
    () => ({ pending: undefined }),
  )

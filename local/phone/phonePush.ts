import { randomUUID } from 'node:crypto'

export type Decision = 'approved' | 'denied'
type Logo = { res: string; url: string }
type Texts = Record<string, string>

/** What is asked of a phone's owner. `details` and the like are null when they were not given. */
export type Asked = {
  message: string
  details: Texts | null
  hiddenDetails: Texts | null
  logos: Logo[] | null
  /** 0 means that it never expires. */
  secondsToExpire: number
}

/** What became of one callback: `status` is what it was answered, `problem` why it was not. */
export type CallbackRecord = {
  outcome: 'lost' | 'held back' | 'on its way' | 'answered' | 'failed'
  signedWrongly: boolean
  status: number | null
  problem: string | null
}

/** An approval request. `status` follows the clock; an expired one can no longer be answered. */
export type Push = Asked & {
  readonly uuid: string
  readonly number: string
  readonly authyId: number
  readonly email: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** Counts all that ever arrived, at any phone. */
  readonly sequence: number
  readonly status: 'pending' | 'expired' | Decision
  answer: { decision: Decision; at: Date } | null
  readonly callbacks: CallbackRecord[]
}

/** A push that begins to live now, by this clock. */
export function newPush(
  to: { number: string; authyId: number; email: string },
  asked: Asked,
  sequence: number,
  clock: () => Date,
): Push {
  const createdAt = clock()
  const expiresAt =
    asked.secondsToExpire === 0
      ? null
      : new Date(createdAt.getTime() + asked.secondsToExpire * 1000)
  const push: Push = {
    ...asked,
    uuid: randomUUID(),
    number: to.number,
    authyId: to.authyId,
    email: to.email,
    createdAt,
    expiresAt,
    sequence,
    answer: null,
    callbacks: [],
    get status() {
      if (push.answer) return push.answer.decision
      return expiresAt && clock() >= expiresAt ? 'expired' : 'pending'
    },
  }
  return push
}

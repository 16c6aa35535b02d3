import { randomUUID } from 'node:crypto'

export type Decision = 'approved' | 'denied'
type Logo = { res: string; url: string }
type Texts = Record<string, string>

/** The content of an approval request. Optional parts that were not given are null. */
export type Asked = {
  message: string
  details: Texts | null
  hiddenDetails: Texts | null
  logos: Logo[] | null
  /** 0 means that it never expires. */
  secondsToExpire: number
}

/** The result of one callback: `status` is the answer's HTTP status, `problem` why there was no answer. */
export type CallbackRecord = {
  outcome: 'lost' | 'held back' | 'on its way' | 'answered' | 'failed'
  signedWrongly: boolean
  status: number | null
  problem: string | null
}

/** An approval request. `status` depends on the clock; an expired one can no longer be answered. */
export type Push = Asked & {
  readonly uuid: string
  readonly number: string
  readonly authyId: number
  readonly email: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** The number of this push among those of all phones. */
  readonly sequence: number
  readonly status: 'pending' | 'expired' | Decision
  answer: { decision: Decision; at: Date } | null
  readonly callbacks: CallbackRecord[]
}

/** A push that arrives now, by this clock. */
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

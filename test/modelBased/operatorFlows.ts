/** What an operator does to an account, step by step. */
import { at, type Flow, payerOf } from './answers.ts'
import { inviteByOwner, OWNER_INVITATION_MS, waitingOf } from './deviceModel.ts'
import {
  barPlace,
  clearTexts,
  decide,
  look,
  type Model,
  type Payment,
  type Starts,
  type Step,
  writePayer,
} from './model.ts'
import { endCode } from './paymentFlows.ts'

/** First the marks, then what was reserved before them. */
export const bar = (payer: string, state: 'locked' | 'closed'): Flow =>
  function* (clock) {
    const now = clock()
    yield* at(
      writePayer(
        payer,
        (one) => (state === 'closed' ? one.state !== 'closed' : !one.state),
        (one) => ({
          state,
          pending: undefined,
          asking: undefined,
          ownerInvitation: undefined,
          devices: one.devices.filter((device) => !waitingOf(one, now).includes(device)),
          sessionsFrom: Math.ceil(now / 1000),
        }),
      ),
    )
    const slots = yield* at(barStarts(payer, clock()))
    for (const id of slots) yield* cancelSlot(payer, id, clock)
    if (state === 'closed') {
      const nobody = { number: '', enrolled: false }
      yield* at(
        writePayer(
          payer,
          (one) => one.state === 'closed',
          () => ({
            phone: nobody,
            previous: undefined,
            pending: undefined,
            asking: undefined,
            lastInvitation: undefined,
            devices: [],
          }),
        ),
      )
    }
    return { status: 0 }
  }

function* cancelSlot(payer: string, id: string, clock: () => number) {
  const only = (payment: Payment) => payment.payer === payer
  const cancelled = { status: 'cancelled', by: 'operator', only } as const
  const first = yield* at(decide(id, cancelled, clock()))
  if (first) return yield* endCode(first)
  if (yield* at(barPlace(id))) return
  const late = yield* at(decide(id, cancelled, clock()))
  if (late) yield* endCode(late)
}

/** The limits of the hour first: with the mark still there nothing starts meanwhile. */
export const unlock = (payer: string): Flow =>
  function* (clock) {
    const { state } = yield* at(look((m) => payerOf(m, payer)))
    if (state === 'closed') return { status: 0 }
    const now = clock()
    yield* at(clearTexts(['paying', payer], now))
    yield* at(clearTexts(['proving', payer], now))
    yield* at(changeStarts(payer, () => true, { started: [] }))
    yield* at(changeStarts(payer, ({ isBarred }) => isBarred === true, { isBarred: undefined }))
    yield* at(
      writePayer(
        payer,
        ({ state }) => state !== 'closed',
        () => ({
          ...{ state: undefined, goes: 0, locks: 0, lockedUntil: undefined },
          startsLock: undefined,
        }),
      ),
    )
    return { status: 0 }
  }

/** The mark, and what was reserved before it, as the same write found it. */
const barStarts =
  (payer: string, now: number): Step<readonly string[]> =>
  (m: Model) => {
    const who = payerOf(m, payer)
    const starts = who.starts ?? { windowStartedAt: now, started: [], unfinished: {} }
    const payers = { ...m.payers, [payer]: { ...who, starts: { ...starts, isBarred: true } } }
    return [{ ...m, payers }, Object.keys(starts.unfinished)]
  }

const changeStarts = (
  payer: string,
  when: (starts: Starts) => boolean,
  more: Partial<Starts>,
): Step<unknown> =>
  writePayer(
    payer,
    ({ starts }) => starts !== undefined && when(starts),
    ({ starts }) => ({ starts: starts && { ...starts, ...more } }),
  )

/** The operator invites a device of the payer, and the code is handed over. */
export const inviteByOperator = (payer: string, hash: string, isNow: boolean): Flow =>
  function* (clock) {
    yield* at(inviteByOwner(payer, { hash, isNow, until: clock() + OWNER_INVITATION_MS }))
    return { status: 0 }
  }

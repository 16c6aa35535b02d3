/** What can be done in the model-based test: plain data, done to the world and told to the model. */

import { paymentIdOf } from '../../functions/composition.ts'
import { closeAccount, lockAccount, unlockAccount } from '../../functions/core/account.ts'
import { otherThan } from '../harness/harness.ts'
import type { Answer, Flow } from './answers.ts'
import { Broken } from './broken.ts'
import { enter, phoneStart, phoneVerify, profile, text } from './codeFlows.ts'
import {
  type DeviceAction,
  deviceJobOf,
  isOfDevices,
  type OwnerCode,
  ownerCodeFor,
  type SessionAge,
} from './deviceActions.ts'
import type { Actor } from './explain.ts'
import { sha256Hex } from './handhelds.ts'
import { asked, type Done, type Job, pick, say } from './jobs.ts'
import type { Lane, LaneFault } from './lanes.ts'
import { isForgery, losses, mistakes, readLetter, type Spoil, spoilt } from './letters.ts'
import { answersOf, HOUR_MS, isSame, type Model, type Payment, pauseEnd } from './model.ts'
import { bar, unlock } from './operatorFlows.ts'
import {
  callback,
  cancel,
  type InjectedFault,
  install,
  list,
  poll,
  press,
  remind,
  start,
  sweepOne,
  wait,
} from './paymentFlows.ts'
import { shownOf, WORDINGS } from './words.ts'
import { keyOf, type World } from './world.ts'

/** `who`, `which` and the like are places in lists, taken round and round, so that any number is somebody. */
export type Action =
  | { do: 'start'; who: number; key: number; terms: number; way: number; fault: InjectedFault }
  | { do: 'poll' | 'cancel'; which: number; by: number }
  | { do: 'list' | 'profile'; who: number }
  | { do: 'text'; which: number; by: number; fault: InjectedFault }
  | { do: 'enter'; which: number; by: number; code: Guess; fault: InjectedFault }
  | { do: 'press'; which: number; answer: 'approved' | 'denied'; arrives: boolean }
  | { do: 'deliver'; letter: number; spoil?: Spoil | undefined }
  | {
      do: 'phone'
      who: number
      number: number
      session?: SessionAge | undefined
      /** The operator's. */
      invitation?: OwnerCode | undefined
      fault: InjectedFault
    }
  | {
      do: 'prove'
      who: number
      code: Guess
      current: Guess | 'none'
      session?: SessionAge | undefined
      fault: InjectedFault
    }
  | { do: 'app'; number: number; has: boolean }
  | { do: 'lock' | 'unlock' | 'close'; who: number }
  | { do: 'sweep'; fault: LaneFault }
  | { do: 'time'; to: When; which: number }
  | DeviceAction

/** The right code, a wrong one, one for something else, or the first that there was for this. */
export type Guess = 'right' | 'wrong' | 'other' | 'old'

/** So many milliseconds on; or to the end of something, or so many milliseconds beside it. */
export type When =
  | number
  | {
      readonly end:
        | 'payment'
        | 'lock'
        | 'hour'
        | 'verification'
        | 'pause'
        | 'push'
        | 'wait'
        | 'half'
        | 'undo'
        | 'starts'
        | 'invitation'
      readonly beside: number
    }

/** While others are at work a request takes as long as a Lambda may; a start may have been given up for lost. */
const RACE_MS_MAX = 9_000
const LOST_MS = 16_000
export const longestRace = (acts: readonly Action[]) =>
  acts.every(({ do: what }) => /^(start|press|time)$/.test(what)) ? LOST_MS : RACE_MS_MAX

/**
 * What an action is here and now; nothing where there is nothing to do it with.
 *
 * @param ids payments that may be there by the time it is done
 * @param longestMs how much time may pass at once
 */
export function jobOf(
  world: World,
  model: Model,
  action: Action,
  ids: readonly string[],
  longestMs: number,
): Job | undefined {
  if (isOfDevices(action)) {
    return deviceJobOf(world, model, action, ids, Number.isFinite(longestMs))
  }
  const { seen, harness } = world
  const { people, numbers } = seen
  const hasTexts = world.rules.provider !== 'none'
  const person = (who: number) => pick(people, who)
  /** Later than any end of sessions, if nothing else is said. */
  const signedIn = (age: SessionAge | undefined) => {
    const authTime =
      age === undefined
        ? 9_999_999_999
        : Math.floor((age === 'new' ? world.now() : world.began) / 1000)
    return { authTime, claims: { auth_time: String(authTime) } }
  }
  const paymentAt = (which: number) => (ids.length === 0 ? undefined : pick(ids, which))
  const payerOf = (id: string) => model.payments[id]?.payer ?? seen.owners.get(id) ?? ''
  /** The owner, or somebody else. */
  const asker = (id: string, by: number) => {
    const at = people.findIndex(({ payerId }) => payerId === payerOf(id))
    return pick(people, at + by)
  }
  const phonesOf = (payer: string) => {
    const { phone, previous, pending } = model.payers[payer] ?? {}
    return [phone, previous, pending].flatMap((one) => (one ? [one.number] : []))
  }
  const numberOf = (id: string) => model.payments[id]?.number ?? ''
  const refOf = (text: string | undefined) => seen.codes.findLast((one) => one.text === text)?.ref
  const around = (payer: string, ...more: string[]) => [payer, ...phonesOf(payer), ...more]
  /** Every payment that this payer may be starting. */
  const startable = (payer: string) =>
    [...seen.owners].flatMap(([id, owner]) => (owner === payer ? [id] : []))
  const paymentsOf = (payer: string) => ids.filter((id) => payerOf(id) === payer)

  switch (action.do) {
    case 'start': {
      const as = person(action.who)
      const wording = pick(WORDINGS, action.terms)
      const id = paymentIdOf(as.payerId, keyOf(action.key))
      const { payee, currency, values } = wording
      const body = { payee, amount: { value: pick(values, action.way), currency } }
      const { fault } = action
      const name = `${as.payerId} starts ${id} (${wording.label}${fault === 'well' ? '' : `, ${fault}`})`
      const flow = start({
        payer: as.payerId,
        id,
        terms: wording.label,
        // A payment's own reference is by chance, so here it is called by the payment's id.
        shown: shownOf(wording, as.email, id),
        fault,
      })
      const touches = around(as.payerId, id, ...paymentsOf(as.payerId))
      const run = (lane: Lane) => {
        lane.fault = fault
        const reply = lane.call('sendPayment', { as, key: keyOf(action.key), body })
        return asked(world, as, reply, flow, touches, name, ({ status }) =>
          status === 201 ? ['started'] : status === 200 ? ['started again'] : [],
        )
      }
      return { name, run }
    }
    case 'poll':
    case 'cancel': {
      const id = paymentAt(action.which)
      if (id === undefined) return undefined
      const as = asker(id, action.by)
      const name = `${as.payerId} ${action.do}s ${id}`
      const flow = action.do === 'poll' ? poll(as.payerId, id) : cancel(as.payerId, id)
      const run = (lane: Lane) => {
        if (action.do === 'cancel') seen.cancelled.push({ payer: as.payerId, id })
        const route = action.do === 'poll' ? 'paymentStatus' : 'cancelPayment'
        return asked(
          world,
          as,
          lane.call(route, { as, id }),
          flow,
          [id],
          name,
          strange(as.payerId, id),
        )
      }
      return { name, run }
    }
    case 'list':
    case 'profile': {
      const as = person(action.who)
      const name = `${as.payerId} asks for ${action.do}`
      const run = (lane: Lane) =>
        action.do === 'list'
          ? asked(
              world,
              as,
              lane.call('listPayments', { as }),
              list(as.payerId),
              paymentsOf(as.payerId),
              name,
            )
          : asked(world, as, lane.call('profile', { as }), profile(as.payerId), [as.payerId], name)
      return { name, run }
    }
    case 'text': {
      const id = paymentAt(action.which)
      if (id === undefined || !hasTexts) return undefined
      const as = asker(id, action.by)
      const { fault } = action
      const name = `${as.payerId} wants a text for ${id} (${fault})`
      const touches = around(as.payerId, id, numberOf(id))
      const run = (lane: Lane) => {
        lane.fault = fault
        const reply = lane.call('smsStart', { as, id })
        return asked(world, as, reply, text(as.payerId, id, fault), touches, name, (answer) => [
          ...(answer.status === 202 ? ['text'] : []),
          ...strange(as.payerId, id)(answer),
        ])
      }
      return { name, run }
    }
    case 'enter': {
      const id = paymentAt(action.which)
      if (id === undefined || !hasTexts) return undefined
      const as = asker(id, action.by)
      const { fault } = action
      const name = `${as.payerId} enters a code for ${id} (${action.code}, ${fault})`
      const touches = around(as.payerId, id, numberOf(id))
      const run = (lane: Lane) => {
        lane.fault = fault
        const mine = seen.codes.filter(({ purpose }) => purpose.endsWith(` pays ${id}`))
        const entered = guess(world, action.code, mine)
        const ref = refOf(entered)
        seen.entered.push({ payer: as.payerId, id, text: entered })
        const reply = lane.call('smsVerify', { as, id, body: { code: entered } })
        const flow = enter(as.payerId, id, ref, fault)
        return asked(world, as, reply, flow, touches, name, (answer) => [
          ...(answer.status === 200 ? ['right code'] : []),
          ...(action.code === 'other' ? ['another payment’s code'] : []),
          ...strange(as.payerId, id)(answer),
        ])
      }
      return { name, run }
    }
    case 'press': {
      const id = paymentAt(action.which)
      if (id === undefined || world.rules.provider !== 'authy') return undefined
      const name = `on the phone ${id} is ${action.answer}${action.arrives ? ', and heard of' : ''}`
      const run = async (lane: Lane): Promise<Done> => {
        const push = harness.phone.book
          .numbers()
          .flatMap((number) => harness.phone.book.pushes(number))
          .find((one) => one.hiddenDetails?.payment_id === id && one.status === 'pending')
        if (!push) return { actors: [], tally: [] }
        await world.press(push.uuid, action.answer)
        const ref = world.pushRef(push.uuid)
        const pressed: Actor = {
          name,
          flow: press(ref, action.answer),
          answer: { status: 0 },
          touches: [id],
        }
        if (!action.arrives) return { actors: [pressed], tally: ['pressed unheard'] }
        const item = await harness.item(id)
        const isEarly = item?.status === 'pending' && item.push === 'sending'
        const letter = seen.letters.findIndex(({ uuid }) => uuid === push.uuid)
        const delivered = await deliver(letter, undefined, lane)
        // First the one, then the other: the model has both in one.
        const [arrived] = delivered.actors
        if (!arrived) return { actors: [pressed], tally: [] }
        const both: Flow = function* (...around) {
          yield* press(ref, action.answer)(...around)
          return yield* arrived.flow(...around)
        }
        const tally = [...delivered.tally, ...(isEarly ? ['callback: early'] : [])]
        return { actors: [{ ...arrived, name: `${name}; ${arrived.name}`, flow: both }], tally }
      }
      return { name, run }
    }
    case 'deliver': {
      if (seen.letters.length === 0) return undefined
      const { spoil } = action
      const letter = action.letter % seen.letters.length
      return {
        name: `a callback comes (${letter}, ${spoil ?? 'as it is'})`,
        run: (lane) => deliver(letter, spoil, lane),
      }
    }
    case 'phone': {
      const as = person(action.who)
      if (!hasTexts) return undefined
      const number = pick(numbers, action.number)
      const { fault } = action
      const { authTime, claims } = signedIn(action.session)
      const name = `${as.payerId} wants ${number} for a phone (${fault}, ${action.invitation ?? 'no'} invitation)`
      const run = (lane: Lane) => {
        lane.fault = fault
        const code = ownerCodeFor(world, action.invitation, as.payerId)
        const body = {
          ...{ phoneNumber: number, channel: 'sms' },
          ...(code !== undefined && { invitation: code }),
        }
        const flow = phoneStart({
          ...{ payer: as.payerId, authTime, number, fault },
          invitation: code === undefined ? undefined : sha256Hex(code),
        })
        const reply = lane.call('phoneStart', { as, body, claims })
        return asked(world, as, reply, flow, around(as.payerId, number), name)
      }
      return { name, run }
    }
    case 'prove': {
      const as = person(action.who)
      if (!hasTexts) return undefined
      const { fault } = action
      const { authTime, claims } = signedIn(action.session)
      const name = `${as.payerId} proves a phone (${action.code}, ${action.current}, ${fault})`
      const touches = around(as.payerId, ...numbers)
      const run = (lane: Lane) => {
        lane.fault = fault
        const all = world.verificationsOf(as.payerId)
        const newest = all.at(-1)
        // Two of one number that began at one moment, with a lock between, are one to the model: the newest.
        const older = all.find((one) => !isSame(one, newest))
        const named = action.code === 'old' ? (older ?? newest) : newest
        // For the change that is named; or for any, one may begin beside this.
        const to = named?.number ?? ''
        const news = seen.codes.filter(
          ({ purpose }) => /there$/.test(purpose) && purpose.includes(to),
        )
        const leaves = seen.codes.filter(
          ({ purpose }) => /leaves/.test(purpose) && purpose.includes(` for ${to}`),
        )
        const code = guess(world, action.code, news)
        const currentCode =
          action.current === 'none' ? undefined : guess(world, action.current, leaves)
        const flow = phoneVerify(as.payerId, {
          named,
          guess: refOf(code),
          current: refOf(currentCode),
          isCurrentGiven: currentCode !== undefined,
          authTime,
          fault,
        })
        const { verificationId = 'A'.repeat(22) } = named ?? {}
        const body = { verificationId, code, ...(currentCode && { currentCode }) }
        const reply = lane.call('phoneVerify', { as, body, claims })
        return asked(world, as, reply, flow, touches, name, ({ status }) =>
          status === 200 ? ['phone changed'] : [],
        )
      }
      return { name, run }
    }
    case 'app': {
      if (world.rules.provider !== 'authy') return undefined
      const number = pick(numbers, action.number)
      const name = `${number} ${action.has ? 'gets' : 'loses'} the app`
      const actor = {
        name,
        flow: install(number, action.has),
        answer: { status: 0 },
        touches: [number],
      }
      const run = async (): Promise<Done> => {
        harness.phone.book.setApp(number, action.has)
        return { actors: [actor], tally: [] }
      }
      return { name, run }
    }
    case 'lock':
    case 'unlock':
    case 'close': {
      const as = person(action.who)
      const name = `an operator says ${action.do} of ${as.payerId}`
      const flow =
        action.do === 'unlock'
          ? unlock(as.payerId)
          : bar(as.payerId, action.do === 'lock' ? 'locked' : 'closed')
      const touches = around(as.payerId, ...paymentsOf(as.payerId), ...startable(as.payerId))
      const run = async (lane: Lane): Promise<Done> => {
        lane.fault = 'well'
        if (action.do !== 'unlock') seen.barred.add(as.payerId)
        // The row of wrong codes begins anew with the write of an unlock, which is somewhere between.
        const begins = () => {
          if (action.do === 'unlock') world.rowBegins(as.payerId)
        }
        begins()
        await OPERATOR[action.do](lane.account, as)
        begins()
        const answer = { status: 0 }
        return { actors: [{ name, flow, answer, touches }], tally: [`operator: ${action.do}`] }
      }
      return { name, run }
    }
    case 'sweep': {
      const { fault } = action
      const parts = ids.filter((id) => (model.payments[id]?.status ?? 'pending') === 'pending')
      const name = `a sweep (${fault})`
      // A denial that it learns of looks at what else its payer has answered.
      const isAuthy = world.rules.provider === 'authy'
      const run = async (lane: Lane): Promise<Done> => {
        lane.fault = fault
        const hours = [0, 1, 2].map((back) =>
          new Date(world.now() - back * HOUR_MS).toISOString().slice(0, 13),
        )
        const due = hours.flatMap((hour) => model.reminders[hour] ?? [])
        const swept = await lane.sweep().catch((error: unknown) => {
          throw new Broken(`a sweep failed: ${error}`)
        })
        const actors = parts.map((id) => ({
          name: `${name} of ${id}`,
          flow: sweepOne(id, fault === 'mistaken' ? 'confused' : fault),
          answer: undefined,
          touches: [id, ...(isAuthy ? [payerOf(id), ...paymentsOf(payerOf(id))] : [])],
        }))
        const reminders = due.map(({ payer, device, at }) => ({
          name: `${name} tells ${device.slice(0, 4)} again`,
          flow: remind(payer, device, at),
          answer: undefined,
          touches: [payer],
        }))
        return { actors: [...actors, ...reminders], swept, tally: [`sweep: ${fault}`] }
      }
      return { name, run }
    }
    case 'time': {
      const run = async (): Promise<Done> => {
        const now = world.now()
        const to = timeOf(model, action, now, paymentAt(action.which))
        const then = to - now > longestMs ? now + 1000 : to
        harness.clock.set(new Date(then))
        const name = `time passes to ${new Date(then).toISOString()}`
        const actor = { name, flow: wait(then), answer: { status: 0 }, touches: [] }
        return {
          actors: [{ ...actor, movesTime: true }],
          tally: Number.isFinite(longestMs) ? ['time in a race'] : [],
        }
      }
      return { name: `time passes (${JSON.stringify(action.to)})`, run }
    }
  }

  async function deliver(letter: number, spoil: Spoil | undefined, lane: Lane): Promise<Done> {
    const { sent, uuid } = pick(seen.letters, letter)
    const ref = world.pushRef(uuid)
    const id = ref.split(' ')[0] ?? ''
    const own = model.payments[id]
    const isOther = (other: Payment) => other.payer !== own?.payer || other.shown !== own.shown
    const other = Object.values(model.payments).find(isOther)
    const number = numbers.find((one) => one !== own?.number) ?? ''
    const put = spoil
      ? spoilt(sent, spoil, {
          now: world.now(),
          url: harness.callbackUrl,
          letter: seen.letters.find((one) => one.uuid !== uuid)?.sent,
          payment: other?.id ?? 'A'.repeat(22),
          payer: pick(people, people.findIndex(({ payerId }) => payerId === own?.payer) + 1)
            .payerId,
          authyId: world.authyIdOf(number),
        })
      : sent
    const now = world.now()
    const read = readLetter(
      put,
      spoil,
      now,
      (authyId) => harness.phone.book.user(authyId)?.number ?? 'nobody',
      (one) => world.pushRef(one),
      (one) => world.referenceOf(one),
    )
    const { payment = id, refs } = read.names
    const named = [id, payment, ...refs.map((one) => one.split(' ')[0] ?? id)]
    // A denial looks at what else its payer has answered.
    const touched = named.flatMap((one) => [one, payerOf(one), ...paymentsOf(payerOf(one))])
    const { status, body } = await lane.call('authyCallback', { ...put })
    const answer = { status, code: body?.code }
    const before = own?.status ?? 'pending'
    const isLate = before !== 'pending' || now >= (own?.expiresAt ?? 0)
    const kind = isForgery(spoil)
      ? 'forged'
      : (mistakes as readonly unknown[]).includes(spoil)
        ? 'mistaken'
        : (losses as readonly unknown[]).includes(spoil)
          ? 'with a loss'
          : status === 403
            ? 'stale'
            : isLate
              ? 'late or again'
              : 'in time'
    return {
      actors: [
        {
          name: `a callback of ${id} (${spoil ?? 'as it is'}) → ${say(answer)}`,
          flow: callback(read),
          answer,
          touches: touched,
        },
      ],
      tally: [`callback: ${kind}`],
    }
  }

  /** A stranger's attempt at somebody's payment. */
  function strange(payer: string, id: string) {
    return ({ status }: Answer) =>
      payer !== payerOf(id) && status === 404 ? ['stranger refused'] : []
  }
}

const OPERATOR = { lock: lockAccount, unlock: unlockAccount, close: closeAccount } as const

/** The text to enter. */
function guess(world: World, how: Guess, codes: World['seen']['codes']): string {
  const right = codes.at(-1)?.text ?? '1234567'
  const strange = world.seen.codes.findLast(({ purpose }) => purpose !== codes[0]?.purpose)?.text
  if (how === 'wrong') return otherThan(right)
  if (how === 'old') return codes[0]?.text ?? right
  return how === 'other' ? (strange ?? otherThan(right)) : right
}

/** When it is then; never before now. */
function timeOf(
  model: Model,
  { to, which }: Extract<Action, { do: 'time' }>,
  now: number,
  id: string | undefined,
): number {
  if (typeof to === 'number') return now + to
  const { payments, payers } = model
  const payer = pick(Object.values(payers), which)
  const waits = payer.devices.findLast(({ activeFrom }) => activeFrom !== undefined)
  const removed = payer.devices.findLast(({ removedAt }) => removedAt !== undefined)?.removedAt
  const ends = {
    payment: id === undefined ? undefined : payments[id]?.expiresAt,
    lock: payer.lockedUntil,
    hour: (Math.floor(now / HOUR_MS) + 1) * HOUR_MS,
    verification: payer.pending?.expiresAt,
    pause: (id === undefined ? now : (payments[id]?.sentAt ?? now)) + 20_000,
    push: pauseEnd(answersOf(model, payer.id), now),
    wait: waits?.activeFrom,
    half: waits?.activeFrom && (waits.addedAt + waits.activeFrom) / 2,
    undo: removed && removed + model.rules.waitHours * HOUR_MS,
    starts: payer.startsLock?.until,
    invitation: payer.ownerInvitation?.until,
  }
  const then = (ends[to.end] ?? now) + to.beside
  return then > now ? then : now + 1000
}

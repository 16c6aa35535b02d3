/** What can be done with devices: plain data, done to the world and told to the model. */
import { invitePayer } from '../../functions/core/account.ts'
import { newInvitationCode } from '../../functions/deviceComposition.ts'
import { otherThan } from '../harness/harness.ts'
import { approvals, reply, type Subject } from './approvalFlows.ts'
import { Broken } from './broken.ts'
import {
  confirm,
  endSessions,
  enrol,
  invite,
  isInTime,
  leave,
  linkOf,
  remove,
  undo,
} from './deviceFlows.ts'
import { answerTo, checkTexts, documentOf, enrolment, provenRequest } from './deviceRequests.ts'
import type { EnrolSpoil, ReplySpoil } from './deviceSpoils.ts'
import { type Hand, newHandheld, type ReadyReply, sha256Hex } from './handhelds.ts'
import { asked, type Done, type Job, pick } from './jobs.ts'
import type { Lane } from './lanes.ts'
import type { Model } from './model.ts'
import { inviteByOperator } from './operatorFlows.ts'
import type { InjectedFault } from './paymentFlows.ts'
import type { World } from './world.ts'

/** Signed in just now, or when the sequence began: those sessions a thief may have a copy of. */
export type SessionAge = 'new' | 'old'

export type DeviceAction =
  | { do: 'invite'; who: number; session: SessionAge }
  | {
      do: 'enrol'
      invite: number
      hand: Hand
      /** A phone that never asked, or one that did. */
      phone: 'new' | number
      /** That phone's passkey is there and its key is not; who has none of its passkey signs wrongly. */
      renews?: 'right' | 'wrong' | undefined
      name: number
      skew: number
      spoil?: EnrolSpoil | undefined
    }
  | { do: 'ownerInvite'; who: number; isNow: boolean }
  | { do: 'leave'; device: number; by: number; session: SessionAge; fault: InjectedFault }
  | {
      do: 'confirm'
      device: number
      by: number
      session: SessionAge
      /** Those of another device, the newest before, are as wrong as any. */
      digits: 'right' | 'wrong' | 'other'
      code: 'right' | 'wrong' | 'other' | 'none'
      /** The operator's. */
      invitation?: OwnerCode | undefined
      fault: InjectedFault
    }
  | { do: 'undo'; device: number; by: number; session: SessionAge }
  | { do: 'remove'; device: number; by: number; session: SessionAge }
  | { do: 'signOut'; who: number; session: SessionAge }
  | { do: 'approvals'; device: number; skew: number }
  | {
      do: 'answer'
      device: number
      on: 'payment' | 'device' | 'phone' | 'stop' | 'removal'
      /** Which of the payments that its payer may be starting, or of the devices that asked, from the newest of all. */
      which: number
      /** Of all, not only of its own payer's. */
      isStrange: boolean
      answer: 'approve' | 'deny'
      reason?: 'changed_mind' | 'not_me' | undefined
      skew: number
      spoil?: ReplySpoil | undefined
    }
  | { do: 'again'; reply: number }

/** The newest of the payer's, one that was replaced or is another payer's, or none that there is. */
export type OwnerCode = 'right' | 'old' | 'wrong'

const NAMES = ['Ada’s phone', 'Laptop'] as const

const DEVICE_ACTIONS: readonly string[] = [
  'invite',
  'enrol',
  'leave',
  'confirm',
  'ownerInvite',
  'remove',
  'undo',
  'signOut',
  'approvals',
  'answer',
  'again',
] satisfies readonly DeviceAction['do'][]

export const isOfDevices = (action: { readonly do: string }): action is DeviceAction =>
  DEVICE_ACTIONS.includes(action.do)

/** What an action is here and now; nothing where there is nothing to do it with. */
export function deviceJobOf(
  world: World,
  model: Model,
  action: DeviceAction,
  ids: readonly string[],
  isRace: boolean,
): Job | undefined {
  const { seen, harness } = world
  const { people } = seen
  const hasTexts = world.rules.provider !== 'none'
  const atSeconds = (age: SessionAge) =>
    Math.floor((age === 'new' ? world.now() : world.began) / 1000)
  const sessionOf = (payerId: string, age: SessionAge) => {
    const as = people.find((one) => one.payerId === payerId) ?? pick(people, 0)
    const authTime = atSeconds(age)
    const request = { as, claims: { auth_time: String(authTime) } }
    return { as, request, session: { payer: as.payerId, authTime } }
  }
  const numbersOf = (payer: string) => {
    const { phone, previous, pending } = model.payers[payer] ?? {}
    return [phone, previous, pending].flatMap((one) => (one?.number ? [one.number] : []))
  }
  const around = (payer: string, ...more: string[]) => [payer, ...numbersOf(payer), ...more]
  const paymentsOf = (payer: string) =>
    ids.filter((id) => (model.payments[id]?.payer ?? seen.owners.get(id)) === payer)
  const joinedAt = (device: number) =>
    seen.joined.length === 0 ? undefined : pick(seen.joined, device)
  /** The device's payer, or somebody else. */
  const pageOf = (payer: string, by: number, age: SessionAge) => {
    const at = people.findIndex(({ payerId }) => payerId === payer)
    return sessionOf(pick(people, at + by).payerId, age)
  }

  switch (action.do) {
    case 'invite': {
      const { as, request, session } = sessionOf(pick(people, action.who).payerId, action.session)
      const name = `${as.payerId} invites a device (${action.session} session)`
      const run = async (lane: Lane): Promise<Done> => {
        const got = await lane.call('deviceInvite', { ...request, body: {} })
        const code: string | undefined = got.status === 201 ? got.body.code : undefined
        const hash = sha256Hex(code ?? '')
        if (code) seen.invites.push({ code, hash, payer: as.payerId })
        const flow = invite(session, () => hash)
        return asked(world, as, Promise.resolve(got), flow, around(as.payerId), name)
      }
      return { name, run }
    }
    case 'enrol': {
      const { spoil, hand, phone: which } = action
      const code = seen.invites.length === 0 ? 'ABCDEFGHJK' : pick(seen.invites, action.invite).code
      const hash = sha256Hex(code)
      const { renews } = action
      const before =
        which === 'new' || seen.handhelds.length === 0 ? undefined : pick(seen.handhelds, which)
      if (renews && !before) return undefined
      const handheld = before && !renews ? before : newHandheld(hand, harness.clock.now, before)
      const deviceName = pick(NAMES, action.name)
      const payer = seen.invites.find((one) => one.code === code)?.payer ?? pick(people, 0).payerId
      const name = `a ${handheld.hand} phone ${handheld.id.slice(0, 4)} asks with ${payer}’s code (${renews ? `renews, ${renews}, ` : ''}${spoil ?? 'as it is'}, ${action.skew} s)`
      const run = async (lane: Lane): Promise<Done> => {
        seen.handhelds.push(handheld)
        const request = enrolment(world, handheld, { code, name: deviceName }, action)
        const got = await lane.call('deviceEnrol', request)
        const stored = () => world.asks().findLast(({ id }) => id === handheld.id)
        const { kid, digits } = got.body ?? {}
        if (kid) {
          seen.joined.push({ ...handheld, payer, name: deviceName, digits })
          if (digits !== stored()?.digits) throw new Broken('a device is told other digits')
          if (kid !== `${payer}.${handheld.id}`) throw new Broken('a device is told another kid')
        }
        const isBadProof =
          spoil === 'other key' || spoil === 'names a payer' || spoil === 'other body'
        const asks = {
          hash,
          id: handheld.id,
          name: deviceName,
          passkey: handheld.passkey,
          iat: Math.floor(world.now() / 1000) + action.skew,
          flaw: isBadProof
            ? ('proof' as const)
            : spoil && !renews
              ? ('credential' as const)
              : undefined,
          renewal: renews && spoil ? ('wrong' as const) : renews,
        }
        const flow = enrol(asks, stored, world.rules)
        return asked(
          world,
          { payerId: payer },
          Promise.resolve(got),
          flow,
          around(payer),
          name,
          ({ status }) =>
            status === 201
              ? [
                  'device: asks',
                  `device: asks, ${handheld.hand}`,
                  ...(renews ? ['device: asks by its passkey'] : []),
                ]
              : [],
        )
      }
      return { name, run }
    }
    case 'ownerInvite': {
      const as = pick(people, action.who)
      const { isNow } = action
      const name = `the operator invites ${as.payerId}${isNow ? ', now' : ''}`
      const run = async (lane: Lane): Promise<Done> => {
        lane.fault = 'well'
        const code = newInvitationCode()
        const hash = sha256Hex(code)
        seen.ownerCodes.push({ code, hash, payer: as.payerId, isNow })
        await invitePayer(lane.account, as, { hash, isNow })
        const flow = inviteByOperator(as.payerId, hash, isNow)
        const actor = { name, flow, answer: { status: 0 }, touches: around(as.payerId) }
        return { actors: [actor], tally: [`operator: invite${isNow ? ' now' : ''}`] }
      }
      return { name, run }
    }
    case 'leave': {
      const joined = joinedAt(action.device)
      if (!joined || !hasTexts) return undefined
      const { as, request, session } = pageOf(joined.payer, action.by, action.session)
      const { fault } = action
      const name = `${as.payerId} wants a text for ${joined.id.slice(0, 4)} (${fault}, ${action.session} session)`
      const run = (lane: Lane) => {
        lane.fault = fault
        const got = lane.call('deviceLeave', { ...request, id: joined.id, body: { by: 'text' } })
        return asked(world, as, got, leave(session, joined.id, fault), around(as.payerId), name)
      }
      return { name, run }
    }
    case 'confirm': {
      const joined = joinedAt(action.device)
      if (!joined) return undefined
      const { id, payer } = joined
      const { as, request, session } = pageOf(payer, action.by, action.session)
      const { fault } = action
      const strange = seen.joined.findLast((one) => one.id !== id && one.digits !== joined.digits)
      const digits = {
        right: joined.digits,
        wrong: otherThan(joined.digits),
        other: strange?.digits ?? otherThan(joined.digits),
      }[action.digits]
      const name = `${as.payerId} confirms ${id.slice(0, 4)} (${action.digits} digits, ${action.code} code, ${action.invitation ?? 'no'} invitation, ${fault}, ${action.session} session)`
      const run = (lane: Lane) => {
        lane.fault = fault
        const code = codeFor(world, action.code, payer, id)
        const invitation = ownerCodeFor(world, action.invitation, as.payerId)
        const guess = seen.codes.findLast(({ text }) => text === code)?.ref
        seen.typed.push({
          payer: as.payerId,
          device: id,
          digits,
          code,
          invitation,
          authTime: session.authTime,
          at: world.now(),
        })
        const got = lane.call('deviceConfirm', {
          ...request,
          id,
          body: {
            digits,
            ...(code !== undefined && { code }),
            ...(invitation !== undefined && { invitation }),
          },
        })
        const typed = {
          ...{ digits, guess, isCodeGiven: code !== undefined, fault },
          invitation: invitation === undefined ? undefined : sha256Hex(invitation),
        }
        return asked(world, as, got, confirm(session, id, typed), around(as.payerId), name)
      }
      return { name, run }
    }
    case 'remove': {
      const joined = joinedAt(action.device)
      if (!joined) return undefined
      const { as, request, session } = pageOf(joined.payer, action.by, action.session)
      const name = `${as.payerId} removes ${joined.id.slice(0, 4)} (${action.session} session)`
      const run = (lane: Lane) =>
        asked(
          world,
          as,
          lane.call('deviceRemove', { ...request, id: joined.id, body: {} }),
          remove(session, joined.id),
          around(as.payerId),
          name,
          ({ status }) => (status === 200 ? ['device: removed by a session'] : []),
        )
      return { name, run }
    }
    case 'undo': {
      const joined = joinedAt(action.device)
      if (!joined) return undefined
      const { as, request, session } = pageOf(joined.payer, action.by, action.session)
      const name = `${as.payerId} confirms the undo of ${joined.id.slice(0, 4)} (${action.session} session)`
      const run = (lane: Lane) => {
        const got = lane.call('deviceConfirm', { ...request, id: joined.id, body: { undo: true } })
        const flow = undo(session, joined.id)
        return asked(world, as, got, flow, around(as.payerId), name)
      }
      return { name, run }
    }
    case 'signOut': {
      const { as, request, session } = sessionOf(pick(people, action.who).payerId, action.session)
      const name = `${as.payerId} signs out everywhere (${action.session} session)`
      const run = async (lane: Lane): Promise<Done> => {
        // The row of wrong codes begins anew if the lock is lifted, which is somewhere between.
        const isLocked = (model.payers[as.payerId]?.lockedUntil ?? 0) > world.now()
        if (isLocked) world.rowBegins(as.payerId)
        const got = await lane.call('endSessions', { ...request, body: {} })
        if (isLocked) world.rowBegins(as.payerId)
        const flow = endSessions(session)
        return asked(
          world,
          as,
          Promise.resolve(got),
          flow,
          around(as.payerId),
          name,
          ({ status }) => (status === 200 ? ['signed out'] : []),
        )
      }
      return { name, run }
    }
    case 'approvals': {
      const joined = joinedAt(action.device)
      if (!joined) return undefined
      const { payer, id } = joined
      const name = `${id.slice(0, 4)} asks what waits (${action.skew} s)`
      const run = async (lane: Lane): Promise<Done> => {
        const { request, proof } = provenRequest(world, joined, 'listApprovals', {
          skew: action.skew,
        })
        const got = await lane.call('listApprovals', request)
        if (got.status === 200 && !isRace) await checkTexts(world, payer, got.body)
        const kinds = (got.body?.approvals ?? []).map(({ kind }: Waiting) => ORDER.indexOf(kind))
        if (kinds.some((kind: number, i: number) => kind < (kinds[i - 1] ?? 0))) {
          throw new Broken(`what waits comes in another order: ${kinds}`)
        }
        // Those that began at the same moment may come in any order.
        got.body?.approvals?.sort(byTime)
        const touches = [...around(payer), ...paymentsOf(payer)]
        return asked(
          world,
          { payerId: payer },
          Promise.resolve(got),
          approvals(proof),
          touches,
          name,
        )
      }
      return { name, run }
    }
    case 'answer': {
      const joined = joinedAt(action.device)
      if (!joined) return undefined
      const { payer, id } = joined
      const on = subjectOf(action, joined)
      if (!on) return undefined
      const { answer, spoil, skew } = action
      const name = `${id.slice(0, 4)} of ${payer} says ${answer}${action.reason ? ` (${action.reason})` : ''} to ${on.kind} ${on.kind === 'payment' ? on.id : on.id.slice(0, 4)} (${spoil ?? 'as it is'}, ${skew} s)`
      const run = async (lane: Lane): Promise<Done> => {
        const text = await documentOf(world, payer, on)
        const made = await answerTo(world, joined, { on, text, ids }, action)
        return send(lane, name, made)
      }
      return { name, run }
    }
    case 'again': {
      if (seen.replies.length === 0) return undefined
      const made = pick(seen.replies, action.reply)
      const name = `again: ${made.joined.id.slice(0, 4)} says ${made.answer} to ${made.on.kind}`
      return { name, run: (lane) => send(lane, name, made) }
    }
  }

  function subjectOf(
    { on, which, isStrange }: Extract<DeviceAction, { do: 'answer' }>,
    { payer, id }: { readonly payer: string; readonly id: string },
  ): Subject | undefined {
    if (on === 'removal') return { kind: on, id }
    if (on === 'payment') {
      const own = isStrange ? ids : paymentsOf(payer)
      return own.length === 0 ? undefined : { kind: on, id: pick(own, which) }
    }
    if (on === 'phone') {
      const newest = world.verificationsOf(payer).at(-1)
      return newest && { kind: on, id: newest.verificationId }
    }
    const asking = seen.joined.filter((one) => isStrange || one.payer === payer)
    return { kind: on, id: pick(asking, which).id }
  }

  async function send(lane: Lane, name: string, made: ReadyReply): Promise<Done> {
    const { joined, on, proof } = made
    const device = model.payers[joined.payer]?.devices.find((one) => one.id === joined.id)
    const isRemoved = device?.removedAt !== undefined
    // A removal by a session can be undone, meanwhile too; and until then only what is to be stopped hears it.
    const wasRemoved =
      isRemoved && on.kind !== 'stop' && !(isRace && device.removedBy === 'session')
    const isLate = !isInTime(proof.iat, world.now())
    const isProven = !proof.isCrossed && proof.signer === proof.device && !isLate
    const from = harness.store.calls.length
    const got = await lane.call('decideApproval', made.request)
    if (wasRemoved && got.status !== 403) {
      throw new Broken(`a removed device is heard: ${got.status}`)
    }
    const written = world.written(from)
    if (wasRemoved && !isRace && written.payments.size + written.users.size > 0) {
      throw new Broken('a removed device changes something')
    }
    if (got.status === 200 && on.kind === 'payment') {
      const status = (await harness.item(on.id))?.status
      const said = made.answer === 'deny' ? 'denied' : 'approved'
      if (status !== said) throw new Broken(`a payment is answered ${said}, and is ${status}`)
    }
    seen.replies.push({ ...made, isProven, status: got.status })
    return asked(
      world,
      { payerId: joined.payer },
      Promise.resolve(got),
      reply(made),
      [...around(joined.payer), proof.payer, on.id],
      name,
      ({ status, answered }) => [
        ...(status === 200 ? [`device: ${made.answer} of ${on.kind}`] : []),
        ...(answered ? [`device: ${answered.status}`] : []),
        ...(status !== 200 && made.spoil ? [`device: refused, ${made.spoil}`] : []),
        ...(status === 403 && wasRemoved ? ['device: refused, removed'] : []),
        ...(status === 403 && isLate ? ['device: refused, clock off'] : []),
        ...(status === 422 ? ['device: not signed'] : []),
      ],
    )
  }
}

/** In which order a device is shown what waits. */
const ORDER = ['stop', 'device', 'phone', 'payment']
/** By their kinds, each the oldest first. */
const byTime = (a: Waiting, b: Waiting) => (keyOf(a) < keyOf(b) ? -1 : 1)
type Waiting = { readonly kind: string; readonly id: string; readonly signing: string }
const keyOf = ({ kind, id, signing }: Waiting) => `${kind} ${JSON.parse(signing).createdAt} ${id}`

/** The operator's invitation to type. */
export function ownerCodeFor(
  world: World,
  how: OwnerCode | undefined,
  payer: string,
): string | undefined {
  const { ownerCodes } = world.seen
  const right = ownerCodes.findLast((one) => one.payer === payer)?.code
  if (how === 'right') return right ?? 'ABCDEFGHJK'
  if (how === 'old') return ownerCodes.findLast(({ code }) => code !== right)?.code ?? 'ABCDEFGHJK'
  return how === 'wrong' ? 'ABCDEFGHJK' : undefined
}

/** The text to enter as a leave; the right one is the newest that this device's text had. */
function codeFor(
  world: World,
  how: Extract<DeviceAction, { do: 'confirm' }>['code'],
  payer: string,
  device: string,
): string | undefined {
  if (how === 'none') return undefined
  const ask = world.asks().findLast((one) => one.id === device)
  const link = ask ? ` lets in ${linkOf(ask, world.rules)}` : '?'
  const isOwn = (purpose: string) => purpose.startsWith(`${payer}: `) && purpose.endsWith(link)
  const right = world.seen.codes.findLast(({ purpose }) => isOwn(purpose))?.text ?? '1234567'
  if (how === 'right') return right
  const other = world.seen.codes.findLast(({ purpose }) => !isOwn(purpose))?.text
  return how === 'other' && other ? other : otherThan(right)
}

/** What is stored and what is answered, in the model's terms, so that the two can be compared. */
import { isDeepStrictEqual } from 'node:util'
import type { Reply } from '../harness/harness.ts'
import type { Answer, Shown, ShownDevices, ShownRemoved } from './answers.ts'
import { byAge } from './deviceAnswers.ts'
import { say, tidy } from './explain.ts'
import {
  type Counter,
  counterName,
  type Device,
  type Event,
  type Invitation,
  type Model,
  NO_TEXTS,
  type Payer,
  type Payment,
  type Reminder,
  type Texts,
} from './model.ts'
import { contentIn, labelOf } from './words.ts'
import type { Item, World } from './world.ts'

const ms = (text: unknown): number => Date.parse(String(text))
const msIf = (text: unknown): number | undefined => (text === undefined ? undefined : ms(text))
const msOrNull = (text: unknown): number | null => (text === null ? null : ms(text))

function storedPayment(world: World, item: Item): Payment {
  const evidence = item.evidence as Record<string, string> | undefined
  const ref = evidence?.jwk
    ? ` ${evidence.device_id}`
    : evidence?.push_id
      ? ` ${world.pushRef(evidence.push_id)}`
      : evidence?.verification_sid
        ? ` ${world.codeRef(evidence.verification_sid)}`
        : ''
  return {
    id: String(item.payment_id),
    payer: String(item.user_id),
    number:
      item.provider_phone_id === undefined
        ? ''
        : world.numberOfId(String(item.provider_phone_id), String(item.user_id)),
    terms: labelOf({
      name: item.payee_name,
      id: item.payee_id,
      currency: item.currency,
      amountMinor: item.amount_minor,
    }),
    shown: contentIn(item)?.replace(
      JSON.stringify(['Reference', item.reference]),
      JSON.stringify(['Reference', item.payment_id]),
    ),
    status: item.status as Payment['status'],
    push: item.push as Payment['push'],
    pushAskedAt: msIf(item.push_asked_at),
    pausedUntil: msIf(item.push_paused_until),
    pushReadAt: msIf(item.push_read_at),
    pushRef: item.push_id === undefined ? undefined : world.pushRef(String(item.push_id)),
    sends: Number(item.sms_sends),
    sentAt: msIf(item.sms_sent_at),
    codeRef: item.sms_id === undefined ? undefined : world.codeRef(String(item.sms_id)),
    attempts: Number(item.code_attempts),
    wrong: Number(item.wrong_codes),
    createdAt: ms(item.created_at),
    expiresAt: ms(item.expires_at),
    decidedAt: msIf(item.decided_at),
    decidedBy: item.decided_by as Payment['decidedBy'],
    evidence: evidence && `${evidence.kind}${ref}`,
    proof: item.decided_proof as string | undefined,
    refusedAt: msIf(item.answer_refused_at),
    deniedLateAt: msIf(item.denied_late_at),
    hasDocument: item.signing !== undefined,
    tried: [...((item.device_tried ?? []) as Iterable<string>)],
    failed: [...((item.device_failed ?? []) as Iterable<string>)],
    history: (item.history as { at: string }[]).map((entry) => ({
      ...(entry as unknown as Event),
      at: ms(entry.at),
    })),
  }
}

/**
 * What is different between a model and the world, if anything is: in the items that were just written; and in
 * the model, where nothing was.
 */
export function unlike(
  world: World,
  before: Model,
  model: Model,
  written: { readonly payments: readonly Item[]; readonly users: readonly Item[] },
): string | undefined {
  const left = new Set(changedIn(before, model))
  for (const item of written.payments) {
    if (item.barred_payer !== undefined) {
      if (model.barred.includes(String(item.payment_id))) continue
      return `the place of ${item.payment_id} is taken`
    }
    const stored = storedPayment(world, item)
    const name = `payment ${stored.id}`
    left.delete(name)
    const expected = model.payments[stored.id]
    const difference = differenceOf(name, expected && counted(expected), counted(stored))
    if (difference) return difference
  }
  for (const item of written.users) {
    const { name, expected, stored } = sidesOf(world, model, item)
    left.delete(name)
    const difference = differenceOf(name, expected, stored)
    if (difference) return difference
  }
  const [unwritten] = left
  return unwritten && `${unwritten} was not written`
}

/** An assertion has a name of its own in the model, so only their number can be compared. */
const counted = ({ tried, failed, ...payment }: Payment) => ({
  ...payment,
  tried: tried.length,
  failed: failed.length,
})

/** All that a model has otherwise than the one before it, by the names below. */
function* changedIn(before: Model, after: Model): Generator<string> {
  for (const id of Object.keys(after.payments)) {
    if (before.payments[id] !== after.payments[id]) yield `payment ${id}`
  }
  for (const [id, now] of Object.entries(after.payers)) {
    const then = before.payers[id]
    if (!then || then === now) continue
    if (!isDeepStrictEqual(personOf(then), personOf(now))) yield `person ${id}`
    if (then.starts !== now.starts) yield `starts of ${id}`
  }
  for (const [hash, invitation] of Object.entries(after.invitations)) {
    if (before.invitations[hash] !== invitation) yield `invitation ${hash}`
  }
  for (const [hour, reminders] of Object.entries(after.reminders)) {
    if (before.reminders[hour] !== reminders) yield `reminders of ${hour}`
  }
  for (const [name, texts] of Object.entries(after.counters)) {
    if (!isDeepStrictEqual(before.counters[name], texts)) yield `texts of ${name}`
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function differenceOf(name: string, expected: unknown, stored: unknown): string | undefined {
  const [a, b] = [tidy(expected ?? null), tidy(stored ?? null)]
  if (isDeepStrictEqual(a, b)) return undefined
  if (!isRecord(a) || !isRecord(b)) return `${name} is ${say(b)}, expected ${say(a)}`
  const [left, right] = [a, b]
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  const all = [...names].filter((one) => !isDeepStrictEqual(left[one], right[one]))
  const each = all.map((one) => `${one} is ${say(right[one])}, expected ${say(left[one])}`)
  return `${name}: ${each.join('; ')}`
}

type Sides = { readonly name: string; readonly expected: unknown; readonly stored: unknown }

/** An item of the table of people: whichever of a person's parts, or which counter, it is. */
function sidesOf(world: World, model: Model, item: Item): Sides {
  const key = String(item.user_id)
  const [, hash] = /^invite#(.*)$/.exec(key) ?? []
  if (hash !== undefined) {
    const expected = model.invitations[hash]
    return { name: `invitation ${hash}`, expected, stored: storedInvitation(item) }
  }
  const [, reminded] = /^reminders#(.*)$/.exec(key) ?? []
  if (reminded !== undefined) {
    const expected = byDevice(model.reminders[reminded] ?? [])
    return { name: `reminders of ${reminded}`, expected, stored: storedReminders(item) }
  }
  const [, part, whose = '', day = ''] = /^limit#([a-z]+)#?([^#]*)(?:#(.*))?$/.exec(key) ?? []
  const texts = (...counter: Counter) => {
    const name = counterName(counter, day)
    const expected = model.counters[name] ?? NO_TEXTS
    return { name: `texts of ${name}`, expected, stored: storedTexts(item) }
  }
  const payer = model.payers[part === undefined ? key : whose]
  switch (part) {
    case undefined: {
      const expected = payer && personOf(payer)
      return { name: `person ${key}`, expected, stored: storedPerson(world, item) }
    }
    case 'starts': {
      const { starts } = payer ?? {}
      const expected = starts && { ...starts, started: starts.started.toSorted() }
      return { name: `starts of ${whose}`, expected, stored: storedStarts(item) }
    }
    case 'paying':
    case 'proving':
      return texts(part, whose)
    case 'number':
      return texts(part, world.numberOfHash(whose))
    default:
      // The stage's: set so high that it is nobody's limit here.
      return { name: 'stage', expected: 0, stored: 0 }
  }
}

const personOf = ({
  phone,
  previous,
  pending,
  goes,
  locks,
  lockedUntil,
  sessionsFrom,
  state,
  denialsToldAt,
  devices,
  asking,
  lastInvitation,
  devicesSince,
  liftedAt,
  ownerInvitation,
  recoveryStoppedAt,
  startsLock,
  disowned,
}: Payer) => ({
  phone,
  previous,
  pending,
  goes,
  locks,
  lockedUntil,
  sessionsFrom,
  state,
  denialsToldAt,
  devices: byId(devices),
  asking,
  lastInvitation,
  devicesSince,
  liftedAt,
  ownerInvitation,
  recoveryStoppedAt,
  startsLock,
  disowned,
})

const byId = (devices: readonly Device[]) => devices.toSorted((a, b) => (a.id < b.id ? -1 : 1))

function storedPerson(world: World, item: Item) {
  const { pending_sms_id: code, pending_current_sms_id: current } = item
  // Of all entries, because the item holds only the newest.
  const told = world.seen.trails.get(String(item.user_id)) ?? []
  const invited = item.owner_invitation as Item | undefined
  return {
    goes: item.failed_attempts ?? 0,
    locks: item.code_locks_before ?? 0,
    lockedUntil: msIf(item.codes_locked_until),
    sessionsFrom: item.sessions_from,
    state: item.account_state,
    denialsToldAt: msIf(told.findLast(({ event }) => event === 'pushes.denied')?.at),
    ...storedDevices(world, item),
    liftedAt: msIf(item.codes_lifted_at),
    phone: { number: item.phone_number ?? '', enrolled: Boolean(item.provider_phone_id) },
    previous: item.previous_number && {
      number: item.previous_number,
      enrolled: Boolean(item.previous_provider_phone_id),
    },
    pending: item.pending_number && {
      number: item.pending_number,
      sends: item.pending_sends,
      sentAt: ms(item.pending_sent_at),
      attempts: item.pending_attempts,
      expiresAt: ms(item.pending_expires_at),
      currentPassed: item.pending_current_passed_at !== undefined,
      codeRef: code === undefined ? undefined : world.codeRef(String(code)),
      currentCodeRef: current === undefined ? undefined : world.codeRef(String(current)),
      leave:
        item.pending_signing === undefined
          ? undefined
          : {
              yesBy: item.pending_yes_by,
              failedYes: item.pending_failed_yes ?? 0,
              invitation: item.pending_invitation,
            },
    },
    ownerInvitation: invited && {
      hash: invited.codeHash,
      until: ms(invited.endsAt),
      isNow: invited.isNow,
    },
    recoveryStoppedAt: msIf(item.recovery_stopped_at),
    startsLock:
      item.starts_locked_until === undefined
        ? undefined
        : {
            until: ms(item.starts_locked_until),
            locks: item.starts_locks,
          },
    disowned: item.starts_disowned,
  }
}

function storedDevices(world: World, item: Item) {
  const asking = item.device_pending as Item | undefined
  const { key: _, passkey, textedAt, textId, invitedAuthTime, ...rest } = asking ?? {}
  const devices = Object.entries((item.devices ?? {}) as Record<string, Item>).map(
    ([id, one]): Device => ({
      id,
      name: String(one.name),
      passkey: credentialOf(one.passkey),
      boundBy: one.boundBy as Device['boundBy'],
      addedAt: ms(one.addedAt),
      activeFrom: msIf(one.activeFrom),
      remindedAt: msIf(one.remindedAt),
      lastUsedAt: msIf(one.lastUsedAt),
      removedAt: msIf(one.removedAt),
      removedBy: one.removedBy as Device['removedBy'],
      stop: one.stop === undefined ? undefined : storedStop(one.stop as Item),
    }),
  )
  return {
    devices: byId(devices),
    devicesSince: msIf(item.devices_since),
    lastInvitation: item.device_invitation as string | undefined,
    asking: asking && {
      ...rest,
      passkey: credentialOf(passkey),
      authTime: invitedAuthTime,
      expiresAt: ms(asking.expiresAt),
      textedAt: msIf(textedAt),
      codeRef: textId === undefined ? undefined : world.codeRef(String(textId)),
    },
  }
}

const credentialOf = (passkey: unknown) => String(Object(passkey).credentialId)

function storedStop({ signing, failed, askedAt }: Item): Device['stop'] {
  const { subject, createdAt } = JSON.parse(String(signing))
  return {
    what: subject.what,
    createdAt: ms(createdAt),
    failed: failed as Record<string, number>,
    askedAt: msIf(askedAt),
  }
}

const byDevice = (all: readonly Reminder[]) =>
  all.toSorted((a, b) => (a.device < b.device ? -1 : 1))

const storedReminders = (item: Item): Reminder[] =>
  byDevice(
    Object.entries(item).flatMap(([name, value]) => {
      if (!name.startsWith('device#')) return []
      const { payerId, deviceId, at } = Object(value)
      return [{ payer: payerId, device: deviceId, at: ms(at) }]
    }),
  )

const storedInvitation = (item: Item): Invitation => ({
  payer: String(item.invited_by),
  authTime: Number(item.invited_auth_time),
  expiresAt: ms(item.invited_until),
  spentFor: item.spent_for as string | undefined,
  hasAsked: item.has_asked as boolean | undefined,
})

function storedTexts(item: Item): Texts {
  const hours = Object.entries(item).flatMap(([name, uses]) => {
    const [, hour] = /^uses_at_(\d\d)$/.exec(name) ?? []
    return hour === undefined ? [] : [[hour, uses]]
  })
  return { day: Number(item.uses), hours: Object.fromEntries(hours) }
}

function storedStarts(item: Item) {
  const { window_started_at, started, unfinished, sessions_from, barred_at } = item
  const open = Object.entries(Object(unfinished)).map(([id, ends]) => [id, ms(ends)])
  return {
    windowStartedAt: ms(window_started_at),
    started: Object.keys(Object(started)).sort(),
    unfinished: Object.fromEntries(open),
    sessionsFrom: sessions_from,
    isBarred: barred_at === undefined ? undefined : true,
  }
}

/** What a handler answered, in the model's terms. */
export function answerOf(world: World, { status, body, headers }: Reply): Answer {
  const after = headers['retry-after']
  if (status >= 400) {
    return {
      status,
      code: body.code,
      attemptsLeft: body.attemptsLeft,
      paymentStatus: body.paymentStatus,
      retryAfter: after === undefined ? undefined : Number(after),
    }
  }
  return {
    status,
    ...(body.paymentId && { payment: shownOf(world, body) }),
    ...(body.payments && { payments: listOf(body.payments.map(shownOf.bind(null, world))) }),
    ...('phone' in body && {
      phone: body.phone && phoneOf(world, body.phone),
      codesLockedUntil: msOrNull(body.codesLockedUntil),
      startsLockedUntil: msOrNull(body.startsLockedUntil),
    }),
    ...('canAdd' in (body.devices ?? {}) && { devices: devicesOf(world, body.devices) }),
    ...(body.code && { until: ms(body.expiresAt) }),
    ...(body.kid && { until: ms(body.expiresAt) }),
    ...(body.approvals && {
      approvals: {
        // The model draws no ids of verifications; there is one at most.
        ids: body.approvals.map(({ id }: Body) => String(id).replace(/^phone\..*/, 'phone')),
        devices: listed([body.device, ...body.others]),
        trusted: body.trusted,
        removed: body.device.removed && removedOf(body.device.removed),
        activeFrom: msOrNull(body.device.activeFrom),
      },
    }),
    ...(body.id && { answered: { id: body.id, status: body.status } }),
    ...('to' in body && {
      sent: { sendsLeft: body.sendsLeft, expiresAt: ms(body.expiresAt), leave: body.leave },
    }),
  }
}

type Body = Reply['body']

const shownOf = (world: World, body: Body): Shown => ({
  id: body.paymentId,
  terms: labelOf({ ...body.payee, ...body.amount }),
  status: body.status,
  push: body.push,
  pausedUntil: msOrNull(body.pushPausedUntil),
  number: body.sms.to === null ? null : world.numberOfMask(body.sms.to),
  sentAt: msOrNull(body.sms.sentAt),
  sendsLeft: body.sms.sendsLeft,
  attemptsLeft: body.sms.attemptsLeft,
  createdAt: ms(body.createdAt),
  expiresAt: ms(body.expiresAt),
  decidedAt: msOrNull(body.decidedAt),
  decidedBy: body.decidedBy,
  decision: body.decision,
  device: body.device,
})

const listed = (devices: Body[]): ShownDevices['list'] =>
  devices
    .map(({ addedAt, lastUsedAt, removal: _, removed: __, activeFrom: ___, ...one }) => ({
      ...one,
      addedAt: ms(addedAt),
      lastUsedAt: msOrNull(lastUsedAt),
    }))
    .toSorted((a, b) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1))

const devicesOf = (
  world: World,
  { list, waiting, removed, pending, ...rest }: Body,
): ShownDevices => ({
  ...rest,
  list: listed(list),
  waiting: waiting
    .map(({ addedAt, activeFrom, ...one }: Body) => ({
      ...one,
      addedAt: ms(addedAt),
      activeFrom: ms(activeFrom),
    }))
    .toSorted(byAge),
  removed: ordered(removed).map(removedOf),
  pending: pending && {
    ...pending,
    expiresAt: ms(pending.expiresAt),
    leaves: pending.leaves.map(({ to, sentAt, ...leave }: Body) => ({
      ...leave,
      ...(to !== undefined && { number: world.numberOfMask(to), sentAt: msOrNull(sentAt) }),
    })),
  },
})

/** The model sorts by when they were added, which a removal does not tell; two at one moment are the rule here. */
const ordered = (all: Body[]) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1))

const removedOf = ({ removedAt, undoUntil, ...one }: Body): ShownRemoved => ({
  ...one,
  removedAt: ms(removedAt),
  undoUntil: ms(undoUntil),
})

/** Payments of the same moment may come in any order; others as they came. */
function listOf(all: Shown[]): Shown[] {
  const isNewestFirst = all.every(
    (one, i) => i === 0 || one.createdAt <= (all[i - 1]?.createdAt ?? 0),
  )
  return isNewestFirst
    ? all.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
    : all
}

const phoneOf = (world: World, { number, pending }: Body) => ({
  number: world.numberOfMask(number),
  pending: pending && {
    number: world.numberOfMask(pending.number),
    leave: pending.leave,
    hasLeave: pending.hasLeave,
  },
})

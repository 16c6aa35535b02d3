/**
 * What must be true of every payment at every moment, told from the item itself, from what the pretend
 * phone remembers and from what was pressed and entered: without the model, which could be wrong.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Reply } from '../harness/harness.ts'
import { Broken } from './broken.ts'
import { checkProof } from './checkProof.ts'
import { checkDeviceDecision } from './deviceInvariants.ts'
import { purposeOf } from './model.ts'
import { contentIn, labelOf, shownOf, wordingOf, wordsOf } from './words.ts'
import type { Item, World } from './world.ts'

type Entry = {
  readonly at: string
  readonly event: string
  readonly channel: string | null
  readonly by: string
}

const FINAL = ['approved', 'denied', 'expired', 'failed', 'cancelled']
const ATTEMPTS_MAX = 5
const TEXTS_MAX = 5

/** Checks one payment; throws the first thing that must not be. Answers how many things were looked at. */
export function checkPayment(world: World, item: Item): number {
  let looked = 0
  const must = (isSo: unknown, what: string) => {
    looked += 1
    if (!isSo) throw new Broken(`${what}\n  ${JSON.stringify(item)}`)
  }
  const { status, history } = item as { status: string; history: Entry[] }
  const id = String(item.payment_id)

  checkHistory(item, history, must)
  const unproven = checkProof(item)
  must(unproven === '', `its record is proven: ${unproven}`)
  checkBefore(world.seen.items.get(id), item, must)
  world.seen.items.set(id, item)

  const payer = world.seen.people.find(({ payerId }) => payerId === item.user_id)
  must(payer, 'a payment is somebody’s of this sequence')
  const label = labelOf({
    name: item.payee_name,
    id: item.payee_id,
    currency: item.currency,
    amountMinor: item.amount_minor,
  })
  const wording = wordingOf(label)
  must(
    item.display_text === wordsOf(wording) &&
      (item.push_details === undefined
        ? item.push_asked_at === undefined
        : contentIn(item) === shownOf(wording, payer?.email ?? '', String(item.reference))),
    'what the push shows is what the payment is',
  )

  const { reference } = item
  must(/^[2-9A-HJ-NP-Z]{6}$/.test(String(reference)), 'a reference of six')
  const alike = [...world.seen.items.values()].filter((one) => one.reference === reference)
  must(alike.length === 1, 'a reference of its own')
  const attempts = Number(item.code_attempts)
  const wrong = Number(item.wrong_codes)
  must(attempts <= ATTEMPTS_MAX, 'at most five attempts')
  must(wrong <= attempts, 'no more wrong codes than attempts')
  must(Number(item.sms_sends) <= TEXTS_MAX, 'at most five texts')
  must(
    world.seen.entered.filter((one) => one.id === id).length >= attempts,
    'an attempt for each code entered, and none of itself',
  )
  must(
    (status === 'failed' && item.decided_by === 'sms') === (wrong === ATTEMPTS_MAX),
    'five wrong codes fail the payment',
  )
  must(status !== 'failed' || /^(sms|device)$/.test(String(item.decided_by)), 'or five assertions')
  checkDeviceDecision(world, item, must)
  if (status === 'pending') return looked

  const decidedAt = String(item.decided_at)
  if (status === 'expired') {
    must(decidedAt === item.expires_at, 'expired at its very end')
    must(world.now() >= Date.parse(decidedAt), 'not expired before its end')
  } else must(decidedAt < String(item.expires_at), 'decided before its end')
  if (status === 'cancelled') {
    const asked = world.seen.cancelled.some((one) => one.id === id && one.payer === item.user_id)
    const isBarred = world.seen.barred.has(String(item.user_id))
    const by = history.find(({ event }) => event === 'cancelled')?.by
    must(by === 'operator' ? isBarred : asked, 'cancelled by its payer, or by an operator')
  }
  must(
    (status === 'approved' || (status === 'denied' && item.decided_by !== undefined)) ===
      (item.evidence !== undefined),
    'evidence for a yes, and for a no on the phone',
  )
  if (item.evidence !== undefined) checkEvidence(world, item, must)
  return looked
}

type Must = (isSo: unknown, what: string) => void

/** The history is enough to make the state from. */
function checkHistory(item: Item, history: readonly Entry[], must: Must) {
  const folded = fold(history)
  const {
    status,
    push,
    sms_sends,
    sms_sent_at,
    code_attempts,
    wrong_codes,
    decided_by,
    created_at,
    push_asked_at,
    push_paused_until,
  } = item
  const stored = {
    status,
    // Where there is no push nothing is told of it.
    push: push_asked_at === undefined && push_paused_until === undefined ? 'sending' : push,
    sms_sends,
    sms_sent_at,
    code_attempts,
    wrong_codes,
    decided_by,
    created_at,
  }
  const { decided_at, ...rest } = folded
  must(isDeepStrictEqual(stored, rest), `the history folds to the state: ${JSON.stringify(rest)}`)
  must(
    item.decided_at === (status === 'expired' ? item.expires_at : decided_at),
    'the history says when it was decided',
  )
  must((status === 'pending') === (item.open_shard !== undefined), 'in the list of the open')
  const refused = history.filter(({ event }) => /^answer_/.test(event))
  must(refused.length <= 1, 'a refused answer is written once')
  must(item.answer_refused_at === refused[0]?.at, 'the history says when an answer was refused')
  const { kind } = (item.evidence ?? {}) as { kind?: string }
  must(
    refused.length === 0 || status !== 'approved' || kind !== 'provider-read',
    'after a refused answer no provider’s word approves',
  )
  // Each write says when it was made; on the way one may be overtaken by another that was made later.
  must(
    history.every(({ at }) => at >= String(item.created_at)),
    'nothing happened before the start',
  )
  const ends = history.filter(({ event }) => FINAL.includes(event))
  must(ends.length === (status === 'pending' ? 0 : 1), 'one end at most')
  const after = history.slice(history.findIndex(({ event }) => FINAL.includes(event)) + 1)
  const late = history.filter(({ event }) => event === 'denied_late')
  must(late.length <= 1, 'a denial too late is written once')
  must(item.denied_late_at === late[0]?.at, 'the history says when it was denied too late')
  const isOnlyPush = after.every(({ event }) =>
    /^(push_(sent|unavailable)|denied_late)$/.test(event),
  )
  must(ends.length === 0 || isOnlyPush, 'after its end only the push’s own answer comes')
  const settled = item.wrong_attempts as Set<number> | undefined
  must((settled?.size ?? 0) === Number(item.wrong_codes), 'each attempt settled once')
}

function fold(history: readonly Entry[]) {
  const start = {
    status: 'nothing',
    push: 'sending',
    sms_sends: 0,
    sms_sent_at: undefined as string | undefined,
    code_attempts: 0,
    wrong_codes: 0,
    decided_by: undefined as string | undefined,
    created_at: '',
    decided_at: undefined as string | undefined,
  }
  const next = (so: typeof start, { at, event, channel }: Entry): typeof start => {
    if (event === 'started') return { ...so, status: 'pending', created_at: at }
    if (event === 'push_sent') return { ...so, push: 'sent' }
    if (event === 'push_unavailable' || event === 'push_paused')
      return { ...so, push: 'unavailable' }
    if (event === 'text_asked') return { ...so, sms_sends: so.sms_sends + 1, sms_sent_at: at }
    if (event === 'code_tried') return { ...so, code_attempts: so.code_attempts + 1 }
    if (event === 'code_wrong') return { ...so, wrong_codes: so.wrong_codes + 1 }
    if (!FINAL.includes(event)) return so
    return {
      ...so,
      status: event,
      decided_at: at,
      decided_by: channel ?? undefined,
      wrong_codes: so.wrong_codes + (event === 'failed' && channel === 'sms' ? 1 : 0),
    }
  }
  return history.reduce(next, start)
}

const FIXED = [
  'user_id',
  'reference',
  'request_id',
  'provider_phone_id',
  'payee_name',
  'payee_id',
  'amount_minor',
  'currency',
  'display_text',
  'push_details',
  'sms_to',
  'created_at',
  'expires_at',
  'signing',
]
const KEPT_AT_END = [
  'status',
  'decided_at',
  'decided_by',
  'decided_proof',
  'evidence',
  'answer_refused_at',
  'wrong_codes',
  'push_id',
  'device_tried',
  'device_failed',
]

/** Since it was last seen: terms stay, the history only grows, an end stays the end. */
function checkBefore(before: Item | undefined, item: Item, must: Must) {
  if (!before) return
  const isSame = (name: string) => isDeepStrictEqual(before[name], item[name])
  must(FIXED.every(isSame), `terms and phone stay: ${FIXED.find((name) => !isSame(name))}`)
  const old = before.history as Entry[]
  const now = item.history as Entry[]
  must(isDeepStrictEqual(now.slice(0, old.length), old), 'the history is only added to')
  if (before.status === 'pending') return
  const kept = KEPT_AT_END.filter((name) => name !== 'push_id' || before.push_id !== undefined)
  must(kept.every(isSame), `an end stays: ${kept.find((name) => !isSame(name))}`)
}

/** Whoever said yes was this payment's payer, and it was to just this. */
function checkEvidence(world: World, item: Item, must: Must) {
  const { book } = world.harness.phone
  const evidence = item.evidence as Record<string, string | undefined>
  // `checkDeviceDecision` looks at those of devices.
  if (evidence.kind === 'passkey' || evidence.kind === 'device-key') return
  const id = String(item.payment_id)
  const number = world.numberOfId(String(item.provider_phone_id), String(item.user_id))
  const wording = wordingOf(
    labelOf({
      name: item.payee_name,
      id: item.payee_id,
      currency: item.currency,
      amountMinor: item.amount_minor,
    }),
  )
  must(evidence.provider_phone_id === item.provider_phone_id, 'evidence of the payment’s own phone')
  if (evidence.kind === 'push-callback' || evidence.kind === 'provider-read') {
    must(item.decided_by === 'push', 'a push decides by push')
    const push = book.push(evidence.push_id ?? '')
    must(push?.answer?.decision === item.status, 'the person pressed just this button')
    must(push?.hiddenDetails?.payment_id === id, 'on the push of this payment')
    must(push?.hiddenDetails?.requester_user_id === item.user_id, 'of this payer')
    must(push?.number === number, 'on the phone of this payment')
    must(push?.message === wordsOf(wording), 'which said just this')
    must(
      (push?.answer?.at.toISOString() ?? '9') <= String(item.decided_at),
      'before it was taken for an answer',
    )
  }
  if (evidence.kind === 'push-callback') {
    must(evidence.push_content === contentIn(item), 'what was shown is what is stored')
    must(typeof evidence.nonce === 'string' && evidence.nonce, 'with the provider’s nonce')
    return
  }
  if (evidence.kind === 'provider-read') {
    must(evidence.push_id === item.push_id, 'the stored push was read')
    return
  }
  must(item.status === 'approved' && item.decided_by === 'sms', 'a code only ever approves')
  const right = world.seen.codes.filter(({ purpose }) => purpose === purposeOf.payment(number, id))
  must(
    world.seen.entered.some(
      (one) =>
        one.id === id && one.payer === item.user_id && right.some(({ text }) => text === one.text),
    ),
    'its payer entered the code that this payment’s phone was sent for it',
  )
  if (evidence.kind === 'sms-code') {
    must(world.rules.provider === 'authy', 'Authy’s evidence from Authy')
    must(evidence.action === id, 'the code was bound to this payment')
    must(evidence.display_text === wordsOf(wording), 'and to its words')
    return
  }
  must(evidence.kind === 'verify-code', 'a kind of evidence that there is')
  const { verification_sid: sid, amount, payee } = evidence
  const verification = world.verification(sid ?? '')
  // Not only the newest: where codes live shorter than a payment, a text may come while the last is entered.
  const isOwn = world.seen.codes.some(
    (one) => one.sid === sid && one.purpose === purposeOf.payment(number, id),
  )
  must(isOwn, 'the payment’s own text was checked')
  must(verification?.status === 'approved', 'Twilio approved it')
  must(verification?.number === number, 'for the phone of this payment')
  must(amount === wording.amount && verification?.amount === amount, 'for this amount')
  must(payee === `${wording.to} ref ${item.reference}`, 'for this payee and payment')
  must(verification?.payee === payee, 'as Twilio knows it')
}

const LOCK_MINUTES = [5, 15, 30, 60, 24 * 60]
/** How much later than it was counted a code may be found wrong, while others are at work. */
const CHECKED_LATER_MS = 10_000

/** Of wrong codes in a row, whatever they were for, the sixth comes no sooner than the lock of the fifth allows. */
export function checkAttempts(world: World): number {
  for (const { payerId } of world.seen.people) {
    let row: number[] = []
    for (const { payer, isRight, at } of world.seen.verdicts) {
      if (payer !== payerId) continue
      if (isRight) row = []
      else row.push(at)
      const locks = (row.length - 1) / ATTEMPTS_MAX
      if (isRight || locks < 1 || !Number.isInteger(locks)) continue
      const minutes = LOCK_MINUTES[Math.min(locks, LOCK_MINUTES.length) - 1] ?? Number.NaN
      const least = (row.at(-2) ?? 0) + minutes * 60_000 - CHECKED_LATER_MS
      if (at < least) throw new Broken(`${payer} entered ${row.length} wrong codes in a row`)
    }
  }
  return world.seen.people.length
}

/** Nothing of anybody else's, and nothing that is nobody's to see, is in an answer to a payer. */
export function checkSecrets(world: World, payer: string, { body }: Reply): number {
  // The whole new number is told to the session that has just written it, and to the devices that are to agree to it.
  const approvals = body?.approvals?.filter(({ kind }: { kind: string }) => kind !== 'phone')
  const text = JSON.stringify({
    ...body,
    ...(body?.verificationId && { displayText: null }),
    ...(approvals && { approvals }),
  })
  const { people, numbers, codes, letters, items, joined, invites, ownerCodes } = world.seen
  const others = people.filter(({ payerId }) => payerId !== payer)
  const forbidden = [
    ...others.flatMap(({ payerId, email }) => [payerId, email]),
    ...[...items.values()].flatMap((item) =>
      item.user_id === payer ? [] : [String(item.payment_id)],
    ),
    ...numbers,
    ...codes.map(({ text }) => text),
    ...letters.map(({ uuid }) => uuid),
    ...joined.flatMap((one) => (one.payer === payer ? [] : [one.id])),
    ...invites.flatMap((one) => (one.payer === payer ? [] : [one.code])),
    ...ownerCodes.map(({ code }) => code),
    ...[...items.values()].map(({ provider_phone_id }) => `"${provider_phone_id}"`),
  ]
  const told = forbidden.find((secret) => text.includes(secret))
  if (told) throw new Broken(`${payer} is told ${told}\n  ${text}`)
  return forbidden.length
}

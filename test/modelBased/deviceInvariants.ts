/** What must be true of devices and of what they decide, told from the items and from what was sent, without the model. */
import { SITE } from '../harness/event.ts'
import { Broken } from './broken.ts'
import { linkOf } from './deviceFlows.ts'
import { type Entry, sha256Url } from './handhelds.ts'
import { assertionProblem, proofProblem, sorted, thumbprintOf } from './openVerifier.ts'
import type { Item, World } from './world.ts'

type Must = (isSo: unknown, what: string) => void

const DEVICES_MAX = 3
const REMOVED_KEPT = 10
const ASSERTIONS_MAX = 5
const PREFIX = {
  approve: 'payfriend approve v1\n',
  deny: 'payfriend deny v1\n',
  device: 'payfriend device v1\n',
  phone: 'payfriend phone v1\n',
  renew: 'payfriend renew v1\n',
}
const HOUR_MS = 3_600_000

type StoredDevice = {
  readonly name: string
  readonly key: {
    readonly kty: string
    readonly crv: string
    readonly x: string
    readonly y: string
  }
  readonly passkey: { readonly spki: string }
  readonly boundBy: string
  readonly addedAt: string
  readonly activeFrom?: string
  readonly removedAt?: string
}

/** Checks a payer's devices; throws the first thing that must not be. Answers how many things were looked at. */
export function checkDevices(world: World, item: Item): number {
  let looked = 0
  const must: Must = (isSo, what) => {
    looked += 1
    if (!isSo) throw new Broken(`${what}\n  ${JSON.stringify(item)}`)
  }
  const payer = String(item.user_id)
  const { seen } = world
  const trail = seen.trails.get(payer) ?? []
  const known = trail.at(-1)?.seq ?? 0
  const recent = (item.audit_recent ?? []) as Entry[]
  const since = foldTrail(trail, () => {}).since
  const fresh = recent.filter(({ seq }) => seq > known)
  trail.push(...fresh)
  seen.trails.set(payer, trail)
  must(
    trail.every(({ seq }, i) => seq === i + 1),
    'each audit entry follows the one before',
  )

  const devices = (item.devices ?? {}) as Record<string, StoredDevice>
  const places = Object.values(devices).filter(({ removedAt }) => removedAt === undefined)
  must(places.length <= DEVICES_MAX, 'at most three devices that are active or wait')
  must((item.devices_active ?? 0) === places.length, 'the count of devices is their number')
  const told = foldTrail(trail, must)
  must(item.devices_since === told.since, 'the first device is told when it was')
  if (item.account_state !== 'closed') {
    for (const [id, device] of Object.entries(devices)) {
      const entry = told.devices.get(id)
      const isTold = TOLD.every((name) => entry?.[name] === device[name])
      must(isTold, 'each device that is added, waits or is removed is told, and when')
    }
    const missing = [...told.devices].filter(([id]) => !devices[id])
    const isFull = Object.keys(devices).length - places.length >= REMOVED_KEPT
    must(
      missing.every(([, { removedAt }]) => removedAt !== undefined && isFull),
      'what was told is there, but for devices removed long ago',
    )
  }
  for (const [id, device] of Object.entries(devices)) {
    const handheld = seen.handhelds.find((one) => one.id === id)
    must(handheld?.spki === device.passkey.spki, 'the passkey is the one that this phone made')
    must(thumbprintOf(device.key) === id, 'the key is the one that this phone has')
  }
  for (const { event, device } of fresh) {
    if (!device || (event !== 'device.added' && event !== 'device.waiting')) continue
    const added = devices[device.id]
    if (
      !added ||
      trail.find((one) => one.device?.id === device.id && one.event === event) === undefined
    )
      continue
    checkAdded(
      world,
      payer,
      item,
      device.id,
      added,
      { isFirst: since === undefined, renews: device.renews },
      must,
    )
  }
  const number = String(item.phone_number ?? '')
  const before = seen.numberOf.get(payer)
  if (since !== undefined && item.account_state !== 'closed' && before !== number) {
    must(
      isNumberLeft(world, payer, number),
      'a device or the operator has agreed to the new number',
    )
  }
  seen.numberOf.set(payer, number)
  return looked
}

const TOLD = ['addedAt', 'activeFrom', 'removedAt'] as const

type Told = {
  readonly addedAt: string
  readonly activeFrom?: string
  readonly removedAt?: string
}

/** The devices by the audit entries alone. */
function foldTrail(trail: readonly Entry[], must: Must) {
  const devices = new Map<string, Told>()
  let since: string | undefined
  const isThere = (id: string) => devices.get(id) && !devices.get(id)?.removedAt
  const change = (id: string, more: Partial<Told>) => {
    const before = devices.get(id)
    if (before) devices.set(id, { ...before, ...more })
  }
  for (const { event, device, at } of trail) {
    // What waits is forgotten by the operator's lock.
    if (event === 'account.locked' || event === 'account.closed') {
      for (const [id, { activeFrom, removedAt }] of devices) {
        if (activeFrom !== undefined && at < activeFrom && !removedAt) devices.delete(id)
      }
    }
    if (!device) continue
    const { id, activeFrom, renews } = device
    if (event === 'device.added' || (event === 'device.waiting' && !devices.has(id))) {
      must(!devices.has(id), 'a device is added once')
      since ??= at
      devices.set(id, { addedAt: at, ...(activeFrom !== undefined && { activeFrom }) })
      if (renews === undefined) continue
      must(isThere(renews), 'only what is there is renewed')
      change(renews, { removedAt: at })
    } else if (event === 'device.waiting') {
      must(at < (devices.get(id)?.activeFrom ?? ''), 'only what waits is told again')
    } else if (event === 'device.stopped') {
      must(at < (devices.get(id)?.activeFrom ?? ''), 'only what waits is stopped')
      devices.delete(id)
    } else if (event === 'device.restored') {
      must(devices.get(id)?.removedAt !== undefined, 'only what was removed is restored')
      const { removedAt: _, ...rest } = devices.get(id) ?? { addedAt: '' }
      devices.set(id, rest)
    } else {
      must(isThere(id), 'only what was added is removed, and once')
      change(id, { removedAt: at })
    }
  }
  return { devices, since }
}

/** A number is let in by an active device's passkey, over the whole number, or by the operator's invitation. */
function isNumberLeft({ seen, verificationsOf }: World, payer: string, number: string): boolean {
  return verificationsOf(payer).some(({ number: asked, signing, invited, verificationId }) => {
    if (asked !== number || signing === undefined) return false
    const { kind, subject } = JSON.parse(signing)
    if (kind !== 'phone' || subject.number !== number) return false
    const isInvited = seen.ownerCodes.some(
      ({ hash, payer: whose }) => whose === payer && hash === invited,
    )
    return (
      isInvited ||
      seen.replies.some(
        ({ on, answer, isProven, joined, body }) =>
          on.kind === 'phone' &&
          on.id === verificationId &&
          answer === 'approve' &&
          isProven &&
          joined.payer === payer &&
          !assertionProblem(JSON.parse(body).assertion, joined.spki, PREFIX.phone + signing),
      )
    )
  })
}

/**
 * A session alone adds no device: its digits were typed, and a code, a passkey, an invitation or a fresh sign-in came with
 * them; and only a device, the operator or the first one lets it in at once.
 */
function checkAdded(
  world: World,
  payer: string,
  item: Item,
  id: string,
  device: StoredDevice,
  { isFirst, renews }: { readonly isFirst: boolean; readonly renews: string | undefined },
  must: Must,
) {
  const { seen, rules } = world
  const asks = world.asks().filter((one) => one.payer === payer && one.id === id)
  const typed = seen.typed.filter((one) => one.payer === payer && one.device === id)
  must(
    typed.some(({ digits }) => asks.some((one) => one.digits === digits)),
    'the page typed the digits that this device alone shows',
  )
  const { activeFrom, addedAt } = device
  const waited = activeFrom === undefined ? 0 : Date.parse(activeFrom) - Date.parse(addedAt)
  if (renews !== undefined) {
    const asked = seen.renewals.filter((one) => one.id === id)
    const isOwn = asked.some(
      ({ code, assertion }) =>
        !assertionProblem(assertion, device.passkey.spki, `${PREFIX.renew}${code}.${id}`),
    )
    must(isOwn, 'its own passkey asked for a new key')
  }
  const mayBeAtOnce = isFirst || renews !== undefined
  if (device.boundBy === 'device') {
    must(waited === 0, 'what a device lets in does not wait')
    const yes = seen.replies.filter(
      ({ on, answer, isProven }) =>
        on.kind === 'device' && on.id === id && answer === 'approve' && isProven,
    )
    const isSaidYes = yes.some(({ joined: { id: by }, body }) => {
      const others = item.devices as Record<string, StoredDevice>
      const { spki } = others[by]?.passkey ?? {}
      const { assertion } = JSON.parse(body)
      return (
        by !== id &&
        spki !== undefined &&
        asks.some(({ signing }) => !assertionProblem(assertion, spki, PREFIX.device + signing))
      )
    })
    must(isSaidYes, 'a device that was there said yes to this one by its passkey')
    return
  }
  const waits = mayBeAtOnce ? 0 : rules.waitHours * HOUR_MS
  if (device.boundBy === 'invitation') {
    const used = seen.ownerCodes.filter(
      (one) => one.payer === payer && typed.some(({ invitation }) => invitation === one.code),
    )
    must(
      used.some(({ isNow }) => waited === (isNow ? 0 : waits)),
      'the page typed an invitation of the operator’s, and it waits if that does not waive it',
    )
    return
  }
  if (device.boundBy === 'text') {
    must(waited === waits, 'who was let in by a text waits, but for the first and the renewed')
    const links = asks.map((one) => ` lets in ${linkOf(one, world.rules)}`)
    const codes = seen.codes.filter(
      ({ purpose }) =>
        purpose.startsWith(`${payer}: ${item.phone_number} `) &&
        links.some((link) => purpose.endsWith(link)),
    )
    must(
      typed.some(({ code }) => codes.some(({ text }) => text === code)),
      'the page typed the code that the payer’s number was sent for this device',
    )
    return
  }
  must(
    device.boundBy === 'sign-in' && item.phone_number === undefined && isFirst && waited === 0,
    'a leave that there is',
  )
  const at = Date.parse(addedAt)
  must(
    typed.some((one) => one.at === at && at - one.authTime * 1000 <= 300_000),
    'the payer had signed in just before',
  )
}

/** Checks what of a payment is a device's. */
export function checkDeviceDecision(world: World, item: Item, must: Must): void {
  const { seen } = world
  const id = String(item.payment_id)
  const payer = String(item.user_id)
  const replies = seen.replies.filter(({ on }) => on.kind === 'payment' && on.id === id)
  const sizeOf = (set: unknown) => (set as Set<string> | undefined)?.size ?? 0
  const [tried, failed] = [sizeOf(item.device_tried), sizeOf(item.device_failed)]
  const counts = replies.filter(
    (one) => one.answer === 'approve' && one.isProven && !one.isStale && one.joined.payer === payer,
  )
  const labels = (all: typeof counts) => new Set(all.map(({ label }) => label)).size
  must(tried <= ASSERTIONS_MAX && failed <= tried, 'at most five assertions')
  must(tried <= labels(counts), 'a stale assertion, and one without a proof, counts nothing')
  must(failed <= labels(counts.filter(({ isWrong }) => isWrong)), 'a right assertion fails nothing')
  must(
    (item.status === 'failed' && item.decided_by === 'device') === (failed === ASSERTIONS_MAX),
    'five failed assertions fail the payment',
  )
  const isDenied = replies.some(
    ({ answer, status, joined }) => answer === 'deny' && status === 200 && joined.payer === payer,
  )
  must(!isDenied || item.status === 'denied', 'a no counts')
  if (item.provider_phone_id === undefined) {
    must(
      Number(item.sms_sends) === 0 && item.push_id === undefined,
      'with a device there is neither text nor push',
    )
    must(item.status !== 'approved' || item.decided_by === 'device', 'and only a device approves')
  }
  if (item.signing !== undefined) checkDocument(item, must)
  if (item.decided_by === 'device' && item.evidence !== undefined) checkSigned(world, item, must)
}

/** The document says what the payment is, in the one form of RFC 8785. */
function checkDocument(item: Item, must: Must) {
  const text = String(item.signing)
  const { nonce, displayText, amount, ...document } = JSON.parse(text)
  must(sorted(JSON.parse(text)) === text, 'the document is in its one form')
  must(/^[A-Za-z0-9_-]{22}$/.test(nonce), 'with a nonce')
  must(displayText === item.display_text, 'which says what the payment is worded as')
  const { value, currency } = amount
  must(
    currency === item.currency &&
      BigInt(String(value).replace('.', '')) === BigInt(String(item.amount_minor)),
    'the amount',
  )
  const expected = {
    kind: 'payment',
    version: 1,
    payee: { name: item.payee_name, id: item.payee_id },
    payer: item.user_id,
    paymentId: item.payment_id,
    reference: item.reference,
    createdAt: item.created_at,
    expiresAt: item.expires_at,
  }
  must(sorted(document) === sorted(expected), 'and just this payment')
}

type Evidence = {
  readonly kind: string
  readonly device_id: string
  readonly jwk: StoredDevice['key']
  readonly spki?: string
  readonly body: string
  readonly proof: string
}

/** Verified from what is stored alone: an active device signed exactly the stored document. */
function checkSigned(world: World, item: Item, must: Must) {
  const evidence = item.evidence as Evidence
  const id = String(item.payment_id)
  const payer = String(item.user_id)
  const at = String(item.decided_at)
  const { device_id: device, jwk, body, proof } = evidence
  const trail = world.seen.trails.get(payer) ?? []
  const added = trail.find(
    (one) => one.device?.id === device && /^device\.(added|waiting)$/.test(one.event),
  )
  // Of what happened at the same moment it is not told which came first.
  const first = trail.filter((one) => one.at < at).length
  const last = trail.filter((one) => one.at <= at).length
  const states = Array.from({ length: last - first + 1 }, (_, more) =>
    foldTrail(trail.slice(0, first + more), () => {}).devices.get(device),
  )
  const wasActive = states.some(
    (one) => one && one.removedAt === undefined && (one.activeFrom ?? '') <= at,
  )
  must(wasActive, 'the device had been let in, its wait was over, and it was not removed')
  must(added?.device?.key.x === jwk.x && thumbprintOf(jwk) === device, 'by the key of its entry')
  const unproven = proofProblem(proof, jwk, {
    kid: `${payer}.${device}`,
    htu: `${SITE.origin}/api/approvals/payment.${id}`,
    body,
    at: Date.parse(at),
  })
  must(unproven === undefined, `its proof is good: ${unproven}`)
  const answer = JSON.parse(body)
  if (item.status === 'denied') {
    must(evidence.kind === 'device-key' && answer.answer === 'deny', 'the device said no')
    must(answer.signed === sha256Url(PREFIX.deny + item.signing), 'to exactly the document')
    return
  }
  must(item.status === 'approved' && evidence.kind === 'passkey', 'a passkey only ever approves')
  must(answer.answer === 'approve' && evidence.spki === added?.device?.spki, 'by its own passkey')
  const wrong = assertionProblem(
    answer.assertion,
    evidence.spki ?? '',
    PREFIX.approve + item.signing,
  )
  must(wrong === undefined, `the passkey signed exactly the document: ${wrong}`)
  const handheld = world.seen.handhelds.find((one) => one.id === device)
  must(
    handheld?.spki === evidence.spki && handheld?.phone.credentialId === answer.assertion.rawId,
    'which is this phone’s',
  )
}

/** To whom no push goes out, and whose payments no text approves, by now. */
export function silentPayers({ seen, rules, now }: World): Silent {
  const of = (isSo: (trail: readonly Entry[]) => boolean) =>
    new Set([...seen.trails].flatMap(([payer, trail]) => (isSo(trail) ? [payer] : [])))
  const at = new Date(now()).toISOString()
  const lately = new Date(now() - rules.waitHours * HOUR_MS).toISOString()
  return {
    pushes: of((trail) => foldTrail(trail, () => {}).since !== undefined),
    texts: of((trail) => {
      if (rules.textsBesideDevice) return false
      return [...foldTrail(trail, () => {}).devices.values()].some(
        ({ activeFrom = '', removedAt }) =>
          activeFrom <= at && (removedAt === undefined || removedAt > lately),
      )
    }),
  }
}

type Silent = { readonly pushes: ReadonlySet<string>; readonly texts: ReadonlySet<string> }

/** What was sent to payers' numbers: pushes and texts, for whom. */
export function sentSoFar({ seen, harness: { phone } }: World) {
  const pushes = seen.numbers.flatMap((number) => phone.book.pushes(number))
  return { texts: seen.texts.length, pushes: new Set(pushes.map(({ uuid }) => uuid)) }
}

/**
 * From the first device on no push goes out, and no code by which the old number agrees to another; and while a device
 * approves, or did lately, no text for a payment.
 */
export function checkSilence(
  world: World,
  silent: Silent,
  before: ReturnType<typeof sentSoFar>,
): void {
  const { seen, harness } = world
  const after = silentPayers(world)
  for (const purpose of seen.texts.slice(before.texts)) {
    const [, id = ''] = / pays (\S+)$/.exec(purpose) ?? []
    const [, leaver = ''] = /^(\S+): \S* leaves /.exec(purpose) ?? []
    const payer = seen.owners.get(id) ?? ''
    if (silent.pushes.has(leaver) || (silent.texts.has(payer) && after.texts.has(payer)))
      throw new Broken(`${payer} has a device, and a text went out: ${purpose}`)
  }
  for (const { uuid, hiddenDetails } of seen.numbers.flatMap((one) =>
    harness.phone.book.pushes(one),
  )) {
    const payer = hiddenDetails?.requester_user_id ?? ''
    if (before.pushes.has(uuid) || !silent.pushes.has(payer)) continue
    throw new Broken(`${payer} has a device, and a push went out for ${hiddenDetails?.payment_id}`)
  }
}

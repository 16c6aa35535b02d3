/**
 * Where the model-based test blows: the real handlers on a harness, in lanes, with fresh people for each sequence; and what only
 * an onlooker knows, such as which codes went where and what was pressed on whose phone.
 */
import { createHash } from 'node:crypto'
import { BatchGetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { ownPhoneIds } from '../../functions/adapters/twilioVerify/phoneIds.ts'
import { changeIdOf, paymentIdOf } from '../../functions/composition.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { NOON, numberOf, type Person, startHarness } from '../harness/harness.ts'
import { linkOf } from './deviceFlows.ts'
import { nothingSeen } from './handhelds.ts'
import { startLanes, type Told } from './lanes.ts'
import type { Sent } from './letters.ts'
import { type Model, purposeOf, type Rules, type Verification } from './model.ts'

export type World = Awaited<ReturnType<typeof startWorld>>
export type Item = Readonly<Record<string, unknown>>

/** A code that went out: `ref` is the model's name for it. */
export type SentCode = {
  readonly ref: string
  readonly purpose: string
  readonly text: string
  readonly sid: string | undefined
}

/** Longer than anything that a sequence does in one step, and as short as no timeout is. */
export const SLOW_MS = 900
/** A sequence may go on for weeks, and the next one must not meet what it left behind. */
const APART_MS = 40 * 24 * 3_600_000
const NAMES = ['ann', 'bob', 'cho']
/** Ann's and Bob's, Cho's, and two that nobody has yet. */
const NUMBERS_EACH = 4
const STAGE_TEXTS = '1000000'

/** Idempotency keys that there are; few, so that they meet. */
export const KEYS = 8
export const keyOf = (n: number) => `key-${n % KEYS}`

export async function startWorld(rules: Rules) {
  const harness = await startHarness({
    PROVIDER: rules.provider,
    PAYMENT_TTL_SECONDS: String(rules.lifeSeconds),
    TEXTS_PER_HOUR: String(rules.textsPerHour),
    TEXTS_PER_DAY: String(rules.textsPerDay),
    PROVING_TEXTS_PER_HOUR: String(rules.provingTextsPerHour),
    PROVING_TEXTS_PER_DAY: String(rules.provingTextsPerDay),
    OPEN_PAYMENTS: String(rules.openPayments),
    PAYMENTS_PER_HOUR: String(rules.paymentsPerHour),
    TEXTS_PER_DAY_FOR_STAGE: STAGE_TEXTS,
    FIRST_DEVICE: rules.firstDevice,
    DEVICE_WAIT_HOURS: String(rules.waitHours),
    TEXTS_BESIDE_DEVICE: String(rules.textsBesideDevice),
  })
  const { book } = harness.phone
  const { lanes, race, close } = await startLanes(harness, (told) => {
    noteCode(told)
    noteVerdict(told)
  })
  let sequences = 0
  let isClean = true

  /** Callbacks are caught where they arrive, because when they come, and how often, is for the sequence to say. */
  const caught: Sent[] = []
  const { call } = harness
  harness.call = async (name, request = {}) => {
    if (name !== 'authyCallback') return call(name, request)
    caught.push({ text: request.text ?? '', headers: request.headers ?? {} })
    return { status: 200, body: {}, headers: {} }
  }

  const seen = {
    people: [] as Person[],
    numbers: [] as string[],
    /** Every code that went out, in order. */
    codes: [] as SentCode[],
    /** Every answer on a phone, by its push, as its callback was signed. */
    letters: [] as { readonly uuid: string; readonly sent: Sent }[],
    entered: [] as { readonly payer: string; readonly id: string; readonly text: string }[],
    /** Whom an operator locked or closed. */
    barred: new Set<string>(),
    cancelled: [] as { readonly payer: string; readonly id: string }[],
    /** What the provider said of a person's codes, where it was heard. */
    verdicts: [] as { readonly payer: string; readonly isRight: boolean; readonly at: number }[],
    /** Of every id that a payment of these people can have. */
    owners: new Map<string, string>(),
    /** As they were last read. */
    items: new Map<string, Item>(),
    ...nothingSeen(),
  }

  /** The code that a call has just sent, found on the phone it went to. */
  function noteCode(told: Told) {
    const sent = sentBy(told)
    if (!sent) return
    const [message] = book.messages(sent.number)
    if (!message?.code) return
    seen.texts.push(sent.purpose)
    const before = seen.codes.filter(({ purpose }) => purpose === sent.purpose)
    const isSame = ({ text, sid }: SentCode) => text === message.code && sid === sent.sid
    if (before.some(isSame)) return
    const ref = `${sent.purpose} #${before.length}`
    seen.codes.push({ ref, purpose: sent.purpose, text: message.code, sid: sent.sid })
  }

  /** A code of a payment's or a change's, and whether it was right. */
  function noteVerdict({ path, text, status, answer, isHeard }: Told) {
    if (!isHeard) return
    const url = new URL(path, 'http://provider')
    const { pathname, searchParams } = url
    const said = /\/(verify|verification\/check|VerificationCheck)\b/.test(pathname)
      ? JSON.parse(answer)
      : {}
    const isPhoneCheck = pathname.endsWith('/phones/verification/check')
    const isRight =
      said.token === 'is valid' || said.status === 'approved' || (isPhoneCheck && status === 200)
    const isWrong =
      ['60020', '60022'].includes(said.error_code) || (status === 200 && said.status === 'pending')
    if (!isRight && !isWrong) return
    const sid = new URLSearchParams(text).get('VerificationSid')
    const action = searchParams.get('action')
    const checked = `+${searchParams.get('country_code')}${searchParams.get('phone_number')}`
    const purpose = action
      ? purposeOfAction('', action)
      : isPhoneCheck
        ? purposeOf.phone(checked)
        : (seen.codes.find((one) => one.sid === sid)?.purpose ?? '')
    const [, payer = seen.owners.get(purpose.split(' ').at(-1) ?? '') ?? proverOf(purpose)] =
      /^(\S+): \S* (?:leaves|lets in) /.exec(purpose) ?? []
    if (payer) seen.verdicts.push({ payer, isRight, at: world.now() })
  }

  /** Who is proving a number, if only one payer ever began to. */
  function proverOf(purpose: string): string | undefined {
    const all = changes().filter(({ number }) => purposeOf.phone(number) === purpose)
    const [payer, ...others] = new Set(all.map((one) => one.payer))
    return others.length === 0 ? payer : undefined
  }

  function sentBy({ method, path, text, status, answer }: Told) {
    if (status > 201) return undefined
    const url = new URL(path, 'http://provider')
    if (url.pathname.startsWith('/protected/json/sms/')) {
      const number = book.user(Number(url.pathname.split('/').at(-1)))?.number ?? ''
      const action = url.searchParams.get('action') ?? ''
      return { number, purpose: purposeOfAction(number, action), sid: undefined }
    }
    if (url.pathname.endsWith('/phones/verification/start')) {
      const { country_code, phone_number } = JSON.parse(text)
      const number = `+${country_code}${phone_number}`
      return { number, purpose: purposeOf.phone(number), sid: undefined }
    }
    if (method === 'POST' && url.pathname.endsWith('/Verifications')) {
      const form = new URLSearchParams(text)
      const number = form.get('To') ?? ''
      const { sid } = JSON.parse(answer)
      return { number, purpose: purposeOfPayee(number, form.get('Payee')), sid: String(sid) }
    }
    return undefined
  }

  function purposeOfAction(number: string, action: string): string {
    const change = changes().find(({ id }) => `change-phone:${id}` === action)
    const asked = asks().find((one) => linkOf(one, rules) === action)
    if (asked) return purposeOf.leave(asked.payer, number, action)
    return change
      ? purposeOf.change(change.payer, number, change)
      : purposeOf.payment(number, action)
  }

  function purposeOfPayee(number: string, payee: string | null): string {
    if (payee === null) return purposeOf.phone(number)
    const ends = (reference: string) => payee.endsWith(` ref ${reference}`)
    const change = changes().find(({ reference }) => ends(reference))
    if (change) return purposeOf.change(change.payer, number, change)
    const asked = asks().find(({ reference }) => ends(reference))
    if (asked) return purposeOf.leave(asked.payer, number, linkOf(asked, rules))
    const put = harness.store.calls
      .filter(({ operation }) => operation === 'PutItem')
      .map(({ text }) => JSON.parse(text).Item)
      .find(({ reference }) => ends(reference?.S))
    return purposeOf.payment(number, put?.payment_id.S ?? payee)
  }

  /** Every verification that was begun, as it was stored before anything was sent. */
  const changes = () =>
    harness.store.calls.flatMap(({ operation, text }) => {
      if (operation !== 'UpdateItem' || !text.includes('pending_reference')) return []
      const { Key, ExpressionAttributeValues: values } = JSON.parse(text)
      if (!values[':reference']) return []
      const [verificationId, number] = [values[':id'].S, values[':number'].S]
      return {
        payer: String(Key.user_id.S),
        verificationId,
        number,
        expiresAt: Date.parse(values[':expires_at'].S),
        signing: values[':signing']?.S as string | undefined,
        invited: values[':invited']?.S as string | undefined,
        reference: values[':reference'].S,
        id: changeIdOf({ verificationId, phone: apart(number) }),
      }
    })

  /** Every device that asked to be let in, as it was stored. */
  const asks = () =>
    harness.store.calls.flatMap(({ operation, text }) => {
      if (operation !== 'UpdateItem' || !text.includes('device_pending = :pending')) return []
      const { Key, ExpressionAttributeValues: values } = JSON.parse(text)
      const { id, invitation, reference, digits, signing } = values[':pending'].M
      return {
        payer: String(Key.user_id.S),
        id: String(id.S),
        invitation: String(invitation.S),
        reference: String(reference.S),
        digits: String(digits.S),
        signing: String(signing.S),
      }
    })

  const world = {
    harness,
    rules,
    lanes,
    race,
    seen,
    asks,
    /** When this sequence began. */
    began: 0,

    /** New people with new numbers, on another day; all that the model knows of them. */
    async begin(): Promise<Model> {
      sequences += 1
      harness.clock.set(new Date(NOON.getTime() + sequences * APART_MS))
      // One that was broken off has left something open, which a later sweep would come upon.
      if (!isClean) await harness.sweep()
      isClean = false
      harness.store.calls.length = 0
      harness.provider.calls.length = 0
      const first = sequences * NUMBERS_EACH
      const numbers = Array.from({ length: NUMBERS_EACH }, (_, i) => numberOf(first + i))
      const people = NAMES.map((name, i) => ({
        payerId: `${name}-${sequences}`,
        email: `${name}.${sequences}@example.com`,
        number: isPhoneless(i) ? '' : (numbers[Math.max(0, i - 1)] ?? ''),
      }))
      for (const number of numbers) book.setApp(number, true)
      Object.assign(seen, { people, numbers, codes: [], letters: [], entered: [], cancelled: [] })
      Object.assign(seen, nothingSeen())
      seen.verdicts = []
      world.began = harness.clock.now().getTime()
      seen.barred.clear()
      seen.owners = new Map(
        people.flatMap(({ payerId }) =>
          Array.from({ length: KEYS }, (_, key) => [paymentIdOf(payerId, keyOf(key)), payerId]),
        ),
      )
      seen.items.clear()
      await Promise.all(people.map(putPerson))
      return {
        rules,
        now: harness.clock.now().getTime(),
        payments: {},
        payers: Object.fromEntries(
          people.map(({ payerId, number }) => [
            payerId,
            {
              id: payerId,
              phone: { number, enrolled: number !== '' },
              goes: 0,
              locks: 0,
              devices: [],
            },
          ]),
        ),
        counters: {},
        codes: {},
        pushes: {},
        bare: [],
        barred: [],
        invitations: {},
        reminders: {},
      }
    },

    /** The sequence has come to its end, and all in it. */
    end() {
      isClean = true
    },

    now: () => harness.clock.now().getTime(),

    /** Press a button on a phone. The callback is kept, to be delivered whenever. */
    async press(uuid: string, answer: 'approved' | 'denied') {
      book.answer(uuid, answer)
      await harness.phone.settled()
      for (const sent of caught.splice(0)) {
        seen.letters.push({ uuid: JSON.parse(sent.text).uuid, sent })
      }
    },

    /** The model's name for a push: its payment's, and the how manyth. */
    pushRef(uuid: string): string {
      const push = book.push(uuid)
      if (!push) return uuid
      const id = push.hiddenDetails?.payment_id ?? ''
      const all = book.pushes(push.number).toReversed()
      const before = all
        .filter(({ hiddenDetails }) => hiddenDetails?.payment_id === id)
        .findIndex((one) => one.uuid === uuid)
      return `${id} #${before}`
    },

    /** The payment whose push shows this reference. */
    referenceOf(reference: string): string {
      const all = book.numbers().flatMap((number) => book.pushes(number))
      const push = all.find(({ details }) => details?.Reference === reference)
      return push?.hiddenDetails?.payment_id ?? reference
    },

    /** Those that this payer may know of, the newest last. */
    verificationsOf: (
      payerId: string,
    ): (Verification & {
      readonly verificationId: string
      readonly signing: string | undefined
      readonly invited: string | undefined
    })[] => changes().filter(({ payer }) => payer === payerId),

    /** Somebody's wrong codes in a row are forgotten, as after a right one. */
    rowBegins(payer: string) {
      seen.verdicts.push({ payer, isRight: true, at: world.now() })
    },

    codeRef: (sid: string): string => seen.codes.find((one) => one.sid === sid)?.ref ?? sid,

    /** Whose phone the provider means by an id. */
    numberOfId(providerPhoneId: string, payer: string): string {
      if (rules.provider !== 'twilioVerify')
        return book.user(Number(providerPhoneId))?.number ?? providerPhoneId
      return (
        seen.numbers.find((number) => ownId(payer, number) === providerPhoneId) ?? providerPhoneId
      )
    },

    authyIdOf: (number: string): number =>
      book.addUser(number, book.pushes(number)[0]?.email ?? 'nobody@example.com').authyId,

    /** A number as its owner is shown it. */
    numberOfMask: (mask: string): string =>
      seen.numbers.find((number) => `+1 ••••• ••${number.slice(-3)}` === mask) ?? mask,

    numberOfHash: (hash: string): string =>
      seen.numbers.find((number) => createHash('sha256').update(number).digest('hex') === hash) ??
      hash,

    verification: (sid: string) => book.verify.withSid(LOCAL_VERIFY.paymentsServiceSid, sid),

    /** The items of these keys, as they are. */
    async read(keys: Keys): Promise<{ payments: Item[]; users: Item[] }> {
      const asked = Object.entries(keys).filter(([, all]) => all.size > 0)
      if (asked.length === 0) return { payments: [], users: [] }
      const { Responses = {} } = await harness.documents.send(
        new BatchGetCommand({
          RequestItems: Object.fromEntries(
            asked.map(([table, all]) => [
              table,
              {
                ConsistentRead: true,
                Keys: [...all].map((key) => ({
                  [table === 'payments' ? 'payment_id' : 'user_id']: key,
                })),
              },
            ]),
          ),
        }),
      )
      return { payments: Responses.payments ?? [], users: Responses.users ?? [] }
    },

    /** What was written since the `from`th call. */
    written(from: number): Keys {
      const keys = { payments: new Set<string>(), users: new Set<string>() }
      for (const { operation, text } of harness.store.calls.slice(from)) {
        if (operation !== 'PutItem' && operation !== 'UpdateItem') continue
        const { TableName, Item, Key } = JSON.parse(text)
        const { payment_id, user_id } = Item ?? Key
        if (TableName === 'payments') keys.payments.add(payment_id.S)
        else keys.users.add(user_id.S)
      }
      return keys
    },

    async close() {
      close()
      await harness.close()
    },
  }
  return world

  /** The last of them, where a sign-in may add the first device; without a provider all but one, who has a number from before. */
  function isPhoneless(person: number) {
    if (rules.provider === 'none') return person > 0
    return rules.firstDevice === 'sign-in' && person === NAMES.length - 1
  }

  /** As registering leaves a person, which has its own commands. */
  async function putPerson({ payerId, email, number }: Person) {
    if (number === '') {
      const Item = { user_id: payerId, email }
      await harness.documents.send(new PutCommand({ TableName: 'users', Item }))
      return
    }
    const provider_phone_id =
      rules.provider !== 'twilioVerify'
        ? String(book.addUser(number, email).authyId)
        : await ownPhoneIds.enroll({ payerId, email }, apart(number))
    const Item = {
      user_id: payerId,
      email,
      phone_number: number,
      phone_country_code: '1',
      phone_verified_at: harness.clock.now().toISOString(),
      provider_phone_id,
    }
    await harness.documents.send(new PutCommand({ TableName: 'users', Item }))
  }
}

export type Keys = { readonly payments: Set<string>; readonly users: Set<string> }

const apart = (number: string) => ({ countryCode: '1', national: number.slice(2) })

/** The id that we make ourselves where the provider makes none. */
const ownId = (payer: string, number: string) =>
  `phone:${createHash('sha256').update(`${payer}\0${number}`).digest('base64url').slice(0, 22)}`

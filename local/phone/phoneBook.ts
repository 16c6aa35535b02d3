import { createHash } from 'node:crypto'
import { noFaults } from './faults.ts'
import { PhoneCodes, randomDigits } from './phoneCodes.ts'
import { type Asked, type Decision, newPush, type Push } from './phonePush.ts'
import { type Verification, Verifications } from './verifications.ts'

const SMS_CODE_DIGITS = 7
/** No action can have this name, so a code that verifies a phone is valid for nothing else. */
const VERIFICATION = 'verification'

/** A text or a call; `code` is null in a text without one (the link to install the app). */
export type Message = {
  readonly kind: 'text' | 'call'
  readonly code: string | null
  readonly words: string
  readonly at: Date
  readonly sequence: number
}

export type AuthyUser = {
  readonly authyId: number
  readonly number: string
  readonly registeredAt: Date
  email: string
  /** Authy's word: the user has entered a right code at least once. */
  confirmed: boolean
}

/** A phone's data that is kept across a restart. */
export type KnownPhone = {
  number: string
  hasApp: boolean
  isLandline: boolean
  user: AuthyUser | null
}

type Phone = KnownPhone & {
  pushes: Push[]
  messages: Message[]
  codes: PhoneCodes
}

export type BookOptions = {
  clock: () => Date
  /** Returns a code with this number of digits. */
  random?: (digits: number) => string
  /** Phones kept from an earlier run. */
  known?: readonly KnownPhone[]
  /** Called with every answer on a phone, so that a callback can be sent. */
  onAnswer?: (push: Push) => void
  /** Called when data that is kept across a restart has changed. */
  onKnown?: (phones: KnownPhone[]) => void
  /** Called after every change, so that the page can be updated. */
  onChange?: () => void
}

/**
 * The state of the pretend phones and of the Authy emulator behind them.
 *
 * It does no input or output: the options supply time and codes, and are called after changes. A phone's
 * key is its E.164 number (`+447700900123`).
 */
export class PhoneBook {
  readonly faults = noFaults()
  /** Twilio Verify's codes, which are separate from Authy's and sent to the same phones. */
  readonly verify: Verifications
  private readonly options: BookOptions
  private readonly random: (digits: number) => string
  private readonly byNumber = new Map<string, Phone>()
  private readonly byAuthyId = new Map<number, AuthyUser>()
  private readonly byUuid = new Map<string, Push>()
  private sequence = 0

  constructor(options: BookOptions) {
    this.options = options
    this.random = options.random ?? randomDigits
    this.verify = new Verifications(options.clock, this.random)
    for (const known of options.known ?? []) {
      this.byNumber.set(known.number, { ...blank(known.number), ...known })
      if (known.user) this.byAuthyId.set(known.user.authyId, known.user)
    }
  }

  /** Every number that was used in a request, newest first. */
  numbers(): string[] {
    return [...this.byNumber.keys()].reverse()
  }

  hasApp(number: string): boolean {
    return this.byNumber.get(number)?.hasApp ?? true
  }

  /** Install or remove the app: without it a push cannot be sent, and texts need no `force`. */
  setApp(number: string, hasApp: boolean): void {
    this.phone(number).hasApp = hasApp
    this.keep()
  }

  isLandline(number: string): boolean {
    return this.byNumber.get(number)?.isLandline ?? false
  }

  /** Twilio Verify can call a landline, but not text it. */
  setLandline(number: string, isLandline: boolean): void {
    this.phone(number).isLandline = isLandline
    this.keep()
  }

  /** Newest first, as are `messages` and `verifications`. */
  pushes(number: string): Push[] {
    return [...(this.byNumber.get(number)?.pushes ?? [])].reverse()
  }

  latestPush(number: string): Push | undefined {
    return this.byNumber.get(number)?.pushes.at(-1)
  }

  messages(number: string): Message[] {
    return [...(this.byNumber.get(number)?.messages ?? [])].reverse()
  }

  verifications(number: string): readonly Verification[] {
    return this.verify.of(number)
  }

  push(uuid: string): Push | undefined {
    return this.byUuid.get(uuid)
  }

  /** Press Approve or Deny. Throws if the push is unknown, answered or expired. */
  answer(uuid: string, decision: Decision): Push {
    const push = this.byUuid.get(uuid)
    if (!push) throw new Error(`no push ${uuid}`)
    if (push.status !== 'pending') throw new Error(`push ${uuid} is ${push.status}`)
    push.answer = { decision, at: this.options.clock() }
    this.options.onAnswer?.(push)
    this.changed()
    return push
  }

  /** The same number is always the same user; a new e-mail replaces the old one. */
  addUser(number: string, email: string): AuthyUser {
    const phone = this.phone(number)
    phone.user ??= {
      authyId: this.freeAuthyId(number),
      number,
      email,
      confirmed: false,
      registeredAt: this.options.clock(),
    }
    phone.user.email = email
    this.byAuthyId.set(phone.user.authyId, phone.user)
    this.keep()
    return phone.user
  }

  user(authyId: number): AuthyUser | undefined {
    return this.byAuthyId.get(authyId)
  }

  ask(user: AuthyUser, asked: Asked): Push {
    const push = newPush(user, asked, this.next(), this.options.clock)
    this.phone(user.number).pushes.push(push)
    this.byUuid.set(push.uuid, push)
    this.changed()
    return push
  }

  /** Text a code for this action only; while a code is valid, the same one is sent again. */
  sendSmsCode({ number }: AuthyUser, action: string | null, actionMessage: string | null): void {
    const phone = this.phone(number)
    const { code } = this.codeFor(phone, forAction(action), SMS_CODE_DIGITS)
    const words = `Your code is ${code}.`
    this.receive(number, 'text', code, actionMessage ? `${actionMessage}\n${words}` : words)
  }

  /** Spend a code. Like Authy, distinguish a code that was used before from a wrong one. */
  spendCode(user: AuthyUser, code: string, action: string | null): 'right' | 'used' | 'wrong' {
    const { codes } = this.phone(user.number)
    const verdict = codes.spend(forAction(action), code, this.options.clock())
    if (verdict === 'right') {
      user.confirmed = true
      this.keep()
    }
    return verdict === 'none' ? 'wrong' : verdict
  }

  textInstallLink(number: string): void {
    this.receive(number, 'text', null, 'Get the Authy app: https://authy.com/install')
  }

  /** Send a code that verifies a phone. Returns for how many whole seconds it is valid. */
  startVerification(number: string, kind: Message['kind'], digits: number): number {
    const phone = this.phone(number)
    const { code, secondsLeft } = this.codeFor(phone, VERIFICATION, digits)
    this.receive(number, kind, code, `${kind === 'call' ? 'Call: your' : 'Your'} code is ${code}.`)
    return secondsLeft
  }

  /** A right code ends the verification; a wrong one leaves it pending. */
  checkVerification(number: string, code: string): 'right' | 'wrong' | 'none' {
    const codes = this.byNumber.get(number)?.codes
    const verdict = codes?.spend(VERIFICATION, code, this.options.clock()) ?? 'none'
    return verdict === 'used' ? 'none' : verdict
  }

  /** A text or a call arrives. */
  receive(number: string, kind: Message['kind'], code: string | null, words: string): void {
    const at = this.options.clock()
    this.phone(number).messages.push({ kind, code, words, at, sequence: this.next() })
    this.changed()
  }

  /** Call the hook for changes. */
  changed(): void {
    this.options.onChange?.()
  }

  private codeFor(phone: Phone, purpose: string, digits: number) {
    return phone.codes.toSend(purpose, digits, this.options.clock(), this.random)
  }

  private phone(number: string): Phone {
    const known = this.byNumber.get(number)
    if (known) return known
    const phone = blank(number)
    this.byNumber.set(number, phone)
    return phone
  }

  /** Computed from the number, so that a restart without a file gives the same id; below 2^31 for Java clients. */
  private freeAuthyId(number: string): number {
    let id = (createHash('sha256').update(number).digest().readUInt32BE() & 0x3fffffff) + 1
    while (this.byAuthyId.has(id)) id += 1
    return id
  }

  private keep(): void {
    const phones = [...this.byNumber.values()]
    this.options.onKnown?.(
      phones.map(({ number, hasApp, isLandline, user }) => ({ number, hasApp, isLandline, user })),
    )
    this.changed()
  }

  private next(): number {
    this.sequence += 1
    return this.sequence
  }
}

const forAction = (action: string | null): string => `action ${action ?? ''}`

const blank = (number: string): Phone => ({
  number,
  hasApp: true,
  isLandline: false,
  user: null,
  pushes: [],
  messages: [],
  codes: new PhoneCodes(),
})

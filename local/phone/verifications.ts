import { randomBytes } from 'node:crypto'

/** Twilio's limits for one verification. Only Twilio's support can change its ten minutes. */
const SENDS_MAX = 5
const CHECKS_MAX = 5
const LIFE_MS = 10 * 60_000

export type Channel = 'sms' | 'call'

/** The purpose of a code. Amount and payee are null if the service is not in PSD2 mode. */
export type Purpose = {
  readonly serviceSid: string
  readonly number: string
  readonly amount: string | null
  readonly payee: string | null
}

export type SendAttempt = { readonly sid: string; readonly channel: Channel; readonly at: Date }

/** An id in Twilio's form: two letters for the kind, then random hex digits. */
export const newSid = (kind: string): string => `${kind}${randomBytes(16).toString('hex')}`

/** One code, for one purpose. Its status depends on the clock. */
export class Verification implements Purpose {
  readonly sid = newSid('VE')
  readonly serviceSid: string
  readonly number: string
  readonly amount: string | null
  readonly payee: string | null
  readonly code: string
  readonly createdAt: Date
  readonly attempts: SendAttempt[] = []
  updatedAt: Date
  /** The number of checks, right or wrong. */
  checks = 0
  private ended: 'approved' | 'canceled' | null = null
  private readonly clock: () => Date

  constructor({ serviceSid, number, amount, payee }: Purpose, code: string, clock: () => Date) {
    this.serviceSid = serviceSid
    this.number = number
    this.amount = amount
    this.payee = payee
    this.code = code
    this.clock = clock
    this.createdAt = clock()
    this.updatedAt = this.createdAt
  }

  get sends(): number {
    return this.attempts.length
  }

  get status(): 'pending' | 'approved' | 'canceled' | 'expired' | 'max_attempts_reached' {
    if (this.ended) return this.ended
    if (this.clock().getTime() >= this.createdAt.getTime() + LIFE_MS) return 'expired'
    return this.checks >= CHECKS_MAX ? 'max_attempts_reached' : 'pending'
  }

  /** A verification without checks left stays alive until it expires, and until then no new code is made. */
  get isAlive(): boolean {
    return this.status === 'pending' || this.status === 'max_attempts_reached'
  }

  isFor(purpose: Purpose): boolean {
    return (
      this.serviceSid === purpose.serviceSid &&
      this.number === purpose.number &&
      this.amount === purpose.amount &&
      this.payee === purpose.payee
    )
  }

  /** Count a send; false, and not counted, if the limit is reached. */
  send(channel: Channel): boolean {
    if (this.sends >= SENDS_MAX) return false
    this.updatedAt = this.clock()
    this.attempts.push({ sid: newSid('VL'), channel, at: this.updatedAt })
    return true
  }

  /** A right code approves, if a check is left to spend on it. */
  spendCheck(isRight: boolean): 'right' | 'wrong' | 'none left' {
    if (this.checks >= CHECKS_MAX) return 'none left'
    this.checks += 1
    this.updatedAt = this.clock()
    if (!isRight) return 'wrong'
    this.ended = 'approved'
    return 'right'
  }

  cancel(): void {
    this.ended = 'canceled'
    this.updatedAt = this.clock()
  }
}

/** All verifications since the start; at most one is alive for each purpose. */
export class Verifications {
  private readonly all: Verification[] = []
  private readonly clock: () => Date
  private readonly random: (digits: number) => string

  constructor(clock: () => Date, random: (digits: number) => string) {
    this.clock = clock
    this.random = random
  }

  /** The verifications of a phone, newest first. */
  of(number: string): Verification[] {
    return this.all.filter((one) => one.number === number).reverse()
  }

  withSid(serviceSid: string, sid: string): Verification | undefined {
    return this.all.find((one) => one.sid === sid && one.serviceSid === serviceSid)
  }

  alive(purpose: Purpose): Verification | undefined {
    return this.all.find((one) => one.isAlive && one.isFor(purpose))
  }

  /** The verification that is alive, so that its code is sent again, or a new one. */
  start(purpose: Purpose, digits: number): Verification {
    const alive = this.alive(purpose)
    if (alive) return alive
    const started = new Verification(purpose, this.random(digits), this.clock)
    this.all.push(started)
    return started
  }
}

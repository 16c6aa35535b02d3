import { randomInt } from 'node:crypto'

/** Twilio's Verify v1 keeps a code this long, and sends the same one again meanwhile. */
const CODE_LIFE_MS = 10 * 60_000

/** Random digits 0 to 9: `randomInt`'s upper bound is exclusive. */
export const randomDigits = (digits: number): string =>
  Array.from({ length: digits }, () => randomInt(10)).join('')

/** One phone's codes, each valid for one purpose, once, and for ten minutes. */
export class PhoneCodes {
  private sent: { purpose: string; code: string; expiresAt: Date; used: boolean }[] = []

  /** The code to send for a purpose: the one that is still valid, or a new one. */
  toSend(purpose: string, digits: number, now: Date, random: (digits: number) => string) {
    this.forget(now)
    let alive = this.sent.find((code) => code.purpose === purpose && !code.used)
    if (alive?.code.length !== digits) {
      this.sent = this.sent.filter((code) => code !== alive)
      const expiresAt = new Date(now.getTime() + CODE_LIFE_MS)
      alive = { purpose, code: random(digits), expiresAt, used: false }
      this.sent.push(alive)
    }
    const secondsLeft = Math.floor((alive.expiresAt.getTime() - now.getTime()) / 1000)
    return { code: alive.code, secondsLeft }
  }

  /** Use up a code. `none`: no code is waiting for this purpose. */
  spend(purpose: string, code: string, now: Date): 'right' | 'used' | 'wrong' | 'none' {
    this.forget(now)
    const waiting = this.sent.find((sent) => sent.purpose === purpose && !sent.used)
    if (waiting?.code === code) {
      waiting.used = true
      return 'right'
    }
    const used = this.sent.some((sent) => sent.purpose === purpose && sent.code === code)
    if (used) return 'used'
    return waiting ? 'wrong' : 'none'
  }

  private forget(now: Date): void {
    this.sent = this.sent.filter(({ expiresAt }) => now < expiresAt)
  }
}

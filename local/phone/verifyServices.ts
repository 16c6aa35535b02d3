import { newSid } from './verifications.ts'

/** A service's settings that have an effect here. */
export type ServiceSettings = {
  friendlyName: string
  codeLength: number
  psd2Enabled: boolean
  doNotShareWarningEnabled: boolean
}

export type VerifyService = Readonly<ServiceSettings> & {
  readonly sid: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The defaults of a new service at Twilio, as published by a user in March 2026. */
const DEFAULTS: Omit<ServiceSettings, 'friendlyName'> = {
  codeLength: 6,
  psd2Enabled: false,
  doNotShareWarningEnabled: false,
}

type Given = Pick<ServiceSettings, 'friendlyName'> & Partial<ServiceSettings>

/** The account's Verify services, in the order of their creation. New ones are lost at a restart. */
export class VerifyServices {
  private readonly bySid = new Map<string, VerifyService>()
  private readonly clock: () => Date

  constructor(clock: () => Date) {
    this.clock = clock
  }

  get(sid: string): VerifyService | undefined {
    return this.bySid.get(sid)
  }

  create(given: Given, sid: string = newSid('VA')): VerifyService {
    const now = this.clock()
    return this.put({ ...DEFAULTS, ...given, sid, createdAt: now, updatedAt: now })
  }

  update(service: VerifyService, given: Partial<ServiceSettings>): VerifyService {
    return this.put({ ...service, ...given, updatedAt: this.clock() })
  }

  remove({ sid }: VerifyService): void {
    this.bySid.delete(sid)
  }

  /** Up to `size` services after one of them, or from the start. Undefined if `after` does not exist. */
  page(size: number, after?: string) {
    const all = [...this.bySid.values()]
    const at = after === undefined ? -1 : all.findIndex(({ sid }) => sid === after)
    if (after !== undefined && at === -1) return undefined
    const services = all.slice(at + 1, at + 1 + size)
    return { services, isLast: at + 1 + size >= all.length }
  }

  private put(service: VerifyService): VerifyService {
    this.bySid.set(service.sid, service)
    return service
  }
}

import { newSid } from './verifications.ts'

/** What can be set of a service and matters here, or is at least shown again. */
export type ServiceSettings = {
  friendlyName: string
  codeLength: number
  lookupEnabled: boolean
  psd2Enabled: boolean
  skipSmsToLandlines: boolean
  dtmfInputRequired: boolean
  ttsName: string | null
  doNotShareWarningEnabled: boolean
  customCodeEnabled: boolean
  verifyEventSubscriptionEnabled: boolean
}

export type VerifyService = Readonly<ServiceSettings> & {
  readonly sid: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** As somebody published them who had read a new service at Twilio in March 2026. */
const DEFAULTS: Omit<ServiceSettings, 'friendlyName'> = {
  codeLength: 6,
  lookupEnabled: false,
  psd2Enabled: false,
  skipSmsToLandlines: false,
  dtmfInputRequired: true,
  ttsName: null,
  doNotShareWarningEnabled: false,
  customCodeEnabled: false,
  verifyEventSubscriptionEnabled: false,
}

type Given = Pick<ServiceSettings, 'friendlyName'> & Partial<ServiceSettings>

/** The account's Verify services, in the order in which they were made. A restart forgets new ones. */
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

  /**
   * So many services after one of them, before one, or from the start. Undefined when that one is not
   * there.
   */
  page(size: number, from?: { after: string } | { before: string }) {
    const all = [...this.bySid.values()]
    const at = (sid: string) => all.findIndex((service) => service.sid === sid)
    const mark = from && at('after' in from ? from.after : from.before)
    if (mark === -1) return undefined
    const isBefore = from && 'before' in from
    const start = mark === undefined ? 0 : isBefore ? Math.max(0, mark - size) : mark + 1
    const end = isBefore ? mark : start + size
    const services = all.slice(start, end)
    return { services, isFirst: start === 0, isLast: (end ?? 0) >= all.length }
  }

  private put(service: VerifyService): VerifyService {
    this.bySid.set(service.sid, service)
    return service
  }
}

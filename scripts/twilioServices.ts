/** The Verify services of a Twilio account, through the `twilio` package's own resource classes. */
import type { Client } from 'twilio/lib/base/BaseTwilio.js'
import domain from 'twilio/lib/base/Domain.js'
import version from 'twilio/lib/base/Version.js'
import { ServiceListInstance } from 'twilio/lib/rest/verify/v2/service.js'
import * as z from 'zod'
import { type Answered, askProvider, reasonOf } from '../functions/adapters/askProvider.ts'

/** A service with the settings that matter to Payfriend. */
export type Service = z.infer<typeof service>
export type ServiceSettings = Pick<
  Service,
  'friendlyName' | 'codeLength' | 'psd2Enabled' | 'doNotShareWarningEnabled'
>

/** A fault or refusal of Twilio, as one sentence for the owner who runs the script. */
export class TwilioFault extends Error {
  /** Twilio clearly refused the request; if false, the change may or may not have been made. */
  readonly isRefusal: boolean
  /** The answer's HTTP status, if there was one. */
  readonly status: number | undefined

  constructor(sentence: string, isRefusal: boolean, status?: number) {
    super(sentence)
    this.isRefusal = isRefusal
    this.status = status
  }
}

/** Longer than in the Lambdas, because no payer waits. */
const TIMEOUT_MS = 10_000
/** Small, so that a page stays far below the limit of an answer; no account has `PAGES_MAX` pages. */
const PAGE_SIZE = 20
const PAGES_MAX = 100

/** Every method throws `TwilioFault` unless Twilio's answer is a success. */
export function twilioServices(account: {
  readonly apiUrl: string
  readonly apiKey: string
  readonly apiSecret: string
}) {
  const { apiUrl, apiKey, apiSecret } = account
  const { origin } = new URL(apiUrl)
  const basic = Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')

  async function request({ uri, method, params, data, headers }: RequestOptions) {
    const url = new URL(uri)
    // Twilio's answer names the next page's address, but the key must not be sent to another origin.
    if (url.origin !== origin) throw new Error(`the next page is at ${url.origin}`)
    for (const [name, value] of Object.entries(params ?? {})) url.searchParams.set(name, `${value}`)
    const answered = await askProvider(
      url,
      {
        method: method.toUpperCase(),
        headers: { ...headers, authorization: `Basic ${basic}` },
        ...(data && { body: new URLSearchParams(data).toString() }),
      },
      TIMEOUT_MS,
    )
    if (answered.status >= 300) throw refusedWith(answered, apiUrl)
    return { statusCode: answered.status, body: object.parse(JSON.parse(answered.text)) }
  }

  const client = { request } as unknown as Client
  const api = new version.default(new domain.default(client, apiUrl), 'v2')
  const services = ServiceListInstance(api as Parameters<typeof ServiceListInstance>[0])

  async function clearly<T>(asking: () => Promise<T>): Promise<T> {
    try {
      return await asking()
    } catch (error) {
      if (error instanceof TwilioFault) throw error
      throw new TwilioFault(
        `Twilio gave no answer at ${apiUrl} that could be read (${reasonOf(error)}): check the address and the connection, and run this again.`,
        false,
      )
    }
  }
  const one = (asking: () => Promise<{ toJSON(): unknown }>) =>
    clearly(async () => service.parse((await asking()).toJSON()))

  return {
    list: (): Promise<Service[]> =>
      clearly(async () => {
        const found: Service[] = []
        let page = await services.page({ pageSize: PAGE_SIZE })
        for (let pages = 1; ; pages += 1) {
          found.push(...page.instances.map((instance) => service.parse(instance.toJSON())))
          const next = page.nextPage()
          if (!next) return found
          if (pages === PAGES_MAX) throw new Error('too many pages')
          page = (await next) as typeof page
        }
      }),

    read: (sid: string): Promise<Service> => one(() => services(sid).fetch()),

    create: (settings: Pick<ServiceSettings, 'friendlyName'> & Partial<ServiceSettings>) =>
      one(() => services.create(settings)),

    update: (sid: string, changes: Partial<ServiceSettings>) =>
      one(() => services(sid).update(changes)),
  }
}

type RequestOptions = {
  readonly uri: string
  readonly method: string
  readonly params?: Record<string, unknown>
  readonly data?: Record<string, string>
  readonly headers?: Record<string, string>
}

const object = z.looseObject({})
const service = z.object({
  sid: z.string().regex(/^VA[0-9a-f]{32}$/),
  accountSid: z.string(),
  friendlyName: z.string(),
  codeLength: z.number(),
  psd2Enabled: z.boolean(),
  doNotShareWarningEnabled: z.boolean(),
  defaultTemplateSid: z.string().nullish(),
})
const twilioError = z.object({ code: z.int(), message: z.string().max(500) })

function refusedWith({ status, headers, text }: Answered, apiUrl: string): TwilioFault {
  const error = twilioError.safeParse(parsed(text)).data
  const said = error ? `${status}, error ${error.code}: ${plain(error.message)}` : `${status}`
  if (status === 401) {
    return new TwilioFault(
      `Twilio refuses this key (${said}): check TWILIO_API_KEY and TWILIO_API_SECRET, that the key is of this region, and, if it is a restricted one, that it has the rights of Verify.`,
      false,
      status,
    )
  }
  if (status === 429) {
    const seconds = Number(headers['retry-after'])
    const again = seconds >= 1 ? `in ${seconds} seconds` : 'in a minute'
    return new TwilioFault(
      `Twilio takes no more requests now (${said}): try again ${again}.`,
      false,
      status,
    )
  }
  if (status >= 400 && status < 500 && error) {
    return new TwilioFault(`Twilio refused (${said}).`, true, status)
  }
  return new TwilioFault(
    `Twilio did not answer as it should at ${apiUrl} (${said}): nothing is wrong with your settings, so try again later.`,
    false,
    status,
  )
}

/** One line without a full stop at its end and without control characters. */
const plain = (text: string) => text.replace(/\p{C}+/gu, ' ').replace(/\.\s*$/, '')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

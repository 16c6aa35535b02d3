/** The Verify services of a Twilio account, through the `twilio` package's own resource classes. */
import type { Client } from 'twilio/lib/base/BaseTwilio.js'
import domain from 'twilio/lib/base/Domain.js'
import version from 'twilio/lib/base/Version.js'
import { ServiceListInstance } from 'twilio/lib/rest/verify/v2/service.js'
import * as z from 'zod'
import { type Answered, askProvider, reasonOf } from '../functions/adapters/askProvider.ts'

/** A service, as far as Payfriend cares how it is set. */
export type Service = z.infer<typeof service>
export type ServiceSettings = Pick<
  Service,
  'friendlyName' | 'codeLength' | 'psd2Enabled' | 'doNotShareWarningEnabled'
>

/** One plain sentence for whoever runs a script: what Twilio said to it. */
export class TwilioFault extends Error {
  /** A clear no to what was asked; otherwise nobody knows whether it was done. */
  readonly isRefusal: boolean
  /** Of the answer, if there was one. */
  readonly status: number | undefined

  constructor(sentence: string, isRefusal: boolean, status?: number) {
    super(sentence)
    this.isRefusal = isRefusal
    this.status = status
  }
}

/** A person waits here, not a payer. */
const TIMEOUT_MS = 10_000
/** So few that a page stays far below what an answer may be long; and no account has that many pages. */
const PAGE_SIZE = 20
const PAGES_MAX = 100

/** Every method throws `TwilioFault` for whatever is not a clear yes. */
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
    // The next page's address is Twilio's own word; the key still goes nowhere else.
    if (url.origin !== origin) throw new Error(`sent on to ${url.origin}`)
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
      `Twilio does not let this key in (${said}): check TWILIO_API_KEY and TWILIO_API_SECRET, that the key is of this region, and, if it is a restricted one, that it has the rights of Verify.`,
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

/** On one line, without a full stop and without what a terminal would obey. */
const plain = (text: string) => text.replace(/\p{C}+/gu, ' ').replace(/\.\s*$/, '')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

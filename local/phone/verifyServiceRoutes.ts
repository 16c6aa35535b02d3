import * as z from 'zod'
import { text, whole } from './requestParts.ts'
import type { VerifyCall } from './verifyApi.ts'
import { checked, invalid, isoSeconds, notFound, type VerifyAnswer } from './verifyRequest.ts'
import type { ServiceSettings, VerifyService } from './verifyServices.ts'

/** Twilio's documents say 32 in one place and 30 in another. */
const NAME_MAX = 32
const PAGE_SIZE = 50
const PAGE_SIZE_MAX = 1000

const bool = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional()

/** A name with five digits is refused too, by the same report as the defaults. */
const name = text.pipe(
  z
    .string()
    .min(1)
    .max(NAME_MAX)
    .refine((value) => value.replace(/[^0-9]/g, '').length < 5),
)

/** Settings for channels that are not played here (push, TOTP, passkeys, WhatsApp) are passed over. */
const changes = z.object({
  FriendlyName: name.optional(),
  CodeLength: whole.pipe(z.number().min(4).max(10)).optional(),
  LookupEnabled: bool,
  Psd2Enabled: bool,
  SkipSmsToLandlines: bool,
  DtmfInputRequired: bool,
  TtsName: text.optional(),
  DoNotShareWarningEnabled: bool,
  CustomCodeEnabled: bool,
  VerifyEventSubscriptionEnabled: bool,
})
const creation = changes.extend({ FriendlyName: name })

export function createService(call: VerifyCall): VerifyAnswer {
  const given = checked(creation, call.params)
  const settings = { ...settingsOf(given), friendlyName: given.FriendlyName }
  return { status: 201, body: serviceJson(call, call.services.create(settings)) }
}

export const readService = (call: VerifyCall): VerifyAnswer => ({
  status: 200,
  body: serviceJson(call, serviceOf(call)),
})

export function updateService(call: VerifyCall): VerifyAnswer {
  const service = serviceOf(call)
  const settings = settingsOf(checked(changes, call.params))
  return { status: 200, body: serviceJson(call, call.services.update(service, settings)) }
}

export function deleteService(call: VerifyCall): VerifyAnswer {
  call.services.remove(serviceOf(call))
  return { status: 204 }
}

const pageWanted = z.object({
  PageSize: whole
    .pipe(z.number().min(1))
    .transform((size) => Math.min(size, PAGE_SIZE_MAX))
    .default(PAGE_SIZE),
  // What a page's number says beside its token is only told back, as at Twilio.
  Page: whole.default(0),
  PageToken: z.templateLiteral(['P', z.enum(['A', 'B']), z.string()]).optional(),
})

export function listServices(call: VerifyCall): VerifyAnswer {
  const { PageSize: size, Page: number, PageToken: token } = checked(pageWanted, call.params)
  const mark = token?.slice(2) ?? ''
  const from = token && (token.startsWith('PA') ? { after: mark } : { before: mark })
  const page = call.services.page(size, from || undefined)
  if (!page) throw invalid('PageToken')
  const { services, isFirst, isLast } = page
  const url = (at: number, marked = '') =>
    `${call.baseUrl()}/v2/Services?PageSize=${size}&Page=${at}${marked && `&PageToken=${marked}`}`
  return {
    status: 200,
    body: {
      meta: {
        page: number,
        page_size: size,
        first_page_url: url(0),
        previous_page_url: isFirst ? null : url(Math.max(0, number - 1), `PB${services[0]?.sid}`),
        url: url(number, token),
        next_page_url: isLast ? null : url(number + 1, `PA${services.at(-1)?.sid}`),
        key: 'services',
      },
      services: services.map((service) => serviceJson(call, service)),
    },
  }
}

/** The service that the path names. */
export function serviceOf({ services, serviceSid, resource }: VerifyCall): VerifyService {
  const service = services.get(serviceSid)
  if (!service) throw notFound(resource)
  return service
}

/** Whether amount and payee bind a code now: support can have it switched off for the account. */
export const isPsd2 = ({ book }: VerifyCall, { psd2Enabled }: VerifyService): boolean =>
  psd2Enabled && !book.faults.psd2Off

function settingsOf(given: z.infer<typeof changes>): Partial<ServiceSettings> {
  const settings: { [name in keyof ServiceSettings]: ServiceSettings[name] | undefined } = {
    friendlyName: given.FriendlyName,
    codeLength: given.CodeLength,
    lookupEnabled: given.LookupEnabled,
    psd2Enabled: given.Psd2Enabled,
    skipSmsToLandlines: given.SkipSmsToLandlines,
    dtmfInputRequired: given.DtmfInputRequired,
    ttsName: given.TtsName,
    doNotShareWarningEnabled: given.DoNotShareWarningEnabled,
    customCodeEnabled: given.CustomCodeEnabled,
    verifyEventSubscriptionEnabled: given.VerifyEventSubscriptionEnabled,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function serviceJson(call: VerifyCall, service: VerifyService) {
  const url = `${call.baseUrl()}/v2/Services/${service.sid}`
  return {
    sid: service.sid,
    account_sid: call.accountSid,
    friendly_name: service.friendlyName,
    code_length: service.codeLength,
    lookup_enabled: service.lookupEnabled,
    psd2_enabled: isPsd2(call, service),
    skip_sms_to_landlines: service.skipSmsToLandlines,
    dtmf_input_required: service.dtmfInputRequired,
    tts_name: service.ttsName,
    do_not_share_warning_enabled: service.doNotShareWarningEnabled,
    custom_code_enabled: service.customCodeEnabled,
    push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
    totp: { issuer: service.friendlyName, time_step: 30, code_length: 6, skew: 1 },
    default_template_sid: null,
    whatsapp: { msg_service_sid: null, from: null },
    passkeys: {
      relying_party: { id: null, name: null, origins: null },
      authenticator_attachment: null,
      discoverable_credentials: null,
      user_verification: null,
    },
    verify_event_subscription_enabled: service.verifyEventSubscriptionEnabled,
    date_created: isoSeconds(service.createdAt),
    date_updated: isoSeconds(service.updatedAt),
    url,
    links: {
      verification_checks: `${url}/VerificationCheck`,
      verifications: `${url}/Verifications`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  }
}

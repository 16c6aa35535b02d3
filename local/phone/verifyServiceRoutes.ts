import * as z from 'zod'
import { text, whole } from './requestParts.ts'
import type { VerifyCall } from './verifyRequest.ts'
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

/** A name with five digits is refused too, by the same report that has the defaults. */
const name = text.pipe(
  z
    .string()
    .min(1)
    .max(NAME_MAX)
    .refine((value) => value.replace(/[^0-9]/g, '').length < 5),
)

/** Settings without an effect on this emulator (lookups, voices, push, TOTP, passkeys) are ignored. */
const changes = z.object({
  FriendlyName: name.optional(),
  CodeLength: whole.pipe(z.number().min(4).max(10)).optional(),
  Psd2Enabled: bool,
  DoNotShareWarningEnabled: bool,
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
  // As at Twilio, a page's number beside its token is only echoed.
  Page: whole.default(0),
  PageToken: z.templateLiteral(['PA', z.string()]).optional(),
})

export function listServices(call: VerifyCall): VerifyAnswer {
  const { PageSize: size, Page: number, PageToken: token } = checked(pageWanted, call.params)
  const page = call.services.page(size, token?.slice(2))
  if (!page) throw invalid('PageToken')
  const { services, isLast } = page
  const url = (at: number, marked = '') =>
    `${call.baseUrl()}/v2/Services?PageSize=${size}&Page=${at}${marked && `&PageToken=${marked}`}`
  return {
    status: 200,
    body: {
      meta: {
        page: number,
        page_size: size,
        first_page_url: url(0),
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

/** Whether codes are bound to amount and payee now: the fault `psd2Off` switches it off for the account. */
export const isPsd2 = ({ book }: VerifyCall, { psd2Enabled }: VerifyService): boolean =>
  psd2Enabled && !book.faults.psd2Off

function settingsOf(given: z.infer<typeof changes>): Partial<ServiceSettings> {
  const settings: { [name in keyof ServiceSettings]: ServiceSettings[name] | undefined } = {
    friendlyName: given.FriendlyName,
    codeLength: given.CodeLength,
    psd2Enabled: given.Psd2Enabled,
    doNotShareWarningEnabled: given.DoNotShareWarningEnabled,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** The fields of Twilio's answer that Payfriend or its scripts read. */
function serviceJson(call: VerifyCall, service: VerifyService) {
  return {
    sid: service.sid,
    account_sid: call.accountSid,
    friendly_name: service.friendlyName,
    code_length: service.codeLength,
    psd2_enabled: isPsd2(call, service),
    do_not_share_warning_enabled: service.doNotShareWarningEnabled,
    default_template_sid: null,
    date_created: isoSeconds(service.createdAt),
    date_updated: isoSeconds(service.updatedAt),
    url: `${call.baseUrl()}/v2/Services/${service.sid}`,
  }
}

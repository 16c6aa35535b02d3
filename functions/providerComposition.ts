/** The composition root's second half: the provider's ports, and the owner's switches. */
import type { ProviderFault } from './adapters/askProvider.ts'
import { authy } from './adapters/authy/authy.ts'
import { authyKeyFrom, switchesFrom, twilioKeyFrom } from './adapters/aws/providerSecret.ts'
import { noCodes, noPhoneIds, noPhones } from './adapters/noProvider.ts'
import {
  authySettings,
  deviceSettings,
  type Env,
  providerSettings,
  publicSettings,
  switchSettings,
  verifyPhonesSettings,
  verifySettings,
} from './adapters/settings.ts'
import { ownPhoneIds } from './adapters/twilioVerify/phoneIds.ts'
import { verifyCodes, verifyPhones } from './adapters/twilioVerify/twilioVerify.ts'
import { payments, type World } from './composition.ts'
import { deviceStart } from './core/channels/device.ts'
import { pushStart, pushSweep } from './core/channels/push.ts'
import type { DenialPorts } from './core/channels/pushPause.ts'
import { smsCodeEnd, smsCodeStart } from './core/channels/smsCode.ts'
import type { DeviceRules } from './core/device.ts'
import type {
  ChannelEnds,
  ChannelStarts,
  ChannelSweeps,
  Codes,
  PaymentStore,
  PhoneIds,
  Phones,
  Push,
  Switches,
} from './core/ports.ts'
import { countedCodes, countedPhones, countedSwitches } from './counting.ts'
import { readEarly } from './earlyReads.ts'
import { count, logger, measure } from './observe.ts'

/**
 * The provider and, for one deployment after a change, the former one (or `none`), by the settings `PROVIDER` and
 * `FORMER_PROVIDER`, on a laptop. A bundle is built for its providers: the bundler replaces `BUNDLED_PROVIDER` and
 * `BUNDLED_FORMER_PROVIDER` by their names. Each place repeats the comparison, because only then does the bundler drop
 * the other providers' code.
 */
const chosen = ({ env }: World) => providerSettings(env).PROVIDER
const former = ({ env }: World) => providerSettings(env).FORMER_PROVIDER ?? 'none'

/** Whether this deployment's provider sends codes by text. */
const hasTexts = (world: World): boolean =>
  (process.env.BUNDLED_PROVIDER ?? chosen(world)) !== 'none'

/** The deployment's rules on devices, and whether texts are another way. */
export function deviceRules(world: World): DeviceRules {
  const settings = deviceSettings(world.env)
  return {
    firstDevice: settings.FIRST_DEVICE,
    waitHours: settings.DEVICE_WAIT_HOURS,
    textsBesideDevice: settings.TEXTS_BESIDE_DEVICE,
    hasTexts: hasTexts(world),
  }
}

/** Undefined but with Authy: with Twilio Verify an app made by the owner would be needed. */
const push = (world: World): Push | undefined =>
  (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'authy' ? authyOf(world) : undefined

export const phoneIds = (world: World): PhoneIds =>
  (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'none'
    ? noPhoneIds
    : (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
      ? ownPhoneIds
      : authyOf(world)

/** The codes of the deployment's provider, for what starts now. */
export const codes = (world: World): Codes =>
  countedCodes(
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'none'
      ? noCodes
      : (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
        ? verifyCodes(verifyPayments(world))
        : authyOf(world),
  )

export const phones = (world: World): Phones =>
  countedPhones(
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'none'
      ? noPhones
      : (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
        ? verifyPhones({
            ...verifyPayments(world),
            serviceSid: verifyPhonesSettings(world.env).VERIFY_PHONES_SERVICE,
          })
        : authyOf(world),
  )

/** Finds the codes of a payment. */
type CodesOf = (payerId: string, paymentId: string) => Promise<Codes>

/** The codes of an open payment: of the provider for whose phone it was started, which may be the former one. */
export const codesOf = (world: World): CodesOf =>
  (process.env.BUNDLED_FORMER_PROVIDER ?? former(world)) === 'none'
    ? always(codes(world))
    : codesByPhone(world)

const always = (current: Codes) => async () => current

/** The payment is read for this only while there is a former provider. */
function codesByPhone(world: World): CodesOf {
  const [current, store] = [codes(world), payments(world)]
  const { gave } = formerPhoneIds(world)
  const ofFormer = countedCodes(
    (process.env.BUNDLED_FORMER_PROVIDER ?? former(world)) === 'twilioVerify'
      ? verifyCodes(verifyPayments(world))
      : authyOf(world),
  )
  return async (payerId, paymentId) => {
    const phoneId = (await store.get(payerId, paymentId))?.providerPhoneId
    return phoneId !== undefined && gave(phoneId) ? ofFormer : current
  }
}

const formerPhoneIds = (world: World): PhoneIds =>
  (process.env.BUNDLED_FORMER_PROVIDER ?? former(world)) === 'twilioVerify'
    ? ownPhoneIds
    : authyOf(world)

/** Each channel's part in the start of a payment. */
export const channelStarts = (
  world: World,
  ports: {
    readonly payments: PaymentStore
    readonly onPushFault: (paymentId: string, fault: unknown) => void
    /** Makes each payment's signed document unique. */
    readonly newNonce: () => string
  },
): ChannelStarts => ({
  push: pushStart({ ...ports, push: push(world), clock: world.clock }),
  sms: smsCodeStart,
  device: deviceStart(ports.newNonce),
})

/** Each channel's part in the sweep; none for `sms` and `device`, whose answers arrive in the payer's own request. */
export function channelSweeps(
  world: World,
  ports: DenialPorts & { readonly payments: PaymentStore },
): ChannelSweeps {
  return {
    push:
      (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'authy' ||
      (process.env.BUNDLED_FORMER_PROVIDER ?? former(world)) === 'authy'
        ? pushSweep({ ...ports, push: authyOf(world) })
        : undefined,
    sms: undefined,
    device: undefined,
  }
}

/** How each channel ends a payment's code: at Twilio by a call. Authy can end neither a push nor a code. */
export const channelEnds = (world: World): ChannelEnds => ({
  push: undefined,
  sms:
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify' ||
    (process.env.BUNDLED_FORMER_PROVIDER ?? former(world)) === 'twilioVerify'
      ? smsCodeEnd(verifyCodes(verifyPayments(world)))
      : undefined,
  device: undefined,
})

function verifyPayments(world: World) {
  const { VERIFY_API_URL, VERIFY_PAYMENTS_SERVICE, ...given } = verifySettings(world.env)
  const key = async (fresh: boolean) =>
    'key' in given ? given.key : twilioKeyFrom(given.secretId, fresh)
  readEarly(world, 'twilioVerify', () => key(false))
  return {
    apiUrl: VERIFY_API_URL,
    serviceSid: VERIFY_PAYMENTS_SERVICE,
    key,
    onFault: onProviderFault,
    onCall: onProviderCall,
  }
}

/** The owner's switches: from their secret or, on a laptop, from the environment. */
export function switches(world: World): Switches {
  const { SWITCHES_SECRET_ID, SMS_OFF, PAYMENTS_OFF } = switchSettings(world.env)
  const read = async () =>
    SWITCHES_SECRET_ID === undefined
      ? { smsOff: SMS_OFF, paymentsOff: PAYMENTS_OFF }
      : switchesFrom(SWITCHES_SECRET_ID)
  if (SWITCHES_SECRET_ID !== undefined) readEarly(world, SWITCHES_SECRET_ID, read)
  return countedSwitches({
    smsOff: async () => (await read()).smsOff,
    paymentsOff: async () => (await read()).paymentsOff,
  })
}

/** Authy's adapter for push, codes and phones. */
function authyOf(world: World) {
  const { AUTHY_API_URL, LOGO_URL } = authySettings(world.env)
  const apiKey = authyKey(world.env)
  readEarly(world, 'authy', () => apiKey(false))
  return authy({
    apiUrl: AUTHY_API_URL,
    apiKey,
    logoUrl: LOGO_URL,
    onFault: onProviderFault,
    onCall: onProviderCall,
  })
}

/** The callback's address as configured at the provider, and the key that signs callbacks. */
export const callbackSignature = ({ env }: World) => ({
  url: `${publicSettings(env).PUBLIC_URL}/payments/callback`,
  apiKey: authyKey(env),
})

function authyKey(env: Env): (fresh: boolean) => Promise<string | undefined> {
  const { AUTHY_API_KEY, AUTHY_SECRET_ID } = authySettings(env)
  if (AUTHY_SECRET_ID) return (fresh) => authyKeyFrom(AUTHY_SECRET_ID, fresh)
  return async () => AUTHY_API_KEY
}

const onProviderCall = (ms: number) => measure('ProviderMs', ms)

function onProviderFault(fault: ProviderFault) {
  count('ProviderFault')
  logger.warn('ProviderFault', { ...fault })
}

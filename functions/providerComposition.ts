/** The composition root's second half: the provider's ports, and the switches stored beside its key. */
import type { ProviderFault } from './adapters/askProvider.ts'
import { authy } from './adapters/authy/authy.ts'
import { authyKeyFrom, switchesFrom, twilioKeyFrom } from './adapters/aws/providerSecret.ts'
import {
  authySettings,
  type Env,
  providerSettings,
  publicSettings,
  switchSettings,
  verifyKeySettings,
  verifyPhonesSettings,
  verifySettings,
} from './adapters/settings.ts'
import { ownPhoneIds } from './adapters/twilioVerify/phoneIds.ts'
import { verifyCodes, verifyPhones } from './adapters/twilioVerify/twilioVerify.ts'
import type { World } from './composition.ts'
import { deviceStart } from './core/channels/device.ts'
import { pushStart, pushSweep } from './core/channels/push.ts'
import type { DenialPorts } from './core/channels/pushPause.ts'
import { smsCodeEnd, smsCodeStart } from './core/channels/smsCode.ts'
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
import { count, logger, measure } from './observe.ts'

/**
 * The provider by the setting `PROVIDER`, on a laptop. A bundle is built for one provider: the bundler replaces
 * `BUNDLED_PROVIDER` by its name. Each place repeats the comparison, because only then does the bundler drop the other
 * provider's code.
 */
const chosen = ({ env }: World) => providerSettings(env).PROVIDER

/** Undefined with Twilio Verify, whose push needs an app made by the owner. */
const push = (world: World): Push | undefined =>
  (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify' ? undefined : authyOf(world)

export const phoneIds = (world: World): PhoneIds =>
  (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify' ? ownPhoneIds : authyOf(world)

export const codes = (world: World): Codes =>
  countedCodes(
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
      ? verifyCodes(verifyPayments(world))
      : authyOf(world),
  )

export const phones = (world: World): Phones =>
  countedPhones(
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
      ? verifyPhones({
          ...verifyPayments(world),
          serviceSid: verifyPhonesSettings(world.env).VERIFY_PHONES_SERVICE,
        })
      : authyOf(world),
  )

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
  const provider = push(world)
  return {
    push: provider && pushSweep({ ...ports, push: provider }),
    sms: undefined,
    device: undefined,
  }
}

/** How each channel ends a payment's code: at Twilio by a call. Authy can end neither a push nor a code. */
export const channelEnds = (world: World): ChannelEnds => ({
  push: undefined,
  sms:
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
      ? smsCodeEnd(verifyCodes(verifyPayments(world)))
      : undefined,
  device: undefined,
})

function verifyPayments({ env }: World) {
  const { VERIFY_API_URL, VERIFY_PAYMENTS_SERVICE, ...given } = verifySettings(env)
  return {
    apiUrl: VERIFY_API_URL,
    serviceSid: VERIFY_PAYMENTS_SERVICE,
    key: async (fresh: boolean) =>
      'key' in given ? given.key : twilioKeyFrom(given.secretId, fresh),
    onFault: onProviderFault,
    onCall: onProviderCall,
  }
}

/** The owner's switches: from the secret with the key or, on a laptop, from the environment. */
export function switches(world: World): Switches {
  const secretId = secretOf(world)
  const here = switchSettings(world.env)
  const read = async () =>
    secretId === undefined
      ? { smsOff: here.SMS_OFF, paymentsOff: here.PAYMENTS_OFF }
      : switchesFrom(secretId)
  return countedSwitches({
    smsOff: async () => (await read()).smsOff,
    paymentsOff: async () => (await read()).paymentsOff,
  })
}

function secretOf(world: World): string | undefined {
  if ((process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify') {
    const given = verifyKeySettings(world.env)
    return 'secretId' in given ? given.secretId : undefined
  }
  return authySettings(world.env).AUTHY_SECRET_ID
}

/** Authy's adapter for push, codes and phones. */
function authyOf({ env }: World) {
  const { AUTHY_API_URL, LOGO_URL } = authySettings(env)
  return authy({
    apiUrl: AUTHY_API_URL,
    apiKey: authyKey(env),
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

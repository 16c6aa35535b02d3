/** The composition root's other half: what is the provider's to do, and what stands beside its key. */
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
 * A bundle is made for one provider, and the bundler writes its name where `BUNDLED_PROVIDER` stands: at
 * each place, because only so does it see that the other's code is never reached. A laptop chooses.
 */
const chosen = ({ env }: World) => providerSettings(env).PROVIDER

/** None with Twilio Verify: its push needs an app of the owner's own. */
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
  },
): ChannelStarts => ({
  push: pushStart({ ...ports, push: push(world), clock: world.clock }),
  sms: smsCodeStart,
})

/** Each channel's part in the sweep; a code's answer comes with the payer's own request and is never lost. */
export function channelSweeps(
  world: World,
  ports: DenialPorts & { readonly payments: PaymentStore },
): ChannelSweeps {
  const provider = push(world)
  return {
    push: provider && pushSweep({ ...ports, push: provider }),
    sms: undefined,
  }
}

/** What ends on each channel with a payment: a code at Twilio. At Authy neither push nor code can be ended. */
export const channelEnds = (world: World): ChannelEnds => ({
  push: undefined,
  sms:
    (process.env.BUNDLED_PROVIDER ?? chosen(world)) === 'twilioVerify'
      ? smsCodeEnd(verifyCodes(verifyPayments(world)))
      : undefined,
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

/** What the owner has stopped: told by the secret that has the key or, on a laptop, by the environment. */
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

/** Push, codes and phones, all carried by Authy. */
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

/** Where the callback is, as the provider was told, and the key that it signs with. */
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

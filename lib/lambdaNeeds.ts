/** Which Lambda is given which part of the settings, by the providers of its stage. */
import type { Carriers, LambdaName, Provider, TextProvider } from '../functions/routes.ts'

/** A part of the settings; each is given only to the Lambdas that read it. */
export type Need =
  | TextProvider
  | 'switches'
  | 'phones'
  | 'logo'
  | 'callback'
  | 'payment'
  | 'limits'
  | 'countries'
  | 'devices'
  | 'sessions'
  | 'push'
  | 'site'

type Needs = { readonly [Name in LambdaName]?: readonly Need[] }

/** The settings that each Lambda needs with every provider; a Lambda that is not named needs none. */
const NEEDS: Needs = {
  sendPayment: ['switches', 'payment', 'limits', 'devices'],
  smsStart: ['switches', 'limits', 'devices'],
  smsVerify: ['devices'],
  profile: ['devices'],
  phoneStart: ['switches', 'limits', 'countries'],
  phoneVerify: ['sessions', 'devices'],
  endSessions: ['sessions'],
  deviceInvite: ['devices'],
  deviceEnrol: ['site', 'devices'],
  deviceLeave: ['switches', 'limits', 'devices'],
  deviceConfirm: ['devices'],
  deviceRemove: ['devices'],
  listApprovals: ['site', 'devices'],
  decideApproval: ['site', 'devices'],
  devicePush: ['site', 'devices', 'push'],
  ringDevices: ['site', 'devices', 'push'],
}

/** What they need of their provider besides. */
const OF_PROVIDER: Record<Provider, Needs> = {
  authy: {
    sendPayment: ['authy', 'logo'],
    smsStart: ['authy'],
    smsVerify: ['authy'],
    authyCallback: ['authy', 'callback'],
    phoneStart: ['authy'],
    phoneVerify: ['authy'],
    deviceLeave: ['authy'],
    deviceConfirm: ['authy'],
    sweepPayments: ['authy'],
  },
  // No push, so starting a payment does not call the provider. A cancelled payment's code is ended at the provider.
  twilioVerify: {
    cancelPayment: ['twilioVerify'],
    smsStart: ['twilioVerify'],
    smsVerify: ['twilioVerify'],
    phoneStart: ['twilioVerify', 'phones'],
    phoneVerify: ['twilioVerify', 'phones'],
    deviceLeave: ['twilioVerify'],
    deviceConfirm: ['twilioVerify'],
    sweepPayments: ['twilioVerify'],
  },
  none: {},
}

/** What they need of the former provider, so that open payments end as they were started. */
const OF_FORMER: Record<TextProvider, Needs> = {
  authy: {
    smsStart: ['authy'],
    smsVerify: ['authy'],
    authyCallback: ['authy', 'callback'],
    sweepPayments: ['authy'],
  },
  twilioVerify: {
    cancelPayment: ['twilioVerify'],
    smsStart: ['twilioVerify'],
    smsVerify: ['twilioVerify'],
    sweepPayments: ['twilioVerify'],
  },
}

/** What a Lambda needs of the settings, each part once. */
export function needsOf(name: LambdaName, { provider, formerProvider }: Carriers): readonly Need[] {
  const all = [
    NEEDS[name],
    OF_PROVIDER[provider][name],
    formerProvider && OF_FORMER[formerProvider][name],
  ]
  return [...new Set(all.flatMap((needs) => needs ?? []))]
}

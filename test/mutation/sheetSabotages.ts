/** The browser's own sheet of a payment: each comparison left out. */
import type { Sabotage } from './sabotages.ts'

const CORE = 'functions/core'
const sabotage =
  (file: string, caughtBy: readonly string[]) =>
  (name: string, from: string, to: string): Sabotage => ({
    name: `sheet: ${name}`,
    file,
    from,
    to,
    caughtBy,
  })
const sheet = sabotage(`${CORE}/paymentConfirmation.ts`, ['test/core/paymentConfirmation.test.ts'])
const passkey = sabotage(`${CORE}/webauthn.ts`, ['test/core/paymentConfirmation.test.ts'])
const channel = sabotage(`${CORE}/channels/device.ts`, ['test/handlers/paymentSheet.test.ts'])
const evidence = sabotage('scripts/evidence/deviceCheck.ts', [
  'test/scripts/evidence/deviceCheck.test.ts',
])

/** Every one is to be caught. */
export const sheetSabotages: readonly Sabotage[] = [
  sheet('of any host', '|| shown.rpId !== rpId ||', '||'),
  sheet('of any page', '|| shown.topOrigin !== origin)', ')'),
  sheet('of any payee', "if (shown.payeeName !== payeeName) return 'payee'", ''),
  sheet('with an origin as payee', "if (shown.payeeOrigin !== undefined) return 'payee'", ''),
  sheet('of any amount', 'sum?.value !== total.value ||', '!sum ||'),
  sheet('of any currency', '|| sum.currency !== total.currency', ''),
  sheet(
    'of any reference',
    'if (means?.displayName !== instrument.displayName)',
    'if (!means?.displayName)',
  ),
  sheet('with any picture', '!isNothing(means.icon) && means.icon !== instrument.icon', 'false'),
  sheet('with any details', "if (!isNothing(means.details)) return 'instrument'", ''),
  sheet('with any logos', 'logos !== undefined && !(', 'false && !('),
  passkey(
    'not compared',
    "sheet && type === 'payment.get' && sheetFlawOf(clientData.payment, sheet, site)",
    'undefined',
  ),
  passkey('a yes to anything', "sheet ? typeOf(clientData) : 'webauthn.get'", 'typeOf(clientData)'),
  channel('not told in the evidence', 'ceremonyOf(assertion)', "'webauthn.get'"),
  channel('not taken', 'ports.site, crypto, sheet)', 'ports.site, crypto)'),
  evidence('not verified offline', 'site, webauthnCrypto, sheet)', 'site, webauthnCrypto)'),
  evidence('of another type than is stored', 'ua_type !== ceremonyOf(assertion)', 'ua_type === ""'),
]

/** What a device puts into a request, and what a hostile one makes of it: proofs, passkeys and signatures. */
import type { SignedAs } from '../../functions/core/signing.ts'
import { newSubscription, subscriptionJson } from '../../local/phone/pushService.ts'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'
import { signedBytes } from '../harness/devices.ts'
import { browserOf, filled, type Place } from './filling.ts'
import type { Ask, Header } from './moves.ts'

export const BAD_PROOFS = [
  ...['missing', 'empty', 'garbage', 'cut', 'long', 'twice'],
  ...['old', 'later', 'other method', 'other route', 'other body', 'other type', 'no algorithm'],
  ...['own key', 'of another', 'of another kid', 'of nobody'],
] as const
export type Proof = 'good' | (typeof BAD_PROOFS)[number]

/** The header of a device's request. */
export function proofOf(
  { proof, operation, browser }: Ask,
  place: Place,
  { method, target, body }: { readonly method: string; readonly target: string; body: Buffer },
): Header[] {
  if (proof === 'missing') return []
  const { running, who } = place
  const own = browserOf({ ...place, browser })
  const { phone } = own
  const isFirst = operation === 'deviceEnrol'
  const kid = isFirst
    ? phone.thumbprint
    : (own.kid ?? `${running.person(who).payerId}.${phone.thumbprint}`)
  const other = running.person(who + 1)
  const seconds = Math.floor(running.clock.now().getTime() / 1000)
  const order = { method, url: `${running.siteUrl}${target.replace(/\?.*$/s, '')}`, kid }
  const text = String(body)
  const made = (more: object = {}) => phone.proof({ ...order, body: text, ...more })
  const stranger = () =>
    softwarePhone({ origin: running.siteUrl, rpId: 'localhost', clock: running.clock.now })
  const values: Readonly<Record<Exclude<Proof, 'missing'>, () => string[]>> = {
    good: () => [made()],
    empty: () => [''],
    garbage: () => ['eyJhbGciOiJFUzI1NiJ9.e30.AAAA'],
    cut: () => [made().slice(0, -1)],
    long: () => [`${made()}${'A'.repeat(1024)}`],
    twice: () => [made(), made()],
    old: () => [made({ claims: { iat: seconds - 61 } })],
    later: () => [made({ claims: { iat: seconds + 61 } })],
    'other method': () => [made({ method: 'PUT' })],
    'other route': () => [made({ url: `${order.url}x` })],
    'other body': () => [made({ body: `${text} ` })],
    'other type': () => [made({ header: { typ: 'dpop+jwt' } })],
    'no algorithm': () => [made({ header: { alg: 'none' } })],
    'own key': () => [made({ header: { jwk: phone.jwk } })],
    'of another': () => [stranger().proof({ ...order, body: text })],
    'of another kid': () => [made({ kid: `${other.payerId}.${phone.thumbprint}` })],
    'of nobody': () => [made({ kid: `nobody.${stranger().thumbprint}` })],
  }
  return values[proof]().map((value): Header => ['device-proof', value])
}

type DeviceBody = (ask: Asking, place: Place) => object
type Asking = Pick<Ask, 'who' | 'browser' | 'payment'>

/** Bodies that only a browser with keys can make, by their names. */
export const deviceBodies: ReadonlyMap<string, DeviceBody> = new Map(
  Object.entries<DeviceBody>({
    '<enrolment>': (ask, place) => enrolment(ask, place, place.running.person(ask.who).invitation),
    "<another's enrolment>": (ask, place) =>
      enrolment(ask, place, place.running.person(ask.who + 1).invitation),
    '<passkey of another site>': (ask, place) =>
      enrolment(ask, place, place.running.person(ask.who).invitation, { rpId: 'evil.example' }),
    '<yes>': (ask, place) => yes(ask, place),
    '<unverified yes>': (ask, place) => yes(ask, place, { flags: 0x19 }),
    '<yes elsewhere>': (ask, place) => yes(ask, place, { rpId: 'evil.example' }),
    "<another's yes>": (ask, place) => ({
      ...yes({ ...ask, browser: ask.browser + 1 }, place),
    }),
    '<no>': (ask, place) => ({
      answer: 'deny',
      signed: challengeOf(ask, place, ask.payment === 'older' ? 'refuseDevice' : 'deny'),
      reason: 'not_me',
    }),
    '<subscription>': (_, { running }) => ({ subscription: subscriptionAt(running.phone.url) }),
    '<subscription elsewhere>': () => ({
      subscription: subscriptionAt('https://fcm.googleapis.com.evil.example'),
    }),
  }),
)

/** Of a browser that nobody knows: what is sent there is answered with 404. */
const subscriptionAt = (url: string) => subscriptionJson(newSubscription(''), url)

const enrolment = ({ browser }: Asking, place: Place, code = 'AAAAAAAAAA', fault = {}) => {
  const { phone } = browserOf({ ...place, browser })
  const credential = phone.create(signedBytes('add', code), fault)
  return { code, name: 'A phone', key: phone.jwk, credential }
}

const YES_AS: Readonly<Record<string, SignedAs>> = { older: 'device', unknown: 'remove' }

const yes = (ask: Asking, place: Place, fault = {}) => ({
  answer: 'approve',
  assertion: browserOf({ ...place, browser: ask.browser }).phone.get(
    challengeOf(ask, place, YES_AS[String(ask.payment)] ?? 'approve'),
    fault,
  ),
})

/** Over the document that the person's devices were last shown of what the ask is about. */
function challengeOf({ payment, who, browser }: Asking, place: Place, as: SignedAs): string {
  const ids: Readonly<Record<string, string>> = {
    newest: 'payment.<newest>',
    older: 'device.<other device>',
    unknown: 'removal',
  }
  const id = filled(ids[String(payment)] ?? '', { ...place, browser })
  return signedBytes(as, place.running.person(who).signing.get(id) ?? '')
}

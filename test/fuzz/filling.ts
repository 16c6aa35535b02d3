/** What stands for something that only the run knows: `<right>`, `<new number>`, `<newest>`, `<key 1>`. */
import { createHash } from 'node:crypto'
import { otherThan } from '../harness/harness.ts'
import type { Browser, Person, Running } from './running.ts'

/** What one person did and saw in one scenario. */
export type Seen = { readonly payments: string[]; cursor: string }

export type Place = {
  readonly running: Running
  readonly who: number
  /** Each person's. */
  readonly seen: readonly Seen[]
  /** Which of the person's browsers an ask is about. */
  readonly browser?: number
  /** Another for each scenario, so that no key is used twice. */
  readonly scenario: string
}

/** The text with everything filled in that stands for something. */
export function filled(text: string, place: Place): string {
  return text.replace(/<([a-z][^<>]{1,24})>/g, (whole, name: string) => {
    const [, n] = /^key (\d+)$/.exec(name) ?? []
    if (n) return `${place.scenario}-${n}`
    return FILLINGS[name]?.(place) ?? whole
  })
}

const UNKNOWN_ID = 'A'.repeat(22)

const FILLINGS: Readonly<Record<string, (place: Place) => string>> = {
  verification: (place) => me(place).verificationId ?? UNKNOWN_ID,
  "another's verification": (place) => them(place).verificationId ?? UNKNOWN_ID,
  right: (place) => codeOn(place, me(place).number),
  wrong: (place) => otherThan(codeOn(place, me(place).pending ?? me(place).number)),
  new: (place) => codeOn(place, me(place).pending),
  "another's": (place) => codeOn(place, them(place).number),
  number: (place) => me(place).number ?? me(place).pending ?? '',
  "another's number": (place) => them(place).number ?? '',
  'new number': ({ running }) => running.nextNumber(),
  sub: (place) => them(place).payerId,
  newest: ({ seen, who }) => seen[who]?.payments.at(-1) ?? UNKNOWN_ID,
  older: ({ seen, who }) => seen[who]?.payments.at(0) ?? UNKNOWN_ID,
  "another's payment": ({ seen, who }) =>
    seen[(who + 1) % seen.length]?.payments.at(-1) ?? UNKNOWN_ID,
  device: (place) => browserOf(place).phone.thumbprint,
  'other device': (place) =>
    browserOf({ ...place, browser: (place.browser ?? 0) + 1 }).phone.thumbprint,
  "another's device": (place) => browserOf({ ...place, who: place.who + 1 }).phone.thumbprint,
  digits: (place) => browserOf(place).digits ?? '0000',
  'wrong digits': (place) => otherThan(browserOf(place).digits ?? '0000'),
  cursor: ({ seen, who }) => seen[who]?.cursor ?? '',
  "another's cursor": ({ seen, who }) => seen[(who + 1) % seen.length]?.cursor ?? '',
  'cursor sealed by hand': (place) => sealedCursor(me(place).payerId, '\ud800', 'x\u0000'),
  'cursor sealed by no one': () => sealedCursor('nobody', 'x', 'y'),
  'cursor to nothing': (place) => sealedCursor(me(place).payerId, '', ''),
}

/** The browser of the person that an ask is about. */
export function browserOf({ running, who, browser = 0 }: Place): Browser {
  const { browsers } = running.person(who)
  const found = browsers[browser % browsers.length]
  if (!found) throw new Error('there is no browser')
  return found
}

const me = ({ running, who }: Place): Person => running.person(who)
const them = ({ running, who }: Place): Person => running.person(who + 1)

/** The newest code on a phone; one that nobody was sent, if there is none. */
const codeOn = ({ running }: Place, number: string | undefined): string =>
  running.phone.book.messages(number ?? '')[0]?.code ?? '0000000'

/** As anybody can make one who has read the code: the seal has no secret in it. */
function sealedCursor(...parts: string[]): string {
  const seal = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
  return Buffer.from(JSON.stringify([...parts.slice(1), seal])).toString('base64url')
}

/** What Authy calls back with about somebody's newest push, as `phoneCallback.ts` shapes it. */
export function callbackOf({ running, seen }: Place, who: number, status: string): object {
  const person = running.person(who)
  const push = running.phone.book.latestPush(person.number ?? '')
  const paymentId = seen[who % seen.length]?.payments.at(-1) ?? UNKNOWN_ID
  const seconds = Math.floor(running.clock.now().getTime() / 1000)
  const uuid = push?.uuid ?? '6f5d0000-0000-4000-8000-000000000000'
  return {
    authy_id: push?.authyId ?? 1,
    device_uuid: 2102943,
    callback_action: 'approval_request_status',
    uuid,
    status,
    approval_request: {
      transaction: {
        details: push?.details ?? {},
        hidden_details: push?.hiddenDetails ?? { payment_id: paymentId },
        device_signing_time: seconds,
        message: push?.message ?? '',
        requester_details: null,
        status,
        uuid,
      },
      logos: null,
    },
    signature: 'A'.repeat(344),
    device: { city: null, ip: '203.0.113.9' },
  }
}

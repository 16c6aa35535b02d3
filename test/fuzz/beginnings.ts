/**
 * Ways into every state that there is: each is played once as it stands, so that every answer of the file
 * is seen, and others are begun by it.
 */
import { operations } from './apiFile.ts'
import { BAD, type Bad } from './credentials.ts'
import { BAD_PROOFS } from './deviceParts.ts'
import { type Ask, ask, JSON_TYPE, type Move } from './moves.ts'

const paymentBody = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}
const other = { ...paymentBody, amount: { value: '20.51', currency: 'EUR' } }

const send = (key: number, more: Partial<Ask> = {}): Ask =>
  ask('sendPayment', {
    body: paymentBody,
    headers: [JSON_TYPE, ['idempotency-key', `<key ${key}>`]],
    ...more,
  })
const text = (more: Partial<Ask> = {}) => ask('smsStart', more)
const verify = (code: string, more: Partial<Ask> = {}) =>
  ask('smsVerify', { body: { code }, ...more })
const register = (phoneNumber = '<new number>', channel = 'sms') =>
  ask('phoneStart', { body: { phoneNumber, channel } })
const trust = (code: string, currentCode?: string) =>
  ask('phoneVerify', {
    body: { verificationId: '<verification>', code, ...(currentCode && { currentCode }) },
  })
const status = ask('paymentStatus')
const cancel = ask('cancelPayment')
const pass = (seconds: number): Move => ({ kind: 'time', seconds })
const press = (answer: 'approved' | 'denied'): Move => ({ kind: 'push', who: 0, answer })
const fault = (isOn: boolean): Move => ({ kind: 'fault', isOn })
const times = (n: number, ...moves: Move[]): Move[] => Array.from({ length: n }, () => moves).flat()
const down = (...moves: Move[]): Move[] => [fault(true), ...moves, fault(false)]
/** A change of phone, the old one agreeing. */
const change = [pass(20), register(), trust('<new>', '<right>')]

const invite = ask('deviceInvite', { body: {} })
const enrol = (more: Partial<Ask> = {}) => ask('deviceEnrol', { body: '<enrolment>', ...more })
const leave = (more: Partial<Ask> = {}) => ask('deviceLeave', { body: { by: 'text' }, ...more })
const confirm = (body: object, more: Partial<Ask> = {}) => ask('deviceConfirm', { body, ...more })
const remove = (more: Partial<Ask> = {}) => ask('deviceRemove', { body: {}, ...more })
const list = (more: Partial<Ask> = {}) => ask('listApprovals', more)
const decide = (body: unknown, more: Partial<Ask> = {}) => ask('decideApproval', { body, ...more })
const ring = (body: unknown, more: Partial<Ask> = {}) => ask('devicePush', { body, ...more })
const CODE = { digits: '<digits>', code: '<right>' }
const WRONG_DIGITS = { digits: '<wrong digits>', code: '<right>' }
/** The payer's phone is a device. */
const added = [invite, enrol(), leave(), confirm(CODE)]
/** Asks with the second browser, after the first is a device. */
const SECOND = { browser: 1 }
const THIRD = { browser: 2 }
const asking = [...added, invite, enrol(SECOND), list()]
const OF_DEVICE = { payment: 'older' } as const
const OF_ITSELF = { payment: 'unknown' } as const

/** Of a payer's devices. */
const devices: readonly (readonly Move[])[] = [
  [...added, send(0), list(), decide('<yes>'), decide('<yes>'), decide('<no>'), status],
  [...added, send(0), list(), decide('<no>'), decide('<no>'), decide('<yes>')],
  [...added, send(0), list(), pass(300), decide('<yes>')],
  [...added, ring('<subscription>'), ...times(2, ring({ test: true })), send(0), ring({})],
  [
    ...added,
    ring('<subscription>'),
    ring('<subscription elsewhere>'),
    ring({ subscription: null }),
  ],
  [...added, send(0), list(), ...times(5, decide('<unverified yes>')), decide('<yes>')],
  [
    ...added,
    send(0),
    list(),
    decide('<yes elsewhere>'),
    decide("<another's yes>"),
    decide('<yes>'),
  ],
  [...added, send(0), list(), decide('<yes>', { payment: "another's" }), text(), verify('<right>')],
  [...added, list(), decide('<yes>', OF_ITSELF), list(), invite, send(0)],
  [...added, remove(), remove(OF_ITSELF), remove({ payment: "another's" }), invite, register()],
  [...asking, leave(SECOND), decide('<yes>', OF_DEVICE), confirm(CODE, SECOND), remove(SECOND)],
  [...asking, confirm(CODE, SECOND), decide('<no>', OF_DEVICE), confirm(CODE, SECOND)],
  [...asking, confirm(CODE, SECOND), decide('<unverified yes>', OF_DEVICE), remove(SECOND)],
  [...asking, remove(), confirm(CODE, SECOND), leave(SECOND), invite],
  [invite, enrol(), enrol(), enrol(SECOND), confirm({ digits: '<digits>' }), confirm(CODE)],
  [invite, enrol(), ...times(5, confirm(WRONG_DIGITS)), confirm(CODE)],
  [invite, enrol(), ...times(5, confirm({ digits: '<digits>' })), confirm(CODE)],
  [invite, enrol(), leave(), leave(), confirm({ digits: '<digits>', code: '<wrong>' }), remove()],
  [invite, enrol(), leave(), confirm({ digits: '<digits>', code: '<wrong>' }), confirm(CODE)],
  [invite, enrol({ body: '<passkey of another site>' }), enrol({ who: 1 }), pass(600), enrol()],
  [invite, enrol(), pass(600), leave(), confirm(CODE), remove()],
  [invite, enrol(), leave(), ...down(pass(20), leave(), confirm(CODE)), confirm(CODE)],
  [invite, enrol(), ask('endSessions'), confirm(CODE), enrol()],
  [invite, enrol(), send(0), text(), ...times(5, verify('<wrong>')), leave(), confirm(CODE)],
  [
    ...asking,
    decide('<yes>', OF_DEVICE),
    confirm(CODE, SECOND),
    ...[invite, enrol(THIRD), list(SECOND), decide('<yes>', { ...OF_DEVICE, ...SECOND }), invite],
    ...[confirm(CODE, THIRD), enrol({ browser: 3 }), invite],
  ],
  [
    ...added,
    list({ query: 'x=1' }),
    decide({ answer: 'perhaps' }),
    decide('<yes>', { query: 'x=1' }),
  ],
  [register(), pass(20), ...added, trust('<new>', '<right>')],
  [
    register(),
    ask('phoneVerify', {
      body: { verificationId: 'A'.repeat(22), code: '123456', currentCode: '123456' },
    }),
  ],
  ...BAD_PROOFS.map((proof) => [
    ...added,
    send(0),
    list(),
    list({ proof }),
    decide('<yes>', { proof }),
    ring({}, { proof }),
    invite,
    enrol({ ...SECOND, proof }),
    decide('<yes>'),
  ]),
]

/** Of somebody with a phone. */
export const beginnings: readonly (readonly Move[])[] = [
  ...devices,
  [send(0), send(0), status, ask('listPayments'), ask('profile')],
  [send(0), { ...send(0), body: other }, ask('sendPayment', { body: paymentBody }), cancel, cancel],
  // Once lost on the way by the local gateway, and so let pass.
  [ask('profile', { query: '__proto__=1' })],
  [send(0), ask('endSessions'), status, cancel, ask('endSessions')],
  [send(0), press('approved'), status, cancel, text(), verify('123456')],
  [send(0), press('denied'), status],
  [send(0), pass(300), status, cancel, text(), verify('123456'), { kind: 'sweep' }, status],
  [send(0), verify('123456'), text(), text(), verify('<wrong>'), verify('<right>')],
  // Five wrong codes in a row fail a payment, and lock the next one's codes.
  [send(0), text(), ...times(5, verify('<wrong>')), send(1), text(), register(), pass(300)],
  [
    send(0),
    text(),
    send(1),
    text(),
    ...times(5, verify('<wrong>', { payment: 'older' })),
    verify('1234567'),
  ],
  [send(0), text(), register(), ...times(5, verify('<wrong>')), trust('<new>', '<right>')],
  [send(0), text(), ...down(...times(5, verify('<right>'))), verify('<right>'), pass(20), text()],
  [send(0), text(), pass(20), ...down(text())],
  // At Authy a used code is told from a wrong one; at Verify one that is over.
  [send(0), text(), verify('<right>'), verify('<right>')],
  [send(0), ...change, ...change, pass(20), text()],
  times(1, ...Array.from({ length: 7 }, (_, n) => send(n))),
  [
    send(0),
    ask('paymentStatus', { payment: 'unknown' }),
    ask('cancelPayment', { payment: 'unknown' }),
  ],
  [text({ payment: 'unknown' }), verify('123456', { payment: 'unknown' })],
  [send(0, { who: 1 }), ask('paymentStatus', { payment: "another's" })],
  [
    send(0, { who: 1 }),
    ask('cancelPayment', { payment: "another's" }),
    text({ payment: "another's" }),
  ],
  [send(0, { who: 1 }), text({ who: 1 }), verify("<another's>", { payment: "another's" })],
  [
    send(0),
    ask('authyCallback', { body: '<approved>' }),
    ask('authyCallback', { body: '<approved>' }),
  ],
  [send(0), ask('authyCallback', { body: '<approved>', signature: 'wrong' }), status],
  [send(0), ask('authyCallback', { body: '<denied>', signature: 'timeless' }), status],
  [ask('authyCallback', { body: '<approved>', packing: 'oneByteMore' })],
  ...[...change, change].map(() => change),
  [register(), trust('<new>'), trust('<wrong>', '<right>'), ...down(trust('<new>', '<right>'))],
  [register('<number>'), register(), register(), ...down(pass(20), register())],
  [
    send(0),
    send(1),
    ask('listPayments', { query: 'limit=1' }),
    ask('listPayments', { query: 'limit=1&cursor=<cursor>' }),
  ],
]

/** Of somebody without one. */
export const unverified: readonly (readonly Move[])[] = [
  [send(0), ask('profile'), trust('123456')],
  [register(), ask('profile'), trust('<wrong>'), trust('<new>'), send(0), trust('<new>')],
  [register(), pass(600), trust('<new>')],
  [register(), ...times(6, trust('<wrong>')), pass(20), register()],
  down(register(), pass(20)),
  [invite, enrol(), confirm({ digits: '<digits>' }), leave(), remove()],
]

/** Of a phone that the provider has yet to be told of, while it does not answer. */
export const unenrolled: readonly Move[] = down(send(0))

/** Each operation with every token that is not good, and with what is no JSON. */
export const everywhere: readonly (readonly Move[])[] = operations.map(({ operationId }) => [
  ...(Object.keys(BAD) as Bad[]).map((credential) => ask(operationId, { credential })),
  ask(operationId, { body: {}, packing: 'cut' }),
])

/** Each operation with a body that is too long even for the gateway. */
export const tooLong: readonly Move[] = operations.map(({ operationId }) =>
  ask(operationId, { body: {}, packing: 'overGatewayMax' }),
)

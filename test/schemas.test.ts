/**
 * A schema is bound to its type by the compiler, so here it is the compiler that is watched: a type with one
 * optional member more must not compile together with the schema that lacks it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
/** Within the project, so that the compiler finds its packages. */
const PLACE = join(ROOT, '.cache/schemas')
const CORE = 'functions/core'

/** Where a type begins, and the file whose schema has to follow it. */
type Bound = { readonly type: string; readonly begins: string; readonly schema: string }

const bound = (file: string, begins: string, schema: string): Bound => ({
  type: `${CORE}/${file}.ts`,
  begins,
  schema,
})
const typed = (file: string, name: string, schema: string) =>
  bound(file, `export type ${name} = {`, schema)

const ITEM = 'functions/adapters/dynamodb/paymentHistory.ts'
const EVIDENCE = 'functions/adapters/dynamodb/channelItem.ts'
const ENTRY = 'scripts/evidence/archivedEntry.ts'
const API = 'scripts/openapiSchemas.ts'
const DEVICE_API = 'scripts/openapiDeviceSchemas.ts'
const APPROVALS_API = 'scripts/openapiApprovalSchemas.ts'
const EVENTS = 'scripts/eventSchemas.ts'
const DEVICES = 'functions/adapters/dynamodb/deviceItem.ts'

const BOUND = [
  typed('payment', 'HistoryEntry', ITEM),
  ...['push-callback', 'provider-read'].map((kind) =>
    bound('channels/pushRules', `readonly kind: '${kind}'`, EVIDENCE),
  ),
  ...['passkey', 'device-key'].map((kind) =>
    bound('channels/deviceRules', `readonly kind: '${kind}'`, EVIDENCE),
  ),
  ...['sms-code', 'verify-code'].map((kind) =>
    bound('channels/smsCodeRules', `readonly kind: '${kind}'`, EVIDENCE),
  ),
  bound('channels/deviceRules', 'type SignedRequest = {', EVIDENCE),
  bound('device', 'export type Device = DeviceKeys & {', DEVICES),
  bound('device', 'export type PendingDevice = DeviceKeys & {', DEVICES),
  typed('device', 'Stop', DEVICES),
  typed('webauthn', 'Passkey', DEVICES),
  typed('payerTrail', 'PayerEntry', 'functions/adapters/dynamodb/payerTrailItem.ts'),
  typed('paymentTrail', 'PaymentEntry', ENTRY),
  bound('paymentTrail', 'export type PaymentFacts = PaymentFields & {', ENTRY),
  bound('paymentTrail', 'export type PaymentFacts = PaymentFields & {', EVENTS),
  bound('paymentTrail', 'readonly detail: ReturnType<typeof publishedOf> & {', EVENTS),
  bound('payerTrail', 'readonly detail: {', EVENTS),
  bound('payment', 'export type PaymentView = PaymentFields &\n  ChannelViews & {', API),
  typed('payment', 'DecisionView', API),
  typed('profile', 'ProfileView', API),
  typed('devicesView', 'DevicesView', DEVICE_API),
  typed('devicesView', 'RemovedView', DEVICE_API),
  bound('devicesView', "readonly by: 'text'", DEVICE_API),
  bound('devicesView', "readonly by: 'invitation'", DEVICE_API),
  typed('channels/approvals', 'ApprovalsView', APPROVALS_API),
  bound('channels/approvals', 'type Waiting = {', APPROVALS_API),
  typed('channels/answering', 'Answered', APPROVALS_API),
  typed('notices', 'Notice', API),
  typed('registering', 'VerificationStarted', API),
]

/**
 * Where somebody has to say what becomes of a new field of a payment: in all other places it goes by construction.
 * Tests lead on, because the payment that they all use has every field.
 */
const FIELD = "export type PaymentAction = {\n  readonly kind: 'payment'"
const PLACES_OF_FIELDS = [
  // What channels show.
  `${CORE}/action.ts`,
  // Stored, and read.
  'functions/adapters/dynamodb/paymentItem.ts',
  'functions/handlers/sendPayment.ts',
  API,
  EVENTS,
  ENTRY,
  'scripts/evidence/evidenceCheck.ts',
  // Typed, and sent.
  'web/draft.ts',
  'web/views/send.ts',
  'test/core/payments.ts',
]

/** By the number of its folder, the files that the compiler refused. */
let refused: ReadonlyMap<string, readonly string[]>
beforeAll(() => {
  rmSync(PLACE, { recursive: true, force: true })
  const schemas = BOUND.map(({ type, begins, schema }, i) => {
    const copied = copy(String(i), schema)
    add(join(PLACE, String(i), type), begins)
    return copied
  })
  const fields = PLACES_OF_FIELDS.map((place) => copy('field', place))
  add(join(PLACE, 'field', CORE, 'action.ts'), FIELD)
  const all = [...BOUND.map(({ schema }) => schema), ...PLACES_OF_FIELDS]
  const unchanged = all.map((file) => copy('unchanged', file))
  refused = compile([...BOUND.keys(), 'field', 'unchanged'].map(String), [
    ...schemas,
    ...fields,
    ...unchanged,
  ])
})
afterAll(() => rmSync(PLACE, { recursive: true, force: true }))

/** The core and this schema in a folder of their own; what else they import is found where it is stored. */
function copy(folder: string, schema: string): string {
  const copied = join(PLACE, folder, schema)
  cpSync(join(ROOT, CORE), join(PLACE, folder, CORE), { recursive: true })
  mkdirSync(dirname(copied), { recursive: true })
  cpSync(join(ROOT, schema), copied)
  return copied
}

function add(file: string, begins: string): void {
  const parts = readFileSync(file, 'utf8').split(begins)
  // One that stands nowhere, or twice, would make the test say nothing.
  expect(parts).toHaveLength(2)
  writeFileSync(file, parts.join(`${begins}\n readonly added?: string\n`))
}

function compile(folders: readonly string[], files: readonly string[]) {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
  const options = {
    ...compilerOptions,
    lib: [...compilerOptions.lib, 'dom', 'dom.iterable'],
    rootDirs: [ROOT, ...folders.map((name) => join(PLACE, name))],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  }
  const config = join(PLACE, 'tsconfig.json')
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files, include: [] }))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['-p', config, '--pretty', 'false'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const wrong = new Map<string, string[]>()
  for (const [, path = ''] of stdout.matchAll(/^(.+?)\(\d+,\d+\): error /gm)) {
    const [folder = '', ...file] = relative(PLACE, resolve(ROOT, path)).split('/')
    wrong.set(folder, [...(wrong.get(folder) ?? []), file.join('/')])
  }
  return wrong
}

test('as they are, all compile', () => {
  expect(refused.get('unchanged')).toBeUndefined()
})

test.each(BOUND.map((one, i) => [one.begins, one.type, one.schema, i] as const))(
  'an optional member more in “%s” of %s is refused by its schema in %s',
  (_begins, _type, schema, i) => {
    expect(new Set(refused.get(String(i)))).toEqual(new Set([schema]))
  },
)

test('an optional field more of a payment is refused wherever somebody has to say what becomes of it', () => {
  expect([...new Set(refused.get('field'))].sort()).toEqual([...PLACES_OF_FIELDS].sort())
})

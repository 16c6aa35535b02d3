import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { trailOf } from '../../../functions/adapters/dynamodb/payerTrailItem.ts'
import { sha256Hex } from '../../../functions/adapters/sha256.ts'
import {
  EMPTY_TRAIL,
  payerEntryKey,
  payerTrailFolder,
  storedPayerEntry,
  type Trail,
} from '../../../functions/core/payerTrail.ts'
import { paymentEntryKey, paymentEntryText } from '../../../functions/core/paymentTrail.ts'
import { createTables, startDatabase } from '../../../local/database/database.ts'
import { main as mendMain } from '../../../scripts/evidence/archiveMend.ts'
import { main as evidenceMain } from '../../../scripts/evidence/evidence.ts'
import { payerItem, trailWith } from '../../harness/payerTrails.ts'
import { ends, startTrailHarness, type TrailHarness } from '../../harness/trailHarness.ts'
import { STACK, startEmulatedAws } from './emulatedAws.ts'

let harness: TrailHarness
let verifyHarness: TrailHarness
let aws: Awaited<ReturnType<typeof startEmulatedAws>>
beforeAll(async () => {
  harness = await startTrailHarness()
  verifyHarness = await startTrailHarness({ PROVIDER: 'twilioVerify' })
  aws = await startEmulatedAws()
})
afterAll(async () => {
  await harness.close()
  await verifyHarness.close()
  aws.close()
})

beforeEach(() => at(harness))
afterEach(() => vi.unstubAllEnvs())

/** Where the SDK asks: of one harness the table, and the emulated rest. */
function at({ database }: TrailHarness) {
  vi.stubEnv('AWS_ENDPOINT_URL_S3', aws.url)
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', aws.url)
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', database)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
}

async function run(command: typeof evidenceMain, ...argv: string[]) {
  const said: string[] = []
  const io = { say: (line: string) => said.push(line), complain: (line: string) => said.push(line) }
  const code = await command(argv, {}, io)
  return { code, said: said.join('\n') }
}
const evidence = (...argv: string[]) => run(evidenceMain, ...argv)
const mend = (...argv: string[]) => run(mendMain, ...argv)

/** A payment that ended, with its entries in the bucket. */
async function archived(end: (typeof ends)[number] = 'approved', from = harness) {
  const person = await from.person()
  const id = await from.ended(person, end)
  const entries = await from.paymentEntries(id)
  for (const entry of entries) aws.put(paymentEntryKey(entry), paymentEntryText(entry))
  const account = await accountOf(entries[0]?.payment.payerId ?? '', from)
  for (const entry of account) aws.put(payerEntryKey(entry), storedPayerEntry(entry))
  return { id, entries, account, person, keys: entries.map(paymentEntryKey) }
}

/** The audit trail of a payer, as the table has it. */
async function accountOf(payerId: string, { documents }: TrailHarness) {
  const get = new GetCommand({ TableName: 'users', Key: { user_id: payerId } })
  const { Item } = await documents.send(get)
  return trailOf(Item ?? {}).recent
}

/** The same as files; `close` takes them away. */
async function inFolder(end: (typeof ends)[number] = 'approved') {
  const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-archive-'))
  const folder = join(dataDir, 'archive')
  const { id, entries, keys } = await archived(end)
  for (const entry of entries) {
    mkdirSync(join(folder, dirname(paymentEntryKey(entry))), { recursive: true })
    writeFileSync(join(folder, paymentEntryKey(entry)), paymentEntryText(entry))
  }
  return { folder, id, entries, keys, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true }) }
}

/** What `npm start` leaves in a DATA_DIR: the tables, with this payment. */
async function keptBeside(archive: string, item: Record<string, unknown> | undefined) {
  const database = await startDatabase({ dataDir: join(archive, '..', 'tables') })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'local', credentials })
  await createTables(client)
  const put = new PutCommand({ TableName: 'payments', Item: item })
  await DynamoDBDocumentClient.from(client).send(put)
  client.destroy()
  await database.close()
}

const day = (keys: readonly string[]) => keys[0]?.slice(0, 10) ?? ''
const owner = (id: string, UpdateExpression: string, value: unknown) =>
  harness.documents.send(
    new UpdateCommand({
      TableName: 'payments',
      Key: { payment_id: id },
      UpdateExpression,
      ExpressionAttributeValues: { ':value': value },
    }),
  )

describe('evidence', () => {
  test.each(ends)('proves a payment that was %s, by bucket and table', async (end) => {
    const { id } = await archived(end)
    const { code, said } = await evidence(id, '--stage', 'prod')
    expect(said).toContain("the table's item gives the same entries")
    expect(code).toBe(0)
  })

  test('proves a payment approved by a code of Twilio Verify', async () => {
    const { id } = await archived('approved by a code', verifyHarness)
    at(verifyHarness)
    const { code, said } = await evidence(id, '--stage', 'prod')
    expect(said).toContain('verification_sid')
    expect(code).toBe(0)
  })

  test('tells what was shown, to whom, what came back and when, and no phone number', async () => {
    const { id, entries, person } = await archived('approved')
    const { said } = await evidence(id, '--stage', 'prod')
    for (const { payment, historyEntry, evidence } of entries) {
      const { displayText, reference, payerId, providerPhoneId, requestId, pushDetails } = payment
      const all = [
        displayText,
        reference,
        payerId,
        providerPhoneId,
        requestId,
        historyEntry.at,
        historyEntry.event,
      ]
      const cameBack = Object.values(evidence ?? {}).map((value) => value ?? 'none')
      for (const one of [...all, ...Object.values(pushDetails ?? {}), ...cameBack]) {
        expect(said).toContain(one)
      }
    }
    expect(said).not.toContain(person.number)
  })

  test('tells the same to programs', async () => {
    const { id, entries } = await archived('approved')
    const { code, said } = await evidence(id, '--stage', 'prod', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(said)).toMatchObject({
      paymentId: id,
      isProven: true,
      problems: [],
      isComparedWithTable: true,
      status: 'approved',
      decidedBy: 'push',
      payment: entries[0]?.payment,
      evidence: { kind: 'push-callback' },
      entries: entries.map((entry) => ({ key: paymentEntryKey(entry), hash: entry.hash })),
    })
  })

  test('of a kind that this version does not know ends with 2, and is not called wrong', async () => {
    using copy = await inFolder('approved')
    const [, , last = ''] = copy.keys
    const { hash: _, ...entry } = JSON.parse(aws.textOf(last) ?? '')
    const newer = { ...entry, evidence: { kind: 'iris' } }
    const text = paymentEntryText({ ...newer, hash: sha256Hex(paymentEntryText(newer)) })
    writeFileSync(join(copy.folder, last), text)
    const where = ['--archive', copy.folder, '--day', day(copy.keys)]
    const { code, said } = await evidence(copy.id, ...where)
    expect(said).toContain(
      `${last}: holds what this version of Payfriend does not know: evidence.kind`,
    )
    expect(said).not.toContain('NOT PROVEN')
    expect(code).toBe(2)
  })

  test('names an entry that was written over, and tells what it first said', async () => {
    const { id, keys, entries } = await archived('approved')
    const [key = ''] = keys
    aws.put(key, aws.textOf(key)?.replace('Neville', 'Draco') ?? '')
    const { code, said } = await evidence(id, '--stage', 'prod')
    expect(code).toBe(1)
    expect(said).toContain(`${key}: was written over (it has 2 versions`)
    expect(said).toContain(entries[0]?.payment.displayText)
    expect(said).not.toContain('Draco')
  })

  test('names what the table was changed to', async () => {
    const { id, keys } = await archived('approved')
    await owner(id, 'SET payee_name = :value', 'Draco Malfoy')
    const { code, said } = await evidence(id, '--stage', 'prod')
    expect(code).toBe(1)
    expect(said).toContain(`${keys[0]}: the table has another payee`)
  })

  test('names an item that is no payment any more, and tells of the entries of its day', async () => {
    const { id, keys } = await archived('approved')
    await owner(id, 'SET history = :value', 'x')
    const { code, said } = await evidence(id, '--stage', 'prod', '--day', day(keys))
    expect(code).toBe(1)
    expect(said).toContain("the table's item: it is not in Payfriend's form of a payment")
    expect(said).toContain('push-callback')
  })

  test('says what a newer version stored and this one does not know, and calls nothing wrong', async () => {
    const { id, keys } = await archived('approved')
    await owner(id, 'SET history[0].note = :value', 'x')
    const ask = ['--stage', 'prod', '--day', day(keys)]
    const { code, said } = await evidence(id, ...ask)
    expect(code).toBe(2)
    expect(said).toMatch(/^THIS VERSION OF PAYFRIEND CANNOT JUDGE THIS AUDIT TRAIL/)
    expect(said).toContain(
      "the table's item: it holds what this version of Payfriend does not know: history.0.note",
    )
    const { isProven, problems } = JSON.parse((await evidence(id, ...ask, '--json')).said)
    expect([isProven, problems]).toEqual([false, [expect.objectContaining({ isUnknown: true })]])
    aws.forget(keys[1] ?? '')
    const both = await evidence(id, ...ask)
    expect([both.code, both.said]).toEqual([
      1,
      expect.stringMatching(/^THIS AUDIT TRAIL IS NOT PROVEN/),
    ])
  })

  test('proves a payment that the table does not have any more, found by its day', async () => {
    const { id, keys } = await archived('approved')
    const { code: without, said: why } = await evidence(otherOf(id), '--stage', 'prod')
    expect([without, why]).toEqual([2, expect.stringContaining('name with --day')])
    at(verifyHarness)
    const { code, said } = await evidence(id, '--stage', 'prod', '--day', day(keys))
    expect(code).toBe(0)
    expect(said).toContain('Not compared with the table: it is not there')
  })

  test('says that there is no such payment', async () => {
    const { code, said } = await evidence('A'.repeat(22), '--stage', 'prod', '--day', '2026-11-21')
    expect(code).toBe(2)
    expect(said).toBe(
      `The archive has no entry of payment ${'A'.repeat(22)} on 2026-11-21, and its item in the table cannot be used: it is not there.`,
    )
  })

  test('says that a stage is not there', async () => {
    const { code, said } = await evidence('A'.repeat(22), '--stage', 'other')
    expect(code).toBe(2)
    expect(said).toMatch(/^There is no stack Payfriend-other in eu-west-1 with these credentials/)
  })

  test('names the rights for an archive that these credentials may not read', async () => {
    const { id } = await archived('denied')
    aws.readsNothing(true)
    const { code, said } = await evidence(id, '--stage', 'prod')
    aws.readsNothing(false)
    expect([code, said]).toEqual([
      2,
      'The archive the-archive cannot be read with these credentials: use some with s3:ListBucketVersions and s3:GetObjectVersion.',
    ])
  })

  test('finds the outputs of a stack with another name', async () => {
    const { id } = await archived('denied')
    expect((await evidence(id, '--stack', STACK)).code).toBe(0)
  })

  test('proves by a copy of the archive alone', async () => {
    using copy = await inFolder('approved')
    const { code, said } = await evidence(
      copy.id,
      '--archive',
      copy.folder,
      '--day',
      day(copy.keys),
    )
    expect(code).toBe(0)
    expect(said).toContain('Not compared with the table: it could not be read')
  })

  test('does not mind an entry that is just being written', async () => {
    using copy = await inFolder('approved')
    writeFileSync(join(copy.folder, dirname(copy.keys[0] ?? ''), '.draft'), '{')
    expect((await evidence(copy.id, '--archive', copy.folder, '--day', day(copy.keys))).code).toBe(
      0,
    )
  })
})

describe('evidence of a device', () => {
  const ask = (id: string, ...more: string[]) => evidence(id, '--stage', 'prod', ...more)

  test('tells what was signed, by which device, and when and by what that was let in', async () => {
    const { id, entries, account } = await archived('approved by a passkey')
    const { code, said } = await ask(id)
    expect(code).toBe(0)
    const { payment, evidence: proof } = entries.at(-1) ?? {}
    if (proof?.kind !== 'passkey') throw new Error('no passkey approved it')
    const added = account.findLast(({ event }) => event === 'device.added')
    for (const one of [payment?.signing, proof.device_id, proof.body, proof.proof, proof.spki]) {
      expect(said).toContain(one)
    }
    expect(said).toContain('signed the SHA-256 of "payfriend approve v1\\n" and the document')
    expect(said).toContain('both signatures are right')
    expect(said).toContain(
      `its keys are those that were let in on ${added?.at} by a code that was texted to the verified phone, as entry ${added?.seq} of`,
    )
    expect(said).toContain("phone             none: it waited on the payer's devices")
    expect(JSON.parse((await ask(id, '--json')).said)).toMatchObject({
      isProven: true,
      decidedBy: 'device',
      evidence: { kind: 'passkey' },
      deviceLetIn: { event: 'device.added', seq: added?.seq },
    })
  })

  test('tells of a no that the device’s key signed it, and no passkey', async () => {
    const { id } = await archived('denied by a device')
    const { code, said } = await ask(id)
    expect(code).toBe(0)
    expect(said).toContain('the SHA-256 of "payfriend deny v1\\n" and the document')
    expect(said).toContain("the device's signature is right")
    expect(said).not.toContain('both signatures')
  })

  test('names what is wrong with the payer’s own trail, which says whose the keys are', async () => {
    const { id, account } = await archived('approved by a passkey')
    const key = payerEntryKey(account.at(-1) ?? { payerId: '', seq: 0 })
    aws.forget(key)
    const { code, said } = await ask(id)
    expect(code).toBe(1)
    expect(said).toContain(`${key}: is missing`)
    expect(said).not.toContain('let in before')
  })

  test('names a decision by a device that the payer’s trail does not know', async () => {
    const { id, account, keys } = await archived('approved by a passkey')
    const payerId = account[0]?.payerId ?? ''
    for (const entry of account) aws.forget(payerEntryKey(entry))
    const other = trailWith(payerId, ['phone.verified'])
    for (const entry of other.recent) aws.put(payerEntryKey(entry), storedPayerEntry(entry))
    const put = new PutCommand({ TableName: 'users', Item: payerItem(payerId, other) })
    await harness.documents.send(put)
    const { code, said } = await ask(id)
    expect(code).toBe(1)
    expect(said).toContain(`${keys.at(-1)}: its device was not let in before it`)
  })

  test('by a copy that lacks the payer’s trail proves the signatures, and says what it could not verify', async () => {
    using copy = await inFolder('approved by a passkey')
    const where = ['--archive', copy.folder, '--day', day(copy.keys)]
    const { code, said } = await evidence(copy.id, ...where)
    expect(code).toBe(0)
    expect(said).toContain('both signatures are right')
    expect(said).toContain("NOT VERIFIED: whether its keys are those of the payer's device")
    expect(JSON.parse((await evidence(copy.id, ...where, '--json')).said)).toMatchObject({
      deviceLetIn: null,
    })
  })

  test('has no commands for openssl where no device answered', async () => {
    const { id } = await archived('approved')
    expect(await ask(id, '--openssl')).toEqual({
      code: 2,
      said: `No device decided payment ${id}: there is no signature that openssl can verify.`,
    })
  })
})

describe('evidence of an account', () => {
  const EVENTS = ['phone.verified', 'codes.locked', 'phone.changed'] as const
  let people = 0

  /** A payer to whom something has happened, in the bucket; and in the table, as `stored` says. */
  async function payer({ stored = true } = {}) {
    people += 1
    const id = `payer-${people}`
    const trail = trailWith(id, EVENTS)
    for (const entry of trail.recent) aws.put(payerEntryKey(entry), storedPayerEntry(entry))
    if (stored) await keep(id, trail)
    return { id, trail, keys: trail.recent.map(payerEntryKey) }
  }
  const keep = (id: string, trail: Trail) =>
    harness.documents.send(new PutCommand({ TableName: 'users', Item: payerItem(id, trail) }))
  const ask = (id: string, ...more: string[]) => evidence('--payer', id, '--stage', 'prod', ...more)

  test('proves what happened, by bucket and table, and tells no number and no e-mail', async () => {
    const { id, trail } = await payer()
    const { code, said } = await ask(id)
    expect(said).toContain(`Payer ${id}: 3 entries`)
    for (const { at, event } of trail.recent) {
      expect(said).toContain(`${at}  ${event.padEnd(16)}  by payer`)
    }
    expect(said).toContain(`the last is ${trail.recent.at(-1)?.hash}`)
    expect(said).toContain("the table's item has the same newest entries")
    expect(said).not.toMatch(/2025550123|ann@/)
    expect(code).toBe(0)
  })

  test('tells the same to programs', async () => {
    const { id, trail } = await payer()
    const { code, said } = await ask(id, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(said)).toEqual({
      payerId: id,
      isProven: true,
      problems: [],
      isComparedWithTable: true,
      entries: trail.recent.map((entry) => ({ key: payerEntryKey(entry), ...entry })),
    })
  })

  test('says so of a payer to whom nothing has happened yet', async () => {
    await keep('quiet', EMPTY_TRAIL)
    const { code, said } = await ask('quiet')
    expect([code, said]).toEqual([0, expect.stringContaining('nothing is recorded')])
  })

  test('names an entry that is gone, and one that the table has otherwise', async () => {
    const { id, keys } = await payer({ stored: false })
    await keep(id, trailWith(id, ['phone.verified', 'codes.locked', 'account.locked']))
    aws.forget(keys[1] ?? '')
    const { code, said } = await ask(id)
    expect(code).toBe(1)
    expect(said).toContain('THIS AUDIT TRAIL IS NOT PROVEN')
    expect(said).toContain(`${keys[1]}: is missing`)
    expect(said).toContain(`${keys[2]}: the table has another entry`)
  })

  test('proves by the entries alone where the item is gone, and says so', async () => {
    const { id } = await payer({ stored: false })
    const { code, said } = await ask(id)
    expect(code).toBe(0)
    expect(said).toContain('Not compared with the table: it is not there')
  })

  test('says what of a trail this version does not know, and calls nothing wrong', async () => {
    const { id, trail } = await payer({ stored: false })
    const recent = trail.recent.map((historyEntry) => ({ ...historyEntry, note: 'x' }))
    await harness.documents.send(
      new PutCommand({ TableName: 'users', Item: payerItem(id, { ...trail, recent }) }),
    )
    const { code, said } = await ask(id)
    expect(code).toBe(2)
    expect(said).toMatch(/^THIS VERSION OF PAYFRIEND CANNOT JUDGE THIS AUDIT TRAIL/)
    expect(said).toContain('does not know: audit_recent.0.note, audit_recent.1.note')
  })

  test('names an item whose trail was spoilt', async () => {
    const { id, trail } = await payer({ stored: false })
    const Item = { ...payerItem(id, trail), audit_count: 'x' }
    await harness.documents.send(new PutCommand({ TableName: 'users', Item }))
    const { code, said } = await ask(id)
    expect(code).toBe(1)
    expect(said).toContain("the table's item: its trail is not in Payfriend's form")
  })

  test('says that there is no such payer', async () => {
    const { code, said } = await ask('nobody')
    expect([code, said]).toEqual([
      2,
      'The archive has no entry of payer nobody, and their item in the table cannot be used: it is not there.',
    ])
  })

  test('proves from a copy of the archive alone', async () => {
    const { id, trail } = await payer()
    const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-archive-'))
    const folder = join(dataDir, 'archive')
    mkdirSync(join(folder, payerTrailFolder(id)), { recursive: true })
    for (const entry of trail.recent) {
      writeFileSync(join(folder, payerEntryKey(entry)), storedPayerEntry(entry))
    }
    const { code, said } = await evidence('--payer', id, '--archive', folder)
    expect(said).toContain('Not compared with the table: it could not be read')
    expect(code).toBe(0)
    rmSync(dataDir, { recursive: true })
  })

  test('a stage of before has no name of the table of people, and its payments are still proven', async () => {
    const { id } = await payer()
    const { id: paymentId } = await archived('denied')
    aws.hasOutput('PayersTableName', false)
    const [ofPayer, ofPayment] = [await ask(id), await evidence(paymentId, '--stage', 'prod')]
    aws.hasOutput('PayersTableName', true)
    expect(ofPayer).toEqual({
      code: 2,
      said: 'The stack Payfriend-prod has no output PayersTableName: it was deployed by an older version, or has no Payfriend in it.',
    })
    expect(ofPayment.code).toBe(0)
  })
})

/** Another id, which no payment has. */
const otherOf = (id: string) => `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`

describe('archive:mend', () => {
  test('writes the entries that are missing, as they were', async () => {
    const { id, keys } = await archived('approved by a code')
    const before = keys.map(aws.textOf)
    for (const key of keys.slice(1, 3)) aws.forget(key)
    const { code, said } = await mend(id, '--stage', 'prod')
    expect(said).toBe(
      [
        `Written: ${keys[1]}`,
        `Written: ${keys[2]}`,
        `All ${keys.length} entries are there now.`,
      ].join('\n'),
    )
    expect(code).toBe(0)
    expect(keys.map(aws.textOf)).toEqual(before)
    expect(keys.map(aws.versionsOf)).toEqual(keys.map(() => 1))
  })

  test('writes nothing where nothing is missing', async () => {
    const { id, keys } = await archived('denied')
    expect(await mend(id, '--stage', 'prod')).toEqual({
      code: 0,
      said: `Nothing to do: all ${keys.length} entries are there.`,
    })
  })

  test('writes nothing where an entry says otherwise, and names it', async () => {
    const { id, keys } = await archived('approved')
    const [first = '', second = ''] = keys
    aws.forget(first)
    aws.forget(second)
    aws.put(second, '{}')
    const { code, said } = await mend(id, '--stage', 'prod')
    expect(code).toBe(1)
    expect(said).toContain(`${second}: is not an entry as Payfriend writes it`)
    expect(said).toContain('Nothing was written')
    expect([aws.textOf(first), aws.textOf(second)]).toEqual([undefined, '{}'])
  })

  test('writes nothing over the mark that an entry was deleted', async () => {
    const { id, keys } = await archived('approved')
    const [first = ''] = keys
    aws.remove(first)
    const { code, said } = await mend(id, '--stage', 'prod')
    expect([code, aws.versionsOf(first)]).toEqual([1, 2])
    expect(said).toContain(`${first}: is marked as deleted`)
  })

  test('says so when an entry is missing still, because somebody was faster and took it away', async () => {
    const { id, keys } = await archived('approved')
    const [first = ''] = keys
    aws.forget(first)
    aws.takesNothing(true)
    const { code, said } = await mend(id, '--stage', 'prod')
    aws.takesNothing(false)
    expect([code, said]).toEqual([1, `${first}: is missing`])
  })

  test('keeps no entry of an item that was changed by hand', async () => {
    const { id, keys } = await archived('approved')
    for (const key of keys) aws.forget(key)
    await owner(id, 'SET payee_name = :value', 'Draco Malfoy')
    const { code, said } = await mend(id, '--stage', 'prod')
    expect(code).toBe(1)
    expect(said).toContain('what was shown is not its payee, amount and reference')
    expect(keys.map(aws.textOf)).toEqual(keys.map(() => undefined))
  })

  test('mends the archive of a laptop from the table that is kept beside it', async () => {
    using copy = await inFolder('denied')
    const [first = '', second = ''] = copy.keys
    for (const key of [first, second]) rmSync(join(copy.folder, key))
    await keptBeside(copy.folder, await harness.item(copy.id))
    const { code, said } = await mend(copy.id, '--archive', copy.folder)
    expect(said).toContain(`Written: ${second}`)
    expect(code).toBe(0)
    expect(readFileSync(join(copy.folder, first), 'utf8')).toBe(aws.textOf(first))
    expect((await evidence(copy.id, '--archive', copy.folder)).code).toBe(0)
  })

  test('says that it needs the table', async () => {
    using copy = await inFolder('approved')
    const { code, said } = await mend(copy.id, '--archive', copy.folder)
    expect(code).toBe(2)
    expect(said).toContain('cannot be used: it could not be read (there is none in ')
  })
})

test.each([
  ['no payment', ['--stage', 'prod'], 'Say which payment.'],
  ['two payments', ['A'.repeat(22), 'B'.repeat(22), '--stage', 'prod'], 'Say one payment.'],
  ['no place', ['A'.repeat(22)], 'Say where: --stage, --stack or --archive.'],
  ['two places', ['A'.repeat(22), '--stage', 'a', '--archive', 'b'], 'Say where'],
  ['a folder that is not there', ['A'.repeat(22), '--archive', '/nowhere'], 'There is no folder'],
  ['a region for a folder', ['A'.repeat(22), '--archive', 'x', '--region', 'y'], '--region is for'],
  ['no day', ['A'.repeat(22), '--archive', 'x', '--day', 'today'], '--day must be like'],
  ['no payer', ['--payer', '', '--stage', 'a'], 'Say which payer.'],
  ['a payment and a payer', ['A'.repeat(22), '--payer', 'x', '--stage', 'a'], 'or a payer.'],
  ['a day of a payer', ['--payer', 'x', '--stage', 'a', '--day', '2026-11-21'], 'for a payment.'],
  ['no place of a payer', ['--payer', 'x'], 'Say where'],
  [
    'an option that there is not',
    ['A'.repeat(22), '--stage', 'a', '--all'],
    "Unknown option '--all'",
  ],
])('says how it is used when it is told %s', async (_, argv, what) => {
  const { code, said } = await evidence(...argv)
  expect(code).toBe(2)
  expect(said).toContain(what)
})

test.each(['-', '--'])('takes the id of a payment that begins with %s', async (hyphens) => {
  const id = hyphens.padEnd(22, 'A')
  const { said } = await evidence(id, '--stage', 'prod', '--day', '2026-11-21')
  expect(said).toContain(`The archive has no entry of payment ${id}`)
})

test('mends no trail, since the table has only its newest entries', async () => {
  const { code, said } = await mend('A'.repeat(22), '--payer', 'x', '--stage', 'a')
  expect([code, said]).toEqual([2, expect.stringContaining('--payer are not for this.')])
})

test('takes a folder whose name could be the id of a payment', async () => {
  const { said } = await evidence('A'.repeat(22), '--archive', 'B'.repeat(22))
  expect(said).toBe(`There is no folder ${'B'.repeat(22)}.`)
})

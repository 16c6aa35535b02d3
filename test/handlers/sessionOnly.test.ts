/**
 * A thief with a payer's session and nothing else: each route, at each state of the payer's device, with each provider.
 * Nothing is approved, no device comes in, no phone moves, and nothing is sent but what the cell says.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payers } from '../../functions/composition.ts'
import type { RefusalCode } from '../../functions/core/refusals.ts'
import {
  type LambdaName,
  lambdas,
  lambdasOf,
  type Provider,
  providers,
} from '../../functions/routes.ts'
import { DEVICE_STATES, stageWith, type Victim, victimsOf } from '../harness/deviceStates.ts'
import type { Harness } from '../harness/harness.ts'
import { type Attempt, thiefOf } from '../harness/sessionThief.ts'

/** The answer, and what is sent to the payer. A refusal sends nothing. */
type Cell = 'ok' | 'ok, a push' | 'ok, a text' | RefusalCode
type CellFor<States extends readonly string[]> = { readonly [N in keyof States]: Cell }
/** The columns are the states, in their order. */
type Cells = CellFor<typeof DEVICE_STATES>
/** `absent`: with this provider there is no such route. */
type Row = { readonly [P in Provider]: Cells | 'absent' }

const always = (cell: Cell): Cells => [cell, cell, cell, cell, cell, cell, cell]
const everywhere = (cells: Cells): Row => ({ authy: cells, twilioVerify: cells, none: cells })
const withTexts = (cells: Cells): Row => ({ authy: cells, twilioVerify: cells, none: 'absent' })
/** Without a provider, no payment waits but that of a device. */
const ofPayment = (cell: Cell): Row => ({
  authy: always(cell),
  twilioVerify: always(cell),
  none: ['not_found', 'not_found', cell, cell, cell, 'not_found', 'not_found'],
})

const DEVICE = 'device_required'
const CODE = 'current_code_required'

/** A new route, or a new state of a device, does not compile without its cells. */
// biome-ignore format: a table
const TABLE: { readonly [A in Attempt]: Row } = {
  //             never           pending         active        waiting beside  lately removed  long ago removed  waiting alone
  sendPayment: {
    authy:        ['ok, a push', 'ok, a push',   'ok',         'ok',           DEVICE,         'ok',             'ok'],
    twilioVerify: ['ok',         'ok',           'ok',         'ok',           DEVICE,         'ok',             'ok'],
    none:         [DEVICE,       DEVICE,         'ok',         'ok',           DEVICE,         DEVICE,           DEVICE],
  },
  smsStart: withTexts(
                  ['ok, a text', 'ok, a text',   DEVICE,       DEVICE,         DEVICE,         'ok, a text',     'ok, a text']),
  smsVerify: withTexts(
                  ['no_code_sent', 'no_code_sent', DEVICE,     DEVICE,         DEVICE,         'no_code_sent',   'no_code_sent']),
  phoneStart: withTexts(
                  ['ok, a text', 'ok, a text',   'ok',         'ok',           DEVICE,         DEVICE,           DEVICE]),
  'phoneStart, guessing an invitation': withTexts(
                  ['ok, a text', 'ok, a text',   'invalid_request', 'invalid_request', 'invalid_request', 'invalid_request', 'invalid_request']),
  phoneVerify: withTexts(
                  [CODE,         CODE,           DEVICE,       DEVICE,         'no_code_sent', 'no_code_sent',   'no_code_sent']),
  // The digits are stored, and an active device is asked.
  deviceConfirm: everywhere(
                  [CODE,         CODE,           'ok',         'ok',           CODE,           CODE,             CODE]),
  'deviceConfirm, guessing the text’s code': {
    ...withTexts(always('no_code_sent')),
    none: always(DEVICE),
  },
  'deviceConfirm, guessing an invitation': everywhere(always('wrong_code')),
  // That of an active device changes nothing.
  'deviceConfirm, undoing a removal': everywhere(
                  ['not_found',  'not_found',    'ok',         'not_found',    'not_found',    'not_found',      'not_found']),
  // Seen by the owner, who can undo it; it opens nothing.
  deviceRemove: everywhere(
                  ['not_found',  'ok',           'ok',         'ok',           'ok',           'ok',             'ok']),
  paymentStatus: ofPayment('ok'),
  cancelPayment: ofPayment('ok'),
  listPayments: everywhere(always('ok')),
  profile: everywhere(always('ok')),
  endSessions: everywhere(always('ok')),
  deviceInvite: everywhere(always('ok')),
  // The thief's own phone is pending, which is nothing yet; the one that was pending is void.
  deviceEnrol: everywhere(always('ok')),
  // The text warns the payer, and the thief does not read its code.
  deviceLeave: withTexts(always('ok, a text')),
  listApprovals: everywhere(always('device_not_trusted')),
  decideApproval: everywhere(always('device_not_trusted')),
  devicePush: everywhere(always('device_not_trusted')),
  authyCallback: { authy: always('forged_callback'), twilioVerify: 'absent', none: 'absent' },
}

/** What changes nothing of the payer's, so that one payer is enough for all of these. */
const CHANGES_NOTHING: readonly Attempt[] = [
  ...(['profile', 'listPayments', 'paymentStatus', 'listApprovals', 'authyCallback'] as const),
  ...(['deviceInvite', 'deviceEnrol'] as const),
]
const isHarmless = (attempt: Attempt, cell: Cell) =>
  !cell.startsWith('ok') || CHANGES_NOTHING.includes(attempt)

const ATTEMPTS = Object.keys(TABLE) as Attempt[]
const routeOf = (attempt: Attempt) => attempt.replace(/,.*/, '') as LambdaName

describe.each(providers)('with %s, a session alone', (provider) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await stageWith(provider)
  })
  afterAll(() => harness.close())

  test('finds the routes of this provider and no others', () => {
    const present = ATTEMPTS.filter((attempt) => TABLE[attempt][provider] !== 'absent')
    expect(new Set(present.map(routeOf))).toEqual(
      new Set(lambdasOf({ provider }).filter((name) => 'route' in lambdas[name])),
    )
  })

  describe.each(DEVICE_STATES.map((state, column) => ({ state, column })))(
    'with a device: $state',
    ({ state, column }) => {
      const cells = ATTEMPTS.flatMap((attempt) => {
        const row = TABLE[attempt][provider]
        const cell = row === 'absent' ? undefined : row[column]
        return cell ? [{ attempt, cell }] : []
      })
      const changing = cells.filter(({ attempt, cell }) => !isHarmless(attempt, cell))
      let victims: Victim[]
      beforeAll(async () => {
        victims = await victimsOf(harness, { provider, state, count: changing.length + 1 })
      })

      test.each(cells)('$attempt: $cell', async (one) => {
        const { attempt, cell } = one
        const victim = victims[changing.indexOf(one) + 1]
        if (!victim) throw new Error('no victim')
        const go = await thiefOf(harness, victim)[attempt]()
        const before = await whatCounts(harness, victim)
        const { status, body } = await go()
        const after = await whatCounts(harness, victim)
        expect(status < 300 ? 'ok' : body.code).toBe(cell.replace(/,.*/, ''))
        expect(after).toEqual({
          ...before,
          pushes: before.pushes + (cell === 'ok, a push' ? 1 : 0),
          texts: before.texts + (cell === 'ok, a text' ? 1 : 0),
          ...(attempt === 'deviceRemove' && { devices: others(before.devices, victim.deviceId) }),
        })
      })
    },
  )
})

const others = (ids: readonly string[], id: string) => ids.filter((one) => one !== id)

/** What a thief must not move. */
async function whatCounts({ world, phone, item }: Harness, victim: Victim) {
  const payer = await payers(world).get(victim.payerId)
  return {
    pushes: phone.book.pushes(victim.number).length,
    texts: phone.book.messages(victim.number).length,
    isApproved: (await item(victim.paymentId))?.status === 'approved',
    number: payer?.phone?.national,
    /** Those that approve, and those that wait to. */
    devices: (payer?.devices.all ?? []).filter((one) => !one.removedAt).map(({ id }) => id),
  }
}

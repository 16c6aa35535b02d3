/** Carries out the commands of `npm run payer`, on a laptop or at a stage in AWS. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { deviceSettings, siteSettings } from '../functions/adapters/settings.ts'
import { sha256Hex } from '../functions/adapters/sha256.ts'
import { devices, limits, payers, payments, signIns, type World } from '../functions/composition.ts'
import {
  type Account,
  type AccountPorts,
  type AccountView,
  closeAccount,
  invitePayer,
  lockAccount,
  showAccount,
  unlockAccount,
} from '../functions/core/account.ts'
import { newInvitationCode } from '../functions/deviceComposition.ts'
import { channelEnds } from '../functions/providerComposition.ts'
import { asksFromProgram, jsonBodyOf } from './ownRequest.ts'

export const COMMANDS = ['show', 'invite', 'lock', 'unlock', 'close'] as const
export type Command = (typeof COMMANDS)[number]

/** What the operator hands over, by a way of their own. Only the hash of the code is stored. */
export type Handover = {
  /** In two groups, as people read it. */
  readonly code: string
  /** The page's address with the code. */
  readonly link: string
  /** RFC 3339; it ends then, or when it was used, or when a newer one is made. */
  readonly until: string
  /** The operator waived the wait. */
  readonly isNow: boolean
  /** So many hours a phone waits that it lets in, unless that was waived; 0: it is the payer's first. */
  readonly waitHours: number
}

/** The account after the command, or the invitation that was made; or why nothing was done. */
export type Outcome =
  | { readonly account: AccountView }
  | { readonly handover: Handover }
  | { readonly refused: 'nobody' | 'locked' | 'closed' }

/**
 * Show, invite, lock, unlock or close for good the account of this e-mail address. Each command can be repeated, for
 * instance after a fault; a repeated invitation replaces the one before.
 *
 * @param isNow of an invitation: the operator knows the payer, and waives the wait
 */
export async function operate(
  world: World,
  command: Command,
  email: string,
  { isNow = false }: { readonly isNow?: boolean } = {},
): Promise<Outcome> {
  const ports = portsIn(world)
  const payerId = await ports.signIns.find(email)
  if (payerId === undefined) return { refused: 'nobody' }
  const account = { payerId, email }
  if (command === 'invite') return invite(world, ports, account, isNow)
  const payer = await ports.payers.get(payerId)
  if (payer?.state === 'closed' && (command === 'lock' || command === 'unlock')) {
    return { refused: 'closed' }
  }
  return { account: await ACTIONS[command](ports, account) }
}

const ACTIONS = {
  show: showAccount,
  lock: lockAccount,
  unlock: unlockAccount,
  close: closeAccount,
} as const

async function invite(
  world: World,
  ports: AccountPorts,
  account: Account,
  isNow: boolean,
): Promise<Outcome> {
  // Read first: without a setting, or a right to read, no invitation must replace the one before.
  const { origin } = siteSettings(world.env).site
  const { DEVICE_WAIT_HOURS } = deviceSettings(world.env)
  const { state, everHadDevice } = await showAccount(ports, account)
  const code = newInvitationCode()
  const until = await invitePayer(ports, account, { hash: sha256Hex(code), isNow })
  if (!until) return { refused: state === 'closed' ? 'closed' : 'locked' }
  return {
    handover: {
      code: `${code.slice(0, code.length / 2)}-${code.slice(code.length / 2)}`,
      link: `${origin}/#invitation/${code}`,
      until: until.toISOString(),
      isNow,
      waitHours: everHadDevice ? DEVICE_WAIT_HOURS : 0,
    },
  }
}

/** The ports that the commands use. */
export function portsIn(world: World): AccountPorts {
  return {
    payers: payers(world),
    payments: payments(world),
    limits: limits(world),
    ends: channelEnds(world),
    signIns: signIns(world),
    devices: devices(world),
    clock: world.clock,
  }
}

const asked = z.strictObject({
  command: z.enum(COMMANDS),
  email: z.string().min(1).max(254),
  isNow: z.boolean().default(false),
})

/** On a laptop database and accounts are in the running server, so the command sends it a request. */
export const operatorServer =
  (world: World) => async (request: IncomingMessage, response: ServerResponse) => {
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body))
    try {
      if (!asksFromProgram(request, 'application/json')) return answer(403, {})
      const wanted = asked.safeParse(await jsonBodyOf(request).catch(() => undefined))
      if (!wanted.success) return answer(400, { problem: z.prettifyError(wanted.error) })
      const { command, email, isNow } = wanted.data
      return answer(200, await operate(world, command, email, { isNow }))
    } catch (error) {
      console.error(error)
      return answer(500, { problem: error instanceof Error ? error.message : String(error) })
    }
  }

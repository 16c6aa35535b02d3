/** Carries out the commands of `npm run payer`, on a laptop or at a stage in AWS. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { limits, payers, payments, signIns, type World } from '../functions/composition.ts'
import {
  type AccountPorts,
  type AccountView,
  closeAccount,
  lockAccount,
  showAccount,
  unlockAccount,
} from '../functions/core/account.ts'
import { channelEnds } from '../functions/providerComposition.ts'
import { asksFromProgram, jsonBodyOf } from './ownRequest.ts'

export const COMMANDS = ['show', 'lock', 'unlock', 'close'] as const
export type Command = (typeof COMMANDS)[number]

/** The account after the command, or why nothing was done. */
export type Outcome = { readonly account: AccountView } | { readonly refused: 'nobody' | 'closed' }

/**
 * Show, lock, unlock or close for good the account of this e-mail address. Each command can be repeated, for
 * instance after a fault.
 */
export async function operate(world: World, command: Command, email: string): Promise<Outcome> {
  const ports = portsIn(world)
  const payerId = await ports.signIns.find(email)
  if (payerId === undefined) return { refused: 'nobody' }
  const payer = await ports.payers.get(payerId)
  if (payer?.state === 'closed' && (command === 'lock' || command === 'unlock')) {
    return { refused: 'closed' }
  }
  return { account: await ACTIONS[command](ports, { payerId, email }) }
}

const ACTIONS = {
  show: showAccount,
  lock: lockAccount,
  unlock: unlockAccount,
  close: closeAccount,
} as const

/** The ports that the commands use. */
export function portsIn(world: World): AccountPorts {
  return {
    payers: payers(world),
    payments: payments(world),
    limits: limits(world),
    ends: channelEnds(world),
    signIns: signIns(world),
    clock: world.clock,
  }
}

const asked = z.strictObject({ command: z.enum(COMMANDS), email: z.string().min(1).max(254) })

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
      return answer(200, await operate(world, wanted.data.command, wanted.data.email))
    } catch (error) {
      console.error(error)
      return answer(500, { problem: error instanceof Error ? error.message : String(error) })
    }
  }

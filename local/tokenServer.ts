/** Gives `npm run token` an access token, on this machine only: the deployed stack has nothing like it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { asksFromProgram, jsonBodyOf } from './ownRequest.ts'
import { type ReadyParts, readyPayer } from './readyPayer.ts'
import type { OperatorToken } from './signIn/operatorToken.ts'
import { isEmail } from './signIn/signInAccounts.ts'

/** What the command is answered. */
export type TokenAnswer = {
  readonly token: string
  /** What was done besides, in sentences. */
  readonly notes: readonly string[]
}

const asked = z.strictObject({
  email: z
    .string()
    .transform((text) => text.trim().toLowerCase())
    .refine(isEmail, 'Give an e-mail address such as ada@example.com.'),
})

/**
 * No page of the web gets a token: a browser names the page that asks in `Origin` or `Sec-Fetch-Site`, or sends a `Host`
 * that is not ours, and no page can send this content type elsewhere. Programs of this machine can; its owner's
 * programs can read Payfriend's memory too.
 */
export const tokenServer =
  (tokenFor: (email: string) => Promise<OperatorToken>, parts: ReadyParts) =>
  async (request: IncomingMessage, response: ServerResponse) => {
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body))
    try {
      if (!asksFromProgram(request, 'application/json')) return answer(403, {})
      const wanted = asked.safeParse(await jsonBodyOf(request).catch(() => undefined))
      if (!wanted.success) {
        return answer(400, {
          problem: wanted.error.issues[0]?.message ?? 'Give an e-mail address.',
        })
      }
      const { email, token, isNew } = await tokenFor(wanted.data.email)
      const made = isNew
        ? `${email} was new and is registered; the first sign-in on the page sets the password.`
        : ''
      const ready = await readyPayer(parts, token).catch(
        (error: unknown) => `They may have no phone to pay with: ${messageOf(error)}`,
      )
      const notes = [made, ready].filter((note) => note !== '')
      return answer(200, { token, notes } satisfies TokenAnswer)
    } catch (error) {
      console.error(error)
      return answer(500, { problem: messageOf(error) })
    }
  }

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { asksFromProgram, jsonBodyOf } from '../ownRequest.ts'
import type { Accounts } from './signInAccounts.ts'
import type { SignInState } from './signInState.ts'

/** A pool's id has its region in front. */
const POOL_ID = 'local_payfriend'
const TARGET = 'AWSCognitoIdentityProviderService.'
const JSON_TYPE = 'application/x-amz-json-1.1'

type Reply = { status: number; body: object }

/**
 * The three operations of Cognito's own API that Payfriend uses, in Cognito's wire format, so that the
 * real SDK can call them.
 *
 * It does not check signatures, but accepts one access key only, which is new at each start.
 */
export function cognitoApi(accounts: Accounts, state: SignInState) {
  const accessKeyId = `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`

  const operations: Record<string, (input: unknown) => Reply | Promise<Reply>> = {
    ListUsers(input) {
      const { Filter } = listed.parse(input)
      const [, name, value = ''] = FILTER.exec(Filter) ?? []
      if (name === undefined)
        return fault('InvalidParameterException', 'One or more filters wrong.')
      const id = name === 'email' ? accounts.find(value) : value
      const email = id === undefined ? undefined : accounts.emailOf(id)
      if (id === undefined || email === undefined) return { status: 200, body: { Users: [] } }
      const Attributes = [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'sub', Value: id },
      ]
      const user = { Username: id, Attributes, Enabled: true, UserStatus: 'CONFIRMED' }
      return { status: 200, body: { Users: [user] } }
    },

    /** As in Cognito, access tokens stay valid until they expire, and so do the browsers' sessions of managed login. */
    AdminUserGlobalSignOut(input) {
      const { Username } = named.parse(input)
      if (accounts.emailOf(Username) === undefined) return noSuchUser
      state.revokeTokens(Username)
      return { status: 200, body: {} }
    },

    async AdminDeleteUser(input) {
      const { Username } = named.parse(input)
      if (accounts.emailOf(Username) === undefined) return noSuchUser
      state.forget(Username)
      await accounts.remove(Username)
      return { status: 200, body: {} }
    },
  }

  async function reply(request: IncomingMessage): Promise<Reply> {
    const { authorization = '', 'x-amz-target': target = '' } = request.headers
    if (!authorization.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKeyId}/`)) {
      return fault('UnrecognizedClientException', 'The security token in the request is invalid.')
    }
    const operation = String(target).startsWith(TARGET) && String(target).slice(TARGET.length)
    if (!operation || !Object.hasOwn(operations, operation)) {
      return fault('UnknownOperationException', `${target} is not emulated here.`)
    }
    const input = await jsonBodyOf(request)
    const pool = inPool.safeParse(input)
    if (!pool.success) return fault('InvalidParameterException', z.prettifyError(pool.error))
    if (pool.data.UserPoolId !== POOL_ID) {
      return fault('ResourceNotFoundException', `User pool ${pool.data.UserPoolId} does not exist.`)
    }
    return operations[operation]?.(input) ?? noSuchUser
  }

  return {
    poolId: POOL_ID,
    accessKeyId,
    answer(request: IncomingMessage, response: ServerResponse): void {
      // Checked first, so that a web page that the developer visits cannot call this API.
      if (!asksFromProgram(request, JSON_TYPE)) return void response.writeHead(403).end()
      reply(request)
        .catch((error) => fault('InvalidParameterException', String(error)))
        .then(({ status, body }) =>
          response.writeHead(status, { 'content-type': JSON_TYPE }).end(JSON.stringify(body)),
        )
    },
  }
}

const inPool = z.looseObject({ UserPoolId: z.string() })
const named = z.looseObject({ Username: z.string() })
const listed = z.looseObject({ Filter: z.string() })
/** Cognito's filter by one exact value. */
const FILTER = /^(email|sub) = "([^"\\]*)"$/

const fault = (type: string, message: string): Reply => ({
  status: 400,
  body: { __type: type, message },
})
const noSuchUser = fault('UserNotFoundException', 'User does not exist.')

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cognitoApi } from './cognitoApi.ts'
import { openAccounts } from './signInAccounts.ts'
import { SignInState } from './signInState.ts'

/** The address of a user pool, and the access key that it accepts. */
export type UserPool = {
  readonly id: string
  readonly endpoint: string
  readonly accessKeyId: string
}

/** The environment with which a Lambda uses this user pool instead of AWS's. */
export const inUserPool = ({ id, endpoint, accessKeyId }: UserPool) => ({
  USER_POOL_ID: id,
  USER_POOL_ENDPOINT: endpoint,
  USER_POOL_ACCESS_KEY_ID: accessKeyId,
})

/** The emulated user pool alone, without the sign-in pages. */
export async function startUserPool() {
  const accounts = await openAccounts({ clock: () => new Date() })
  const cognito = cognitoApi(accounts, new SignInState())
  const server = createServer(cognito.answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    accounts,
    pool: { id: cognito.poolId, endpoint, accessKeyId: cognito.accessKeyId } as UserPool,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

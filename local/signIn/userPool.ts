import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cognitoApi } from './cognitoApi.ts'
import { openPeople } from './signInPeople.ts'
import { SignInState } from './signInState.ts'

/** Where people are, and the access key that is taken there. */
export type UserPool = {
  readonly id: string
  readonly endpoint: string
  readonly accessKeyId: string
}

/** What tells a Lambda to look there instead of at AWS. */
export const inUserPool = ({ id, endpoint, accessKeyId }: UserPool) => ({
  USER_POOL_ID: id,
  USER_POOL_ENDPOINT: endpoint,
  USER_POOL_ACCESS_KEY_ID: accessKeyId,
})

/** The people's side of the local sign-in alone, where nobody signs in. */
export async function startUserPool() {
  const people = await openPeople({ clock: () => new Date() })
  const cognito = cognitoApi(people, new SignInState())
  const server = createServer(cognito.answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    people,
    pool: { id: cognito.poolId, endpoint, accessKeyId: cognito.accessKeyId } as UserPool,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import {
  AdminDeleteUserCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  ListUsersCommand,
  UserNotFoundException,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { SignIns } from '../../core/ports.ts'

/**
 * The sign-ins of a Cognito user pool.
 *
 * The payer's id is the pool's `sub`. Its admin operations accept it as the user name, except for accounts of a
 * third-party provider, which have another user name.
 *
 * @param connect makes the client at first use, because most requests of `phoneVerify` need none
 */
export function cognitoSignIns(
  connect: () => CognitoIdentityProviderClient,
  poolId: string,
): SignIns {
  let made: CognitoIdentityProviderClient | undefined
  const client = () => {
    made ??= connect()
    return made
  }
  return {
    async find(email) {
      // These characters would end the value inside Cognito's filter text.
      if (/["\\]/.test(email)) return undefined
      const { Users = [] } = await client().send(
        new ListUsersCommand({ UserPoolId: poolId, Filter: `email = "${email}"` }),
      )
      const verified = Users.filter((user) => attributeOf(user, 'email_verified') === 'true')
      // Only a verified address gets into a token. If several accounts have the address, each can be a payer.
      const [found, ...others] = verified.length > 0 ? verified : Users
      if (others.length > 0) throw new Error(`${others.length + 1} accounts have this address`)
      return found && attributeOf(found, 'sub')
    },

    endSessions: (payerId) =>
      whoIsThere(
        client().send(new AdminUserGlobalSignOutCommand({ UserPoolId: poolId, Username: payerId })),
      ),

    remove: (payerId) =>
      whoIsThere(
        client().send(new AdminDeleteUserCommand({ UserPoolId: poolId, Username: payerId })),
      ),
  }
}

const attributeOf = ({ Attributes = [] }: UserType, name: string) =>
  Attributes.find(({ Name }) => Name === name)?.Value

/** A missing user has no session and cannot sign in, so the operation counts as done. */
async function whoIsThere(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof UserNotFoundException)) throw error
  }
}

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
 * People of a Cognito user pool.
 *
 * The payer's id is the pool's `sub`, which its admin operations take for a user's name, but for accounts
 * who came from a third-party provider, whose name is another.
 *
 * @param connect makes the client when it is first needed: most requests of `phoneVerify` need none
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
      // A filter is a text of its own language, in which these would end the value.
      if (/["\\]/.test(email)) return undefined
      const { Users = [] } = await client().send(
        new ListUsersCommand({ UserPoolId: poolId, Filter: `email = "${email}"` }),
      )
      const verified = Users.filter((user) => attributeOf(user, 'email_verified') === 'true')
      // Only a verified address gets into a token; in a pool where any number may have one, all may pay.
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

/** Whoever is gone has no session and cannot sign in: what was asked for is so already. */
async function whoIsThere(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof UserNotFoundException)) throw error
  }
}

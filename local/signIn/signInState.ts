import type { Adapter, AdapterPayload } from 'oidc-provider'

/**
 * The OpenID provider's state between requests (sessions, codes, grants, refresh tokens), in memory:
 * after a restart payers sign in again, to the same accounts.
 */
export class SignInState {
  private readonly kinds = new Map<string, Kept>()

  /** The provider asks for one store a kind: `Session`, `RefreshToken` and so on. */
  readonly adapter = (kind: string): Adapter => {
    const kept: Kept = new Map()
    this.kinds.set(kind, kept)
    const find = async (id: string) => live(kept.get(id))

    return {
      find,
      async upsert(id, payload, expiresInSeconds = Number.POSITIVE_INFINITY) {
        dropExpired(kept)
        kept.delete(id)
        kept.set(id, { payload, expiresAtMs: Date.now() + expiresInSeconds * 1000 })
      },
      async findByUid(uid) {
        return live([...kept.values()].find(({ payload }) => payload.uid === uid))
      },
      async findByUserCode() {},
      async consume(id) {
        const payload = await find(id)
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        kept.delete(id)
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of kept) if (payload.grantId === grantId) kept.delete(id)
      },
    }
  }

  /** Revoke every refresh token and code of an account. The browsers' sessions stay, as in Cognito. */
  revokeTokens(accountId: string) {
    this.drop(accountId, (kind) => kind !== 'Session')
  }

  /** Delete all state of an account. */
  forget(accountId: string) {
    this.drop(accountId, () => true)
  }

  private drop(accountId: string, isMeant: (kind: string) => boolean) {
    for (const [kind, kept] of this.kinds) {
      if (!isMeant(kind)) continue
      for (const [id, { payload }] of kept) if (payload.accountId === accountId) kept.delete(id)
    }
  }
}

type Kept = Map<string, { payload: AdapterPayload; expiresAtMs: number }>

const live = (entry: { payload: AdapterPayload; expiresAtMs: number } | undefined) =>
  entry && Date.now() < entry.expiresAtMs ? entry.payload : undefined

/** All entries of a kind live equally long, so the oldest expire first: stop at the first that is alive. */
function dropExpired(kept: Kept) {
  for (const [id, entry] of kept) {
    if (live(entry)) return
    kept.delete(id)
  }
}

/** Checks at compile time that a schema or a list agrees with a type. */

/**
 * `true` only if both types are equal, optional members included, `readonly` ignored. `satisfies` would accept a
 * schema that lacks an optional member of its type; a strict schema could then not read an item that has the member.
 *
 *     true satisfies Same<z.infer<typeof entry>, HistoryEntry>
 */
export type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false

type Plain<T> = T extends Date ? T : { -readonly [Name in keyof T]: Plain<T[Name]> }

/**
 * The rest of an object whose members were all destructured by name; the compiler names a forgotten one.
 *
 *     const { payee, amount, ...others } = fields
 *     others satisfies Nothing
 */
export type Nothing = Readonly<Record<string, never>>

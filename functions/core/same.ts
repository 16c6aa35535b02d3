/** What the compiler alone checks: that a schema, or another list, says what a type says. */

/**
 * `true` only where both types say the same, also of what may be missing. `satisfies` lets a schema pass that lacks
 * an optional member of its type: what was written with that member could then no more be read. What is `readonly`
 * does not count.
 *
 *     true satisfies Same<z.infer<typeof entry>, HistoryEntry>
 */
export type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false

type Plain<T> = T extends Date ? T : { -readonly [Name in keyof T]: Plain<T[Name]> }

/**
 * What is left when every member was taken out by its name: nothing, or the compiler names the one that was forgotten.
 *
 *     const { payee, amount, ...others } = fields
 *     others satisfies Nothing
 */
export type Nothing = Readonly<Record<string, never>>

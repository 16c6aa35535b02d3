/** What a newer version of Payfriend wrote, and this one cannot judge: its kinds and entries may grow. */

/** Reading stopped at something that this version does not know, which says nothing against it. */
export class NewerThanThisVersion extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'NewerThanThisVersion'
  }
}

/** Tell of a name that is none of these; nothing of one that is, or of what is no name at all. */
export const notKnown = (
  what: string,
  name: unknown,
  known: readonly string[],
): string | undefined =>
  typeof name === 'string' && !known.includes(name)
    ? `its ${what} "${name}" is not known to this version`
    : undefined

/** Tell of a version that comes after this one. */
export const notKnownVersion = (version: unknown, known: number): string | undefined =>
  Number.isInteger(version) && Number(version) > known
    ? `its version ${version} is not known to this version`
    : undefined

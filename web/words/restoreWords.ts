/** Putting back a phone that was removed: of the list of phones, and of a sign-in on the way, which has no part of it. */
export const restoreWords = {
  putBack: (name: string) => `Put “${name}” back`,
}

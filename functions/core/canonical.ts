/**
 * JSON with the members of every object in the order of their names, and none that is undefined: the one form of
 * what is hashed and archived. Whatever members there are are in it, so that none is left out by an oversight.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
export type Digest = (text: string) => string

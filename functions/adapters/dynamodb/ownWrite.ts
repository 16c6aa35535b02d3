/**
 * A write whose answer was lost is sent again by the SDK. One that counts has to know itself then, or it
 * would count twice, or take its own first try for somebody else's: so it leaves a name.
 */
import { randomUUID } from 'node:crypto'

/** What a write that counts adds to its expressions, under a name that nobody else gives. */
export type OwnWrite = {
  readonly set: string
  readonly when: string
  readonly values: Readonly<Record<string, string>>
  /** Whether what is stored now was left by this very write. */
  left(item: Readonly<Record<string, unknown>> | undefined): boolean
}

/** @param attribute where the name is left; writes of two kinds in one item take one each, or they cover each other's */
export function ownWrite(attribute: 'written_by' | 'code_written_by' = 'written_by'): OwnWrite {
  const id = randomUUID()
  return {
    set: `${attribute} = :written_by`,
    when: `(attribute_not_exists(${attribute}) OR ${attribute} <> :written_by)`,
    values: { ':written_by': id },
    left: (item) => item?.[attribute] === id,
  }
}

/**
 * The SDK repeats a write whose answer was lost. If the first try succeeded, the repeat must not count again, and its
 * failed condition must not look like another request's write. So each counting write stores an id of its own.
 */
import { randomUUID } from 'node:crypto'

/** The parts that a counting write adds to its expressions, with an id that no other write uses. */
export type OwnWrite = {
  readonly set: string
  readonly when: string
  readonly values: Readonly<Record<string, string>>
  /** Whether the stored item holds this write's id, so that this write was the last to count. */
  left(item: Readonly<Record<string, unknown>> | undefined): boolean
}

/**
 * The parts for a new counting write.
 *
 * @param attribute holds the id; two kinds of counting writes to one item need two attributes, or each would
 *   overwrite the other's id
 */
export function ownWrite(attribute: 'written_by' | 'code_written_by' = 'written_by'): OwnWrite {
  const id = randomUUID()
  return {
    set: `${attribute} = :written_by`,
    when: `(attribute_not_exists(${attribute}) OR ${attribute} <> :written_by)`,
    values: { ':written_by': id },
    left: (item) => item?.[attribute] === id,
  }
}

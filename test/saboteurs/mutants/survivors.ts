/**
 * The mutants that no test can notice, or none needs to, and why. Each is named by its line and by what
 * was changed there, so that it is found again wherever the line goes, and no longer when it is another.
 */
export type Explained = {
  readonly why: string
  readonly file: string
  /** The line that the change begins in. */
  readonly line: string
  readonly from: string
  readonly to: string
}

export const explained: readonly Explained[] = []

/** The tables that the measurements print. */
import { availableParallelism, cpus } from 'node:os'

/** What a figure was measured on, because it is true of no other machine. */
export const machine = () =>
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`

/** A line with the first cell to the left and the others to the right, each at least as wide as its column's heading. */
export const tableOf = (first: number, headings: readonly string[]) => {
  const row = (...cells: readonly (string | number)[]) =>
    cells
      .map((cell, i) =>
        i === 0 ? String(cell).padEnd(first) : String(cell).padStart(headings[i]?.length ?? 8),
      )
      .join('  ')
  return { heading: row(...headings), row }
}

/** A share in percent, for reading. */
export const percent = (part: number, of: number) => `${Math.round((100 * part) / of)} %`

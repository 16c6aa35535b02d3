/** The table of what only an account can show, as docs/guides/deploying.md has it: the one place of its rows. */

export type Row = {
  /** Which command looks at it too; without a mark it is for a person to do. */
  readonly mark: 'doctor' | 'deployed' | undefined
  readonly what: string
  readonly command: string
  readonly expected: string
}

/** Every row, in the guide's order. */
export function rowsOf(guide: string): Row[] {
  const [, section = ''] = guide.split(/^## What only an account can show$/m)
  const [, ...lines] = section.split('\n').filter((line) => line.startsWith('|'))
  return lines
    .filter((line) => !/^\|[\s|-]+$/.test(line))
    .map((line) => {
      // A bar within a command is written with a backslash.
      const [, first = '', command = '', expected = ''] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|'))
      const [, mark, what = first] = /^\*(doctor|deployed)\*: (.*)$/.exec(first) ?? []
      return { mark: mark as Row['mark'], what, command, expected }
    })
}

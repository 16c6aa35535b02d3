/** Test support: the lines of a command that looks at a stage, taken apart. */
export type Line = { mark: string; title: string; found: string; next: string }

export function linesOf(said: readonly string[]): Line[] {
  const lines: Line[] = []
  for (const text of said) {
    const [, mark = '', title = '', found = ''] = /^([✓!✗?☐]) (.+?): (.*)$/.exec(text) ?? []
    if (mark) lines.push({ mark, title, found, next: '' })
    const last = lines.at(-1)
    const [, next] = /^ {4}→ (.*)$/.exec(text) ?? []
    if (last && next) last.next = next
  }
  return lines
}

/** The parts of each bill as bars of one length, for light and dark pages. */
import { type Line, PARTS, type Part, sumOf } from './bill.ts'

export type Bar = { readonly name: string; readonly total: string; readonly lines: readonly Line[] }

const COLOURS: Record<Part, string> = {
  idle: '#6e7480',
  polling: '#2a6fc4',
  requests: '#17806e',
  sweep: '#c9485b',
  record: '#b06c0c',
  metrics: '#8457b0',
  kept: '#66741f',
}

const WIDTH = 860
const LEFT = 190
const RIGHT = 130
const BAR = 22
const GAP = 12
const LEGEND_ROW = 20
const COLUMNS = 2
/** Narrower than this a figure does not fit into its part. */
const FIGURE_MIN = 30

export function chart(title: string, bars: readonly Bar[]): string {
  const parts = Object.entries(PARTS) as [Part, string][]
  const legendHeight = Math.ceil(parts.length / COLUMNS) * LEGEND_ROW
  const top = 36 + legendHeight + 16
  const height = top + bars.length * (BAR + GAP)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>',
    'text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:15px}',
    '.in{font-size:11px;fill:#fff;text-anchor:middle}.name{text-anchor:end}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.in{fill:#fff}}',
    '</style>',
    `<text class="title" x="0" y="16">${escaped(title)}</text>`,
    ...parts.map(([part, words], n) => {
      const x = (n % COLUMNS) * (WIDTH / COLUMNS)
      const y = 36 + Math.floor(n / COLUMNS) * LEGEND_ROW
      return (
        `<rect x="${x}" y="${y}" width="12" height="12" rx="2" fill="${COLOURS[part]}"/>` +
        `<text x="${x + 18}" y="${y + 11}">${escaped(words)}</text>`
      )
    }),
    ...bars.flatMap((bar, n) => barOf(bar, top + n * (BAR + GAP))),
    '</svg>',
    '',
  ].join('\n')
}

function barOf({ name, total, lines }: Bar, y: number): string[] {
  const whole = sumOf(lines)
  const room = WIDTH - LEFT - RIGHT
  let x = LEFT
  const pieces = (Object.keys(PARTS) as Part[]).flatMap((part) => {
    const share = sumOf(lines, (line) => line.part === part) / whole
    const width = share * room
    const from = x
    x += width
    if (width < 0.5) return []
    const middle = (from + width / 2).toFixed(1)
    // A hair of the page between two parts, so that they are told apart without their colours.
    const piece = `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 1.5).toFixed(1)}" height="${BAR}" fill="${COLOURS[part]}"/>`
    const figure = `<text class="in" x="${middle}" y="${y + 15}">${Math.round(share * 100)} %</text>`
    return width < FIGURE_MIN ? [piece] : [piece, figure]
  })
  return [
    `<text class="name" x="${LEFT - 10}" y="${y + 16}">${escaped(name)}</text>`,
    ...pieces,
    `<text x="${WIDTH - RIGHT + 10}" y="${y + 16}">${escaped(total)}</text>`,
  ]
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

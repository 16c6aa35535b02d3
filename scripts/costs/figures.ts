/** How figures and tables are written in Markdown. */

/** Cents, and whole dollars from a hundred on. */
export function usd(dollars = 0): string {
  if (dollars >= 100) return `$${count(Math.round(dollars))}`
  if (dollars > 0 && dollars < 0.005) return '< $0.01'
  return `$${dollars.toFixed(2)}`
}

/** With as few digits as a picture has room for. */
export const shortUsd = (dollars: number): string =>
  dollars >= 10 ? `$${count(Math.round(dollars))}` : `$${dollars.toFixed(2)}`

/** A small sum, in dollars with three digits that tell something. */
export const each = (dollars: number): string => `$${dollars.toPrecision(2)}`

/** Thousands apart, and one decimal of what is no whole number. */
export const count = (n: number): string =>
  n.toLocaleString('en-US', { maximumFractionDigits: n < 1000 ? 1 : 0 })

export const percent = (share: number): string =>
  share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(share * 100)} %`

/** However small, without an exponent. */
export const plain = (dollars: number): string =>
  dollars < 0.001 ? dollars.toFixed(10).replace(/0+$/, '') : String(dollars)

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** What the page needs of libphonenumber's tables to read a number as it is written in its country. */
import metadata from 'libphonenumber-js/max/metadata'

type Plan = [
  code: string,
  abroad: string,
  pattern: string,
  lengths: number[],
  prefix?: string,
  transform?: string,
]

/** The columns of a country in the tables (libphonenumber-js, METADATA.md). */
type Row = readonly unknown[]
const COLUMN = { code: 0, idd: 1, pattern: 2, lengths: 3, prefix: 5, parsing: 7, transform: 8 }

/** Taken when the page is bundled, so that page and server always have the same tables. */
export function phonePlans() {
  const countries = Object.entries(metadata.countries as unknown as Record<string, Row>).map(
    ([country, row]) => [country, planOf(row)] as const,
  )
  const shared = Object.entries(metadata.country_calling_codes).filter(
    ([, those]) => those.length > 1,
  )
  return {
    countries: Object.fromEntries(countries),
    mains: Object.fromEntries(shared.map(([code, [main = '']]) => [code, main])),
  }
}

function planOf(row: Row): Plan {
  const text = (column: number) => (typeof row[column] === 'string' ? row[column] : '')
  const prefix = text(COLUMN.parsing) || text(COLUMN.prefix)
  const transform = text(COLUMN.transform)
  const plan = [text(COLUMN.code), text(COLUMN.idd), text(COLUMN.pattern)] as const
  const lengths = row[COLUMN.lengths] as number[]
  if (prefix === '') return [...plan, lengths]
  return transform === '' ? [...plan, lengths, prefix] : [...plan, lengths, prefix, transform]
}

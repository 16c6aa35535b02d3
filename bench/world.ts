import type { World } from '../functions/composition.ts'
import { API_KEY } from './parts.ts'

/** The addresses of what the functions call, and what takes their requests to the tables. */
type Addresses = {
  readonly database: string
  readonly tables?: World['tables']
  readonly phone: string
  readonly site: string
  readonly publicUrl: string
}

/** The environment of the functions that are measured, with limits that are never reached. */
export const benchWorld = ({ database, tables, phone, site, publicUrl }: Addresses): World => ({
  tables,
  clock: () => new Date(),
  env: {
    PAYMENTS_TABLE: 'payments',
    PAYERS_TABLE: 'users',
    DYNAMODB_ENDPOINT: database,
    AUTHY_API_URL: phone,
    AUTHY_API_KEY: API_KEY,
    PUBLIC_URL: publicUrl,
    SITE_URL: site,
    PUSH_SEED: 'a seed of the bench, of 32 characters or more',
    PUSH_STAND_IN: phone,
    EVENT_BUS: 'payfriend',
    // Nobody signs out.
    USER_POOL_ID: 'none',
    OPEN_PAYMENTS: '1000',
    PAYMENTS_PER_HOUR: '1000',
    PAYMENT_TTL_SECONDS: '600',
  },
})

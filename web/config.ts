import type { Currency } from './amountText.ts'

/** All that the page needs to know of where it is. */
export type Config = {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  readonly redirectPath: string
  readonly signOutUrl: string
  readonly changePasswordUrl?: string
  readonly currencies: readonly Currency[]
}

/** The same page is served everywhere; where it runs is told by the server beside it. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`config.json answered ${response.status}`)
  return (await response.json()) as Config
}

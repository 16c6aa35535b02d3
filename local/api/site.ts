import { bundlePage, type Page } from '../../lib/page.ts'

/** The page as it is served: what every visitor gets, and what says where this one runs. */
export type Site = {
  readonly files: Page
  /** Served as `/config.json`. */
  readonly config: object
}

/** The page beside a configuration. */
export async function buildSite({ config }: { config: object }): Promise<Site> {
  return { files: bundlePage(), config }
}

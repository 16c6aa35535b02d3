import { bundlePage, type Page } from '../../lib/page.ts'

/** The page's files and this stage's configuration. */
export type Site = {
  readonly files: Page
  /** Served as `/config.json`. */
  readonly config: object
}

/** Bundle the page and add a configuration. */
export async function buildSite({ config }: { config: object }): Promise<Site> {
  return { files: bundlePage(), config }
}

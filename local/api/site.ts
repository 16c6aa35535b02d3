import type { Brand } from '../../lib/brand.ts'
import { bundlePage, type Page } from '../../lib/page.ts'

/** The page's files and this stage's configuration. */
export type Site = {
  readonly files: Page
  /** Served as `/config.json`. */
  readonly config: object
  /** Default: Payfriend. */
  readonly brand?: Brand
}

/** Bundle the page of this brand and add a configuration. */
export async function buildSite({
  config,
  brand,
}: {
  config: object
  brand: Brand
}): Promise<Site> {
  return { files: bundlePage(brand), config, brand }
}

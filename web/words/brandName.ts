/** The name of the service, which the build sets to the stage's `brand.name`. */
declare const BRAND_NAME: string | undefined

/** The name of the service, as payers know it. */
export const brandName = typeof BRAND_NAME === 'string' ? BRAND_NAME : 'Payfriend'

/** The title of the tab while a view with this heading is shown. */
export const titleOf = (heading: string): string =>
  heading === brandName ? heading : `${heading} · ${brandName}`

import { renderSVG } from 'uqr'

/** The light frame that the standard demands around a QR code, in modules. */
const QUIET_ZONE = 4

/** A QR code of this address, as the address of a picture: the page's policy allows no inline markup. */
export const qrAddress = (address: string): string =>
  `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { ecc: 'M', border: QUIET_ZONE }))}`

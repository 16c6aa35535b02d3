import { brandName } from './brandName.ts'

/** The way to what waits on a phone: of a payment and of a phone that is added. */
export const phoneLinksWords = {
  approveHere: 'Approve here',
  scan: (address: string) => `Scan this with the camera of your phone, or open ${address} there.`,
  scanOther: (address: string) =>
    `To approve on another phone, scan this with its camera, or open ${address} there.`,
  qr: `A QR code that opens ${brandName} on your phone`,
}

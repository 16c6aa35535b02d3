import { el } from '../element.ts'
import { qrAddress } from '../qr.ts'

/** An address as a QR code to scan with another device. */
export const qrImage = (address: string, alt: string): HTMLElement =>
  el('img', { class: 'qr', src: qrAddress(address), alt, width: 240, height: 240 })

import { el } from '../element.ts'

/**
 * An address as a QR code to scan with another device. What draws it is loaded when it is needed; without it the text
 * is there, and the address stands beside it.
 */
export function qrImage(address: string, alt: string): HTMLElement {
  const image = el('img', { class: 'qr', alt, width: 240, height: 240 })
  import('../qr.ts').then(
    ({ qrAddress }) => {
      image.src = qrAddress(address)
    },
    (error) => console.error(error),
  )
  return image
}

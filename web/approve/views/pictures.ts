/** Small drawings for the guide, as SVG elements in the colours of the text. */

const SVG = 'http://www.w3.org/2000/svg'

/** Paths of a drawing that is 24 units wide and high; `dim` is what is only around. */
type Drawing = { readonly lines: string; readonly dim?: string }

const DRAWINGS = {
  share: { lines: 'M12 14V3M8.5 6.5 12 3l3.5 3.5', dim: 'M8 10H6v11h12V10h-2' },
  add: {
    lines: 'M12 8v8M8 12h8',
    dim: 'M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3',
  },
  open: {
    lines: 'M10.500 9h3v3h-3z',
    dim: 'M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2M10.500 19.500h3',
  },
  type: {
    lines: 'M8 9h8M8 12h8M8 15h4',
    dim: 'M7 2h10a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2',
  },
} as const satisfies Record<string, Drawing>

/** A drawing; the sentence beside it says the same, so that screen readers leave it out. */
export function picture(name: keyof typeof DRAWINGS): SVGElement {
  const drawing: Drawing = DRAWINGS[name]
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'picture')
  svg.setAttribute('aria-hidden', 'true')
  for (const [kind, d] of Object.entries(drawing)) {
    const path = document.createElementNS(SVG, 'path')
    path.setAttribute('class', kind)
    path.setAttribute('d', d)
    svg.append(path)
  }
  return svg
}

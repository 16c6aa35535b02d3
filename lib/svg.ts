/** An SVG that only draws: what it may hold is listed, so that nothing in it can run, load, or show what is others'. */

/** Elements that draw, and what they draw with. None has a prefix. */
const ELEMENTS = words(
  'svg g defs symbol use title desc style path rect circle ellipse line polyline polygon text tspan',
  'linearGradient radialGradient stop clipPath mask',
)

const ATTRIBUTES = words(
  'xmlns xmlns:xlink xml:space version baseProfile viewBox preserveAspectRatio width height',
  'id class style role aria-label aria-labelledby aria-hidden focusable data-name href xlink:href',
  'd x y x1 y1 x2 y2 dx dy cx cy r rx ry fx fy fr points transform offset',
  'fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit',
  'stroke-dasharray stroke-dashoffset stroke-opacity opacity color display visibility overflow',
  'clip-path clip-rule mask stop-color stop-opacity gradientUnits gradientTransform spreadMethod',
  'clipPathUnits maskUnits maskContentUnits vector-effect shape-rendering paint-order isolation',
  'font-family font-size font-weight font-style letter-spacing text-anchor dominant-baseline',
)

/** Functions of CSS and of `transform`. `url()` is looked at for itself; all others that take an address are missing. */
const FUNCTIONS = words('url rgb rgba hsl hsla matrix translate scale rotate skewX skewY')

/** Attributes that may have one form of value only. */
const VALUES: Readonly<Record<string, RegExp>> = {
  xmlns: /^http:\/\/www\.w3\.org\/2000\/svg$/,
  'xmlns:xlink': /^http:\/\/www\.w3\.org\/1999\/xlink$/,
  href: /^#[\w.-]+$/,
  'xlink:href': /^#[\w.-]+$/,
}

const PROLOG =
  /^\ufeff?<\?xml version=["']1\.[01]["'](?: encoding=["']utf-8["'])?(?: standalone=["'](?:yes|no)["'])?\s*\?>/i
const COMMENT = /<!--(?:(?!--)[\s\S])*-->/g
// Blanks are those of XML: in a name, other blanks would be letters.
const TAG =
  /<(\/?)([A-Za-z][\w:.-]*)((?:[ \t\r\n]+[A-Za-z][\w:.-]*[ \t\r\n]*=[ \t\r\n]*(?:"[^"<>]*"|'[^'<>]*'))*)[ \t\r\n]*\/?>/g
const ATTRIBUTE = /([A-Za-z][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * Look at an SVG.
 *
 * @returns the attributes of its root; or what is wrong with it, as the end of a sentence
 */
export function drawingOf(
  text: string,
): { readonly root: ReadonlyMap<string, string> } | { readonly flaw: string } {
  if (text.includes('\\')) return { flaw: 'may not have a backslash in it' }
  if (text.includes('&')) return { flaw: 'may not have an entity (&) in it' }
  const bare = text.replace(PROLOG, '').replace(COMMENT, ' ').trim()
  if (/<[!?]/.test(bare)) {
    return { flaw: 'may not have a document type, an instruction or CDATA in it' }
  }
  const tags = [...bare.matchAll(TAG)].map(([whole, end = '', name = '', rest = '']) => ({
    whole,
    isEnd: end === '/',
    name,
    attributes: attributesIn(rest),
  }))
  const [root] = tags
  const isOne = root?.name === 'svg' && bare.startsWith(root.whole) && /<\/svg\s*>$/.test(bare)
  // Each bracket belongs to a tag that was read.
  if (!isOne || /[<>]/.test(bare.replace(TAG, ''))) return { flaw: 'is no SVG' }
  for (const { name, attributes } of tags) {
    if (!ELEMENTS.has(name)) return { flaw: `may not have <${name}> in it` }
    for (const [attribute, value] of attributes) {
      if (!ATTRIBUTES.has(attribute))
        return { flaw: `may not have the attribute ${attribute} in it` }
      if (VALUES[attribute]?.test(value) === false || loads(value)) {
        return { flaw: `may not have an address outside itself in it (${attribute})` }
      }
    }
  }
  if (
    bare
      .split(/<style[^>]*>/)
      .slice(1)
      .some(isForeignStyle)
  ) {
    return { flaw: 'may not have an address outside itself in it (style)' }
  }
  return { root: root.attributes }
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(ATTRIBUTE)]
  return new Map(pairs.map(([, name = '', one, other]) => [name, one ?? other ?? '']))
}

/** Whether a value of CSS could load what is not in the file. */
function loads(css: string): boolean {
  const functions = [...css.matchAll(/([\p{L}\w-]*)\s*\(/gu)].map(([, name = '']) => name)
  const addresses = css.match(/url\s*\(/g) ?? []
  const own = css.match(/url\(\s*["']?#[\w.-]+["']?\s*\)/g) ?? []
  return !functions.every((name) => FUNCTIONS.has(name)) || addresses.length > own.length
}

/** @param text from a style sheet on */
function isForeignStyle(text: string): boolean {
  const [sheet = ''] = text.split('<')
  return sheet.includes('@') || loads(sheet)
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '))
}

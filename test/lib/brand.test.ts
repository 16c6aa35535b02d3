/** The brand of a stage: what is taken, what is refused, and where payers see it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brandOf, PAYFRIEND } from '../../lib/brand.ts'
import { mails } from '../../lib/mails.ts'
import { approveHeaders, bundlePage, type Page, pageHeaders } from '../../lib/page.ts'
import { synthesize } from './synthesized.ts'

const NAME = 'Bank of Ada & Söhne'
const folder = mkdtempSync(join(tmpdir(), 'payfriend-brand-'))

const svg = (inside = '<rect width="60" height="30"/>', attributes = 'viewBox="0 0 60 30"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>\n`

/** As much of a PNG as tells its size. */
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(33)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(head)
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return head
}

function fileOf(name: string, body: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, body)
  return path
}

const refused = (what: string): never => {
  throw new Error(what)
}
const brand = (name: string, logo?: string) => brandOf({ name, ...(logo && { logo }) }, refused)
const logo = fileOf('ada.svg', svg())

test('without a setting it is Payfriend’s', () => {
  expect(brandOf(undefined, refused)).toEqual(PAYFRIEND)
  expect(PAYFRIEND).toEqual({ name: 'Payfriend' })
})

test.each([
  'A',
  'Bank of Ada & Söhne',
  'Zoë’s Shop (EU)',
  'بنك آدا',
  '3 Köpfe',
  'x'.repeat(30),
  'ร้านน้ำ',
  'q\u0323\u0302',
])('the name may be %s', (name) => {
  expect(brand(name)).toEqual({ name })
})

test.each([
  ['empty', '', /^name must be letters/],
  ['too long', 'x'.repeat(31), /^name must have at most 30 characters$/],
  ['with blanks around it', ' Ada', /^name must be letters/],
  ['with a blank at its end', 'Ada ', /^name must be letters/],
  ['with two blanks', 'Bank  Ada', /^name must be letters/],
  ['with marks of HTML', 'Ada <b>', /^name must be letters/],
  ['with a quote', 'Ada "B"', /^name must be letters/],
  ['with braces', 'Ada {browsers}', /^name must be letters/],
  ['with a line break', 'Ada\nBcc', /^name must be letters/],
  ['with a direction mark', 'Ada\u202e', /^name must be letters/],
  ['of an emoji', '💶 Ada', /^name must be letters/],
  ['not composed', 'So\u0308hne', /^name must be letters/],
  ['of marks only', '\u0301\u0302', /^name must be letters/],
  ['invisible', '\u3164', /^name may not have invisible letters/],
  ['half a syllable that is not drawn', '\u115f', /^name may not have invisible letters/],
  ['visible in part', 'Ada\uffa0', /^name may not have invisible letters/],
  ['with a variation of nothing', 'Ada\ufe0f', /^name may not have invisible letters/],
  ['with a mark on a space', 'Ada \u0323B', /^name may not have invisible letters/],
  ['with a mark around a letter', 'A\u20dd', /^name may not have invisible letters/],
  ['with three marks on a letter', 'q\u0323\u0324\u0325', /more than two marks on a letter$/],
])('a name that is %s is refused', (_, name, why) => {
  expect(() => brand(name)).toThrow(why)
})

test('a logo may be an SVG or a PNG', () => {
  expect(brand('Ada', logo).logo).toMatchObject({ type: 'svg', ratio: 2 })
  expect(brand('Ada', fileOf('ada.png', png(56, 56))).logo).toMatchObject({ type: 'png', ratio: 1 })
})

test.each([
  ['of another kind', 'ada.gif', svg(), /^logo must be an \.svg or a \.png file$/],
  ['too large', 'large.svg', svg('x'.repeat(50_000)), /^logo has \d+ bytes, and may have 50000$/],
  ['no PNG', 'no.png', 'GIF89a', /^logo is no PNG$/],
  ['too small', 'small.png', png(55, 55), /^logo must be at least 56 pixels high$/],
  ['too wide', 'wide.png', png(401, 100), /^logo must be as wide as high/],
  ['too tall', 'tall.png', png(99, 100), /^logo must be as wide as high/],
  ['no SVG', 'no.svg', '<html></html>', /^logo is no SVG$/],
  ['without a size', 'size.svg', svg('', 'width="60"'), /^logo needs a viewBox$/],
  ['of no height', 'flat.svg', svg('', 'viewBox="0 0 60 0"'), /^logo must be as wide as high/],
])('a logo that is %s is refused', (_, name, body, why) => {
  expect(() => brand('Ada', fileOf(name, body))).toThrow(why)
})

const OUTSIDE = /may not have an address outside itself in it/

test.each([
  ['runs', '<script>x()</script>', /may not have <script> in it$/],
  ['runs by a prefix', '<svg:script/>', /may not have <svg:script> in it$/],
  ['runs by a prefix with a hyphen', '<s-v:script href="#a"/>', /may not have <s-v:script> in it$/],
  ['runs by a prefix with a dot', '<s.v:script/>', /may not have <s\.v:script> in it$/],
  ['runs by a prefix of other letters', '<é:script/>', /is no SVG$/],
  ['runs after a letter that ends no name', '<script\u00a0/>', /is no SVG$/],
  [
    'declares a prefix',
    '<g xmlns:s-v="http://www.w3.org/2000/svg"/>',
    /attribute xmlns:s-v in it$/,
  ],
  ['becomes HTML', '<g xmlns="http://www.w3.org/1999/xhtml"/>', OUTSIDE],
  ['listens', '<g onload="x()"/>', /may not have the attribute onload in it$/],
  ['listens without quotes', '<g onload=x() />', /is no SVG$/],
  ['runs when clicked', '<a href="javascript:x()"/>', /may not have <a> in it$/],
  ['has HTML in it', '<foreignObject/>', /may not have <foreignObject> in it$/],
  ['has HTML in it by a prefix', '<s-v:foreignObject/>', /may not have <s-v:foreignObject> in it$/],
  ['has a picture', '<image href="#a"/>', /may not have <image> in it$/],
  ['sets an address later', '<set attributeName="href" to="x"/>', /may not have <set> in it$/],
  ['loads', '<use href="https://a.example/b"/>', OUTSIDE],
  ['loads a script’s address', '<use xlink:href="javascript:x()"/>', OUTSIDE],
  ['loads a style', '<style>@import "a"</style>', OUTSIDE],
  ['loads in a style', '<style>.a{fill:url(//a.example)}</style>', OUTSIDE],
  [
    'loads in a second style',
    '<style>.a{}</style><style>.a{fill:url(//a.example)}</style>',
    OUTSIDE,
  ],
  ['loads by another function', '<style>.a{mask:image-set("//a.example" 1x)}</style>', OUTSIDE],
  ['loads a colour', '<g fill="url(https://a.example)"/>', OUTSIDE],
  ['loads after its own', '<g style="fill:url(#a);mask:url(b)"/>', OUTSIDE],
  ['loads by an escape', '<g style="fill:u\\72l(http://a.example)"/>', /a backslash in it$/],
  ['loads by an entity', '<g fill="u&#114;l(http://a.example)"/>', /an entity \(&\) in it$/],
  ['hides words in CDATA', '<style><![CDATA[@import "a"]]></style>', /CDATA in it$/],
  ['ends a comment early', '<!-- --><script/>-->', /is no SVG$|<script>/],
])('a logo that %s is refused', (_, inside, why) => {
  expect(() => brand('Ada', fileOf('inside.svg', svg(inside)))).toThrow(why)
})

test.each([
  ['a document type', `<!DOCTYPE svg>${svg()}`, /a document type, an instruction or CDATA in it$/],
  ['a style sheet', `<?xml-stylesheet href="a.css"?>${svg()}`, /an instruction/],
  ['letters of another code', `<?xml version="1.0" encoding="utf-7"?>${svg()}`, /an instruction/],
])('a logo that begins with %s is refused', (_, body, why) => {
  expect(() => brand('Ada', fileOf('beginning.svg', body))).toThrow(why)
})

test.each([
  ['Payfriend’s own', readFileSync('web/icon.svg', 'utf8')],
  [
    'one as drawing programs write it',
    `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
    <!-- Generator: a program, SVG 1.1 -->
    ${svg(
      `<title>Ada (EU)</title><style>.st0{fill:#0b6b5d;stroke:rgb(0,0,0);font-family:'Arial'}</style>
      <defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
      <g class="st0" style="fill:url(#a)" transform="translate(1 2)"><path d="M0 0h6v6z"/>
      <use xlink:href='#a' fill='url("#a")'/></g>`,
      'version="1.1" viewBox="0 0 60 60" xmlns:xlink="http://www.w3.org/1999/xlink"',
    )}`,
  ],
])('a logo may be %s', (_, body) => {
  expect(brand('Ada', fileOf('taken.svg', body)).logo).toMatchObject({ type: 'svg', ratio: 1 })
})

test('a logo that is not there is refused', () => {
  expect(() => brand('Ada', join(folder, 'none.svg'))).toThrow(/^logo cannot be read: /)
})

describe('the page of a brand', () => {
  const page = bundlePage(brand(NAME, logo))
  const own = bundlePage()

  test.each(['/index.html', '/approve.html'])('has name and logo in %s', (path) => {
    const html = textOf(page, path)
    expect(html).toContain('<title>Bank of Ada &amp; Söhne</title>')
    expect(html).toMatch(
      /<img src="\/assets\/logo-[0-9a-f]{8}\.svg" alt="" width="56" height="28" \/>Bank of Ada &amp; Söhne/,
    )
    expect(html).not.toMatch(/Payfriend|\{\w+\}/)
    expect(textOf(own, path)).toContain('<title>Payfriend</title>')
  })

  test('names it in its script, and on the home screen', () => {
    expect(JSON.parse(textOf(page, '/approve.webmanifest'))).toMatchObject({ name: NAME })
    const scripts = [...page.keys()].filter((path) => path.endsWith('.js'))
    expect(scripts.some((path) => textOf(page, path).includes(`"${NAME}"`))).toBe(true)
  })

  test('serves the logo itself, and its policy is as strict as before', () => {
    const [path = '', file] = [...page].find(([path]) => path.includes('/logo-')) ?? []
    expect(file).toMatchObject({ type: 'image/svg+xml', immutable: true })
    expect(textOf(page, path)).toBe(svg())
    for (const headers of [pageHeaders({ connect: [] }), approveHeaders()]) {
      expect(headers['content-security-policy']).toMatch(/img-src 'self'( data:)?;/)
    }
  })

  test.each([
    ['an SVG', logo, true],
    ['a square PNG', fileOf('square.png', png(100, 100)), true],
    ['a wide PNG', fileOf('banner.png', png(200, 100)), false],
  ])('has the logo in the tab if it fits there: %s', (_, file, fits) => {
    const branded = bundlePage(brand('Ada', file))
    for (const path of ['/index.html', '/approve.html']) {
      const [, icon = '', type] =
        /rel="icon" href="([^"]+)" type="([^"]+)"/.exec(textOf(branded, path)) ?? []
      expect(icon.startsWith('/assets/logo-')).toBe(fits)
      expect(branded.get(icon)?.type).toBe(type)
    }
  })

  test('gives a push the logo if it is a PNG, and Payfriend’s if it is not', () => {
    const inPng = bundlePage(brand('Ada', fileOf('push.png', png(100, 100))))
    expect(inPng.get('/logo.png')?.body).toEqual(png(100, 100))
    expect(page.get('/logo.png')?.body).toEqual(own.get('/logo.png')?.body)
  })
})

const textOf = (page: Page, path: string) => page.get(path)?.body.toString('utf8') ?? ''

describe('the template of a stage with a brand', () => {
  const { the } = synthesize({ brand: { name: NAME, logo } })

  test('has mails that name it', () => {
    const { AdminCreateUserConfig, EmailVerificationSubject } =
      the('AWS::Cognito::UserPool').Properties
    expect(AdminCreateUserConfig.InviteMessageTemplate.EmailSubject).toBe(
      `You are invited to ${NAME}`,
    )
    expect(EmailVerificationSubject).toBe(`Your code for ${NAME}`)
    const { userInvitation } = mails('https://pay.example.com', { name: NAME })
    expect(userInvitation?.emailBody).toContain('With Bank of Ada &amp; Söhne you')
  })

  test('shows the logo at sign-in, light and dark, with the page’s colours', () => {
    const { Assets, Settings, UseCognitoProvidedValues } = the(
      'AWS::Cognito::ManagedLoginBranding',
    ).Properties
    const asset = { Category: 'FORM_LOGO', Extension: 'SVG', Bytes: btoa(svg()) }
    expect(Assets).toEqual([
      { ...asset, ColorMode: 'LIGHT' },
      { ...asset, ColorMode: 'DARK' },
    ])
    expect(Settings.components.form.logo).toMatchObject({ enabled: true })
    // Cognito refuses its own values beside others.
    expect(UseCognitoProvidedValues).toBeUndefined()
  })
})

test.each([
  [{ name: 'Ada <b>' }, 'brand.name must be letters'],
  [{ name: 'Ada', logo: join(folder, 'none.svg') }, 'brand.logo cannot be read'],
  [{ name: 'Ada', colour: 'red' }, 'brand.colour is no setting'],
  [{ logo }, 'brand.name must be a text'],
])('synth stops at the brand %o', (brand, message) => {
  expect(() => synthesize({ brand })).toThrow(message)
})

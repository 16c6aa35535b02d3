/** Whose service it is: a name, and a logo of their own. What EMV 3-D Secure calls the issuer's zone. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { drawingOf } from './svg.ts'

export type Brand = {
  /** As payers know the service; 30 characters at most. */
  readonly name: string
  /** Default: the logo of Payfriend. */
  readonly logo?: Logo | undefined
}

type Logo = {
  readonly type: 'svg' | 'png'
  readonly body: Buffer
  /** Width by height. */
  readonly ratio: number
}

/** The brand of a stage that sets none. */
export const PAYFRIEND: Brand = { name: 'Payfriend' }

const NAME_CHARACTERS_MAX = 30
const LOGO_BYTES_MAX = 50_000
/** Taller than wide it would be too small to be known; wider it leaves no room beside it on a phone. */
const RATIO_MIN = 1
const RATIO_MAX = 4
/** Twice what the page's header shows, for screens with fine pixels. */
const PNG_HEIGHT_MIN = 56

/**
 * Letters, marks, digits and what names have between them. Nothing of it has a meaning in HTML, JSON or a template but
 * `&`, which is escaped.
 */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,&’'+()!-]*$/u

/** Letters that are drawn as nothing (ㅤ, U+3164), marks without a letter, around one, or more than two on one. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|(?<![\p{L}\p{M}])\p{M}|\p{Me}|\p{Mn}{3}/u

/**
 * A brand as it is set, checked.
 *
 * @param refuse throws an error; what is wrong begins with `name` or `logo`
 */
export function brandOf(
  given: { readonly name?: string | undefined; readonly logo?: string | undefined } | undefined,
  refuse: (what: string) => never,
): Brand {
  const { name = PAYFRIEND.name, logo: path } = given ?? {}
  const flaw = flawOfName(name)
  if (flaw !== null) return refuse(`name ${flaw}`)
  if (path === undefined) return { name }
  const logo = readLogo(path)
  return 'flaw' in logo ? refuse(`logo ${logo.flaw}`) : { name, logo }
}

/** What is wrong with a brand's name, as the end of a sentence; null if nothing is. */
function flawOfName(name: string): string | null {
  if ([...name].length > NAME_CHARACTERS_MAX) {
    return `must have at most ${NAME_CHARACTERS_MAX} characters`
  }
  if (!NAME.test(name) || / {2}| $/.test(name) || name !== name.normalize('NFC')) {
    return "must be letters, digits, single spaces and . , & ’ ' + ( ) ! -, with a letter or digit first"
  }
  if (UNSEEN.test(name)) return 'may not have invisible letters, or more than two marks on a letter'
  return null
}

/**
 * Read a logo.
 *
 * @param path of an `.svg` or `.png`, from the folder where the command runs
 * @returns the logo, or what is wrong with it as the end of a sentence
 */
function readLogo(path: string): Logo | { readonly flaw: string } {
  const type = extname(path).slice(1)
  if (type !== 'svg' && type !== 'png') return { flaw: 'must be an .svg or a .png file' }
  let body: Buffer
  try {
    body = readFileSync(path)
  } catch {
    return { flaw: `cannot be read: ${path}` }
  }
  if (body.length > LOGO_BYTES_MAX) {
    return { flaw: `has ${body.length} bytes, and may have ${LOGO_BYTES_MAX}` }
  }
  const size = type === 'png' ? sizeOfPng(body) : sizeOfSvg(body.toString('utf8'))
  if ('flaw' in size) return size
  const ratio = size.width / size.height
  if (!(ratio >= RATIO_MIN && ratio <= RATIO_MAX)) {
    return { flaw: `must be as wide as high, or up to ${RATIO_MAX} times as wide` }
  }
  return { type, body, ratio }
}

type Size = { readonly width: number; readonly height: number } | { readonly flaw: string }

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

function sizeOfPng(body: Buffer): Size {
  const isPng = body.length > 24 && body.subarray(0, 8).equals(PNG_SIGNATURE)
  if (!isPng || body.toString('latin1', 12, 16) !== 'IHDR') return { flaw: 'is no PNG' }
  const [width, height] = [body.readUInt32BE(16), body.readUInt32BE(20)]
  if (height < PNG_HEIGHT_MIN) return { flaw: `must be at least ${PNG_HEIGHT_MIN} pixels high` }
  return { width, height }
}

function sizeOfSvg(text: string): Size {
  const drawing = drawingOf(text)
  if ('flaw' in drawing) return drawing
  const [, width, height] =
    /^\s*[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)\s*$/.exec(
      drawing.root.get('viewBox') ?? '',
    ) ?? []
  if (width === undefined || height === undefined) return { flaw: 'needs a viewBox' }
  return { width: Number(width), height: Number(height) }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CURRENCIES } from '../../functions/core/money.ts'
import { payeeText } from '../../functions/core/payeeText.ts'

/** What is stored for a text; a text that is refused fails the test with its reason. */
function stored(field: 'name' | 'id', text: string): string {
  const checked = payeeText(field, text)
  if ('text' in checked) return checked.text
  throw new Error(`${JSON.stringify(text)}: ${checked.reason}`)
}
const reasonFor = (field: 'name' | 'id', text: string) => {
  const checked = payeeText(field, text)
  return 'reason' in checked ? checked.reason : `taken as ${JSON.stringify(checked.text)}`
}

test.each([
  ['name', 0, 1, 70],
  ['id', 2, 3, 64],
] as const)('a payee’s %s has not %i, but %i to %i characters', (field, tooFew, least, most) => {
  expect(payeeText(field, 'ž'.repeat(tooFew))).toHaveProperty('reason')
  expect(payeeText(field, 'ž'.repeat(least))).toEqual({ text: 'ž'.repeat(least) })
  expect(payeeText(field, 'z\u030c'.repeat(most))).toEqual({ text: 'ž'.repeat(most) })
  expect(reasonFor(field, 'ž'.repeat(most + 1))).toBe(`Use ${most} characters at most.`)
  expect(reasonFor(field, 'a'.repeat(most + 1))).toBe(`Use ${most} characters at most.`)
})

test('a letter beyond U+FFFF counts as two, as it does where the sentence is shown', () => {
  expect(payeeText('name', '𠮷'.repeat(35))).toEqual({ text: '𠮷'.repeat(35) })
  expect(payeeText('name', '𠮷'.repeat(36))).toHaveProperty('reason')
})

test.each([
  ['name', '', 'Enter a name.'],
  ['name', ' \u00a0\u3000', 'Enter a name.'],
  ['id', '', 'Enter an e-mail address or account.'],
  ['id', ' ab ', 'Use 3 characters at least.'],
  ['id', 'nev(ille', 'Use no brackets.'],
  ['name', 'Nev\u202eille', expect.stringMatching(/hidden characters\.$/)],
] as const)(
  'what is wrong with the %s %j is told so that it can be mended',
  (field, text, reason) => {
    expect(payeeText(field, text)).toEqual({ reason })
  },
)

test.each([
  ['Cc, a line break', '\n'],
  ['Cc, a null', '\0'],
  ['Cc, a tabulator', '\t'],
  ['Cc, an escape', '\x1b'],
  ['Cf, a right-to-left override', '\u202e'],
  ['Cf, an isolate', '\u2066'],
  ['Cf, a zero-width space', '\u200b'],
  ['Cf, a joiner', '\u200d'],
  ['Cf, a byte order mark', '\ufeff'],
  ['Cf, a soft hyphen', '\u00ad'],
  ['Cf, a tag', '\u{e0041}'],
  ['Cn, unassigned', '\u0378'],
  ['Co, private', '\ue000'],
  ['Cs, half a pair', '\ud800'],
  ['Zl, a line separator', '\u2028'],
  ['Zp, a paragraph separator', '\u2029'],
  ['So, an emoji', '😀'],
  ['So, a flag', '🇬🇧'],
  ['So, a heart', '❤'],
  ['So, a replacement character', '\ufffd'],
  ['So, a blank of Braille', '\u2800'],
  ['So, a letter in a circle', 'Ⓐ'],
  ['Lo, a filler that is a letter to Unicode and nothing to the eye', '\u3164'],
  ['Lo, a hieroglyph that is a blank', '\u{13441}'],
  ['Mn, a filler of Khitan', '\u{16fe4}'],
  ['Mn, a variation selector', '\ufe0f'],
  ['Mn, a variation selector for ideographs', '\u{e0100}'],
  ['Mn, a stroke over a letter', '\u0338'],
  ['Sk, a skin tone', '\u{1f3fb}'],
  ['Sk, an accent that stands alone', '\u02dc'],
  ['Sm, a ratio that looks like a colon', '\u2236'],
  ['Sm, a division that looks like a slash', '\u2215'],
  ['Me, a keycap', '\u20e3'],
])('%s, is in no payee’s name or id', (_, sign) => {
  expect(payeeText('name', `Nev${sign}ille`)).toHaveProperty('reason')
  expect(payeeText('id', `nev${sign}ille`)).toHaveProperty('reason')
})

/** Every character of Unicode's `Zs`. */
const SPACES = [
  ...' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
]

test('every space, and every run of spaces, is one space, and none is at the ends', () => {
  for (const space of SPACES) {
    expect(stored('name', `${space}Neville${space}Longbottom${space} `)).toBe('Neville Longbottom')
    expect(stored('id', `GB29${space}1234${space}${space} 5678`)).toBe('GB29 1234 5678')
  }
  expect(stored('name', '\tNeville\r\n')).toBe('Neville')
})

/** Names as people, firms and places have them, and what of each is stored where that is another text. */
const NAMES: readonly (readonly [name: string, stored?: string])[] = [
  ...[
    'Zoë O’Hara-Łukasiewicz',
    "D'Angelo",
    'J. R. Smith, Jr.',
    'Nestlé S.A.',
    '€uro',
    '1&1',
    'C+A',
  ].map((name) => [name] as const),
  ...[
    'Acme (UK) Ltd',
    'Mueller (Berlin) GmbH',
    'A [North] {Two} <East> Co',
    'Acme (UK) 24 Ltd',
  ].map((name) => [name] as const),
  ...[
    'A & B "Ltd." #1 +2',
    '99p Stores',
    '9 to 5 Ltd',
    '„Hotel 3 Könige“',
    'Café «Zur Post 7»',
  ].map((name) => [name] as const),
  ...[
    'Reference (Refrigeration) Ltd',
    'Referral (Prefab)',
    'REF Design 24',
    'Brand × Brand',
    'TOP 10',
    '24/7 Help',
  ].map((name) => [name] as const),
  ...[
    '‘Bill’ Smith',
    'Wičháȟpi',
    'Māori Trust',
    'Ọlọ́runfẹ́mi',
    'Đặng Thị Ánh Nguyệt',
    'Paral·lel',
  ].map((name) => [name] as const),
  ...['Þórður', 'Ćwikła', 'Şükrü İnönü', 'ǃNaruseb', 'ʿAbd al-Raḥmān', 'Ɓala Ɗanjuma', 'Łódź'].map(
    (name) => [name] as const,
  ),
  ...[
    'Ольга',
    'Мар’яна Їжакевич',
    'Ђорђе',
    'Σωκράτης',
    'Ἀθηνᾶ',
    'Արմեն',
    'გიორგი',
    'አበበ',
    'ᏣᎳᎩ',
  ].map((name) => [name] as const),
  ...[
    'נעמי',
    'שָׁלוֹם',
    'צה״ל',
    'חברה 2000 בע״מ',
    '24 שעות',
    'Microsoft ישראל',
    'محمد',
    'مُحَمَّد',
    'الله',
  ].map((name) => [name] as const),
  ...['علی‌پور', 'می‌خواهم', 'مهدی', 'ܝܘܚܢܢ', 'ދިވެހި', 'ߒߞߏ', '𞤀𞤣𞤤𞤢𞤥'].map((name) => [name] as const),
  ...['राजेन्द्र', 'श्रीमती', 'दर्‍या', 'क्‍ष', 'रत्‌न', 'ক্ষুদ্র', 'ব্র‍্যাক', 'ਗੁਰਪ੍ਰੀਤ', 'ગુજરાત', 'ଓଡ଼ିଆ'].map(
    (name) => [name] as const,
  ),
  ...['தமிழ்ச்செல்வி', 'பக்‌ஷி', 'తెలుగు', 'ಕೃಷ್ಣ', 'ರ‍್ಯಾಂಕ್', 'കൃഷ്ണൻ', 'ශ්‍රීමතී', 'ක්‍ෂ'].map(
    (name) => [name] as const,
  ),
  ...['สำนักงาน', 'น้ำผึ้ง', 'ພຣະນ້ຳ', 'ဖြိုး', 'ရွှေ', 'မြွှေ', 'ស្ត្រី', 'བསྒྲུབས', 'ᠮᠣᠩᠭᠣᠯ', 'ᠠᠷᠠᠳ᠎ᠠ'].map(
    (name) => [name] as const,
  ),
  ...[
    '李小龍',
    '髙橋',
    '佐々木',
    '山田(株)',
    'ヴェルサーチ',
    '김철수',
    '㐂',
    '「すし」屋',
    '三菱(東京)',
  ].map((name) => [name] as const),
  ...[
    'Işık Sarı',
    'Dǐng María Ĵan',
    'İstanbul',
    'Nguyễn Thị Lĩnh',
    'Ni\u0307\u0301 Ji\u0307\u0303',
    'Ki\u0328\u0307\u0301',
  ].map((name) => [name] as const),
  ...[
    'Eurostar 9',
    'Gbproject 3',
    '9 Eurostars',
    'Euro 2024',
    'NeurEUR 9',
    'EUR Trading',
    'Rue 9, CAD Studio',
  ].map((name) => [name] as const),
  ...[
    'Ref Bikes Ltd',
    'Refuge Trust',
    'Ref SPORTS',
    'REF SUPPLY',
    'Ref-Hunter',
    'Refresh24 Ltd',
    'Ref 7KQ2MXY',
    'Pref: 7KQ2MX',
    'Reference 2024 Ltd',
    'Référence Mode SARL',
    'Referenz Bau 2024 GmbH',
    'Conference Ref24',
    'Refresh 7KQ2MX',
  ].map((name) => [name] as const),
  ...['"Bob" @ Home', 'O’Neill @ Work', "D'Angelo bob@x.com"].map((name) => [name] as const),
  ['Mar\u0131\u0301a', 'María'],
  ['\u0237\u0302an', 'ĵan'],
  ['N\u0131\u0323\u0301', 'Nị\u0301'],
  ['N\u0131\u0951', 'Ni\u0951'],
  ['N\u0131\u0307na', 'Nina'],
  ['N\u0131\u0307\u0301', 'Ni\u0307\u0301'],
  ['Si\u0307mon', 'Simon'],
  ['Dj\u0307ango', 'Django'],
  ['Nị\u0307', 'Nị'],
  ['Ольга \u0456\u0307', 'Ольга \u0456'],
  ['İ'.toLowerCase(), 'i'],
  ['葛\u{e0100}城', '葛城'],
  ['葛\ufe00城', '葛城'],
  ['ᠮ\u180bᠣᠩᠭᠣᠯ', 'ᠮᠣᠩᠭᠣᠯ'],
  ['കൃഷ്ണന്‍', 'കൃഷ്ണൻ'],
  ['ত্‍', 'ৎ'],
  ['김'.normalize('NFD'), '김'],
  ['O´Neill', 'O’Neill'],
  ['Oʼzbek', 'O’zbek'],
  ['Kaʻiulani', 'Ka‘iulani'],
  ['Gorʹkiĭ', 'Gor′kiĭ'],
  ['Smith‐Jones', 'Smith-Jones'],
  ['Smith‑Jones', 'Smith-Jones'],
  ['ﬁve', 'five'],
  ['Ĳsselmeer', 'IJsselmeer'],
  ['ＡＢＣ株式会社', 'ABC株式会社'],
  ['ｶﾌﾞｼｷ', 'カブシキ'],
  ['山田（株）', '山田(株)'],
  ['ﻣﺤﻤﺪ', 'محمد'],
  ['Mª José', 'Ma José'],
  ['½ Price', '1/2 Price'],
  ['นํ้า', 'น้ำ'],
  ['ນໍ້າ', 'ນ້ຳ'],
]

test.each(NAMES.map(([name, other = name]) => [name, other]))(
  'a payee may be named %s',
  (name, other) => {
    expect(stored('name', name)).toBe(other.normalize('NFC'))
  },
)

test.each([
  'neville@hogwarts.ac.uk',
  'neville+tag_%&=~!#$*/?^`|@example.com',
  'GB29 1234 5678',
  'DE89-3704/0044:0532',
  'zoë@müller.de',
  'Đặng-1@ví-dụ.vn',
  'ışık@sarı.tr',
  'ref.bikes@refuge.org',
  'əliyev@nümunə.az',
  'почта@пример.рф',
  'χρήστης@παράδειγμα.ελ',
  'օգտատեր@օրինակ.հայ',
  'მომხმარებელი@მაგალითი.გე',
  'משתמש@דוגמה.ישראל',
  'אב 12',
  'علی‌پور@مثال.ایران',
  'राजेश@डाटा.भारत',
  'ব্যবহারকারী@উদাহরণ.বাংলা',
  'பயனர்@உதாரணம்.இந்தியா',
  'ශ්‍රී@උදාහරණ.ලංකා',
  'ผู้ใช้@ตัวอย่าง.ไทย',
  'አበበ@ምሳሌ.ኢትዮጵያ',
  '你好@例子.公司',
  'ㄅㄆ好123',
  'ユーザー@例え.てすと',
  '사용자@漢字.한국',
])('an account may be %s', (account) => {
  expect(stored('id', account)).toBe(account.normalize('NFC'))
})

test('an account of Korean letters that are typed apart is the composed one', () => {
  expect(stored('id', '사용자@예제.한국'.normalize('NFD'))).toBe('사용자@예제.한국')
})

test.each([
  ['brackets', 'x (n@hogwarts.ac.uk', /^Use no brackets\.$/],
  ['a closing bracket', 'n@hogwarts.ac.uk)', /^Use no brackets\.$/],
  ['square ones', 'n[1]', /^Use no brackets\.$/],
  ['curly ones', 'n{1}', /^Use no brackets\.$/],
  ['angles', '<n@x.y>', /^Use no brackets\.$/],
  ['full-width ones', 'neville（1）', /^Use no brackets\.$/],
  ['ones of Chinese', '你好【1】', /^Use no brackets\.$/],
  ['a full-width @', 'neville＠hogwarts.ac.uk', /special forms/],
  ['full-width letters', 'ｎｅville', /special forms/],
  ['a one-dot leader', 'neville@hogwarts․ac․uk', /special forms/],
  ['a ligature', 'ﬁve@example.com', /special forms/],
  ['a mathematical letter', '𝒜bc', /special forms/],
  ['a superscript', 'account²', /special forms/],
  ['Thai’s vowel AM, which IDNA refuses too', 'น้ำ@ไทย', /special forms/],
  ['an accent on a dotless letter', 'mar\u0131\u0301a@example.com', /special forms/],
  ['an accent and a dot below on one', 'mar\u0131\u0323\u0301a@example.com', /special forms/],
  ['a dot on a letter that has it', 'si\u0307mon@example.com', /special forms/],
  ['a dot on a j', 'dj\u0307ango', /special forms/],
  ['a reference', 'n@x.y ref 7KQ2MX', /^Use no reference\.$/],
  ['a reference in other words', 'GB29 REF: ABCDEF', /^Use no reference\.$/],
  ['a reference behind a dash', 'GB29 Ref-7kq2mx', /^Use no reference\.$/],
  ['Arabic digits among Latin', 'GB29 ١٢٣٤', /the digits 0 to 9/],
  ['Arabic digits among Arabic', 'محمد ١٢٣٤', /the digits 0 to 9/],
  ['Devanagari’s digits', 'राजेश१२', /the digits 0 to 9/],
  ['a typographer’s apostrophe', 'o’neill@example.com', /signs as in an e-mail/],
  ['a dash', 'GB29–1234', /signs as in an e-mail/],
  ['a currency', '€123', /signs as in an e-mail/],
  ['a middle dot', 'paral·lel@example.com', /signs as in an e-mail/],
  ['Cyrillic in a Latin e-mail', 'nevіlle@hogwarts.ac.uk', /one script/],
  ['a Greek letter in it', 'nevιlle@hogwarts.ac.uk', /one script/],
  ['a Latin domain behind Cyrillic', 'почта@example.com', /one script/],
  ['a letter of phonetics', 'neville@hoɡwarts.ac.uk', /one script/],
  ['a click letter like a bar', 'nevǀlle', /one script/],
  ['an okina', 'kaʻiulani@example.com', /one script/],
  ['a script of no everyday use', 'ᎪᎪᎪ 12', /one script/],
  ['Chinese with Thai', '你好@ไทย', /one script/],
  ['Bopomofo with Hiragana', 'ㄅㄆあ', /one script/],
  ['an IBAN of Cyrillic letters', 'ВА39 1290 0794', /only look like/],
  ['an IBAN of Greek letters', 'ΒΕ68 5390 0754', /only look like/],
  ['the same with an accent', 'Аӓ39', /only look like/],
  ['digits before Hebrew', '12 אב', /^Begin with a letter/],
  ['a leading stroke', '\u0337neville', /accent on a letter/],
  ['a stroke within', 'nev\u0337ille', /strokes/],
  ['a mark on a digit', '1\u03012', /accent on a letter/],
  ['a joiner that nobody sees', 'nev\u200dille', /hidden/],
])('no account has %s', (_, account, reason) => {
  expect(reasonFor('id', account)).toMatch(reason)
})

test.each([
  ['a mark at the start', '\u0301Neville', /accent on a letter/],
  ['marks alone', '\u0301\u0302', /accent on a letter/],
  ['a mark behind a space', 'Neville \u0301', /accent on a letter/],
  ['a mark behind punctuation', 'Neville-\u0301', /accent on a letter/],
  ['an accent of its own', 'Neville ¨', /accent on a letter/],
  ['four marks in a row', 'Nex\u0302\u0304\u0306\u0300ville', /three accents/],
  ['twenty marks in a row', `N${'\u0310\u0311'.repeat(10)}eville`, /three accents/],
  ['one mark twice', 'Nev\u0331\u0331ille', /once/],
  ['a stroke that makes another letter', 'So\u0338ren', /strokes/],
  ['digits of two kinds', 'Shop 24 ٢٤', /one kind/],
  ['Persian and Arabic digits', '۴٤', /one kind/],
  ['Thai and Latin digits', 'ร้าน 7 ๗', /one kind/],
  ['an account in brackets', 'Neville (neville@hogwarts.ac.uk)', /in brackets/],
  ['an account and a reference', 'Neville (someone@else) ref 4F2K7Q', /in brackets/],
  ['a digit in brackets', 'Neville (GB29)', /in brackets/],
  ['a digit of another script in brackets', 'محمد (١٢)', /in brackets/],
  ['a reference in brackets', 'Neville (REF ABCDEF)', /in brackets/],
  ['square brackets', 'Neville [GB29]', /in brackets/],
  ['angles', 'Neville <n@x.y>', /in brackets/],
  ['full-width brackets', 'Neville（n＠x.y）', /in brackets/],
  ['brackets of Chinese', 'Neville【n@x.y】', /in brackets/],
  ['brackets in brackets', 'Neville ((n@x.y))', /in brackets/],
  ['a pair beside it', 'Neville (a (b) n@x.y (c) d)', /in brackets/],
  ['brackets that never close', 'Neville (n@x.y', /in brackets/],
  ['brackets that never open', 'n@x.y) Neville', /in brackets/],
  ['brackets of two kinds', '(]n@x.y[)', /in brackets/],
  ['a reference without brackets', 'Neville ref 4F2K7Q', /no reference/],
  ['one of letters alone', 'Neville ref ABCDEF', /no reference/],
  ['one in other words', 'Neville, Ref: 4f2k7q', /no reference/],
  ['one behind a colon', 'Acme ref: 7KQ2MX', /no reference/],
  ['one behind a dash', 'Acme REF-7KQ2MX', /no reference/],
  ['one in brackets too', 'Acme (ref 7KQ2MX)', /no reference/],
  ['one of letters behind a colon', 'Acme Ref: KQXMWY', /no reference/],
  ['one of letters behind a dash', 'Acme REF - KQXMWY', /no reference/],
  ['one of letters behind a number sign', 'Acme ref#KQXMWY', /no reference/],
  ['one behind an underscore', 'Acme ref_7KQ2MX', /no reference/],
  ['one behind nothing', 'Acme REF7KQ2MX', /no reference/],
  [
    'one behind the word as the push has it',
    'Neville Longbottom, Reference 27DJGJ',
    /no reference/,
  ],
  ['one of letters behind that word', 'Neville Reference KQXMWY', /no reference/],
  ['one behind that word and a colon', 'Neville REFERENCE: KQXMWY', /no reference/],
  ['one in French', 'Neville Référence 27DJGJ', /no reference/],
  ['one in German', 'Neville Referenz-Nr. 27djgj', /no reference/],
  ['one with its number', 'Neville Ref.Nr. 27DJGJ', /no reference/],
  ['one with its number abroad', 'Neville Réf. no 27DJGJ', /no reference/],
  ['an account in guillemets', 'Acme «bob@x.com»', /in quotes/],
  ['one in German guillemets', 'Acme »bob@x.com«', /in quotes/],
  ['one in single guillemets', 'Acme ‹bob@x.com›', /in quotes/],
  ['one in low quotes', 'Acme „bob@x.com“', /in quotes/],
  ['one in low single quotes', 'Acme ‚bob@x.com‘', /in quotes/],
  ['one in high quotes', 'Acme “bob@x.com”', /in quotes/],
  ['one in straight quotes', 'Acme "bob@x.com"', /in quotes/],
  ['one in apostrophes', "Acme 'bob@x.com'", /in quotes/],
  ['one in typographer’s apostrophes', 'Acme ’bob@x.com’', /in quotes/],
  ['one in full-width quotes', 'Acme ＂bob＠x.com＂', /in quotes/],
  ['one in quotes in quotes', 'Acme «“bob”@x.com»', /in quotes/],
  ['an amount', '€1.00 to Neville', /no amounts/],
  ['an amount with its sign behind', '1.00 € to Neville', /no amounts/],
  ['an amount with its currency’s code', 'CHF 1.00 to Neville', /no amounts/],
  ['an amount with a code not on offer', 'CNY 1.00 to Neville', /no amounts/],
  ['an amount before a code', 'Acme 20.50 EUR', /no amounts/],
  ['an amount behind a code', 'EUR 20.50 Acme', /no amounts/],
  ['an amount at a code', 'Acme EUR20', /no amounts/],
  ['an amount with no decimals', 'Acme 20.– chf', /no amounts/],
  ['an amount behind a colon', 'Acme Eur: 20', /no amounts/],
  ['an amount at a code, in lower case', 'Acme 20eur', /no amounts/],
  ['an amount of Arabic digits', 'محمد ٢٠ EUR', /no amounts/],
  ['an amount in full width', '￥１００ to Neville', /no amounts/],
  ['digits between Latin and Hebrew', 'abc 12 אב', /right to left/],
  ['digits before Hebrew before Latin', '12 אב abc', /right to left/],
  ['a joiner behind a letter that joins nothing', 'ا\u200cب', /hidden/],
  ['a joiner before a letter that joins nothing', 'ب\u200cء', /hidden/],
  ['a joiner at the end', 'علی\u200c', /hidden/],
  ['a joiner behind no virama', 'क\u200dष', /hidden/],
  ['a joiner before another script', 'क्\u200dNeville', /hidden/],
  ['a joiner where Sinhala joins nothing', 'ක්\u200cෂ', /hidden/],
  ['a joiner where Tamil joins nothing', 'க்\u200cத', /hidden/],
  ['two joiners', 'क्\u200d\u200dष', /hidden/],
] as const)('no name has %s', (_, name, reason) => {
  expect(reasonFor('name', name)).toMatch(reason)
})

test.each(Object.keys(CURRENCIES))('no name has an amount of %s', (code) => {
  expect(reasonFor('name', `Acme ${code} 20`)).toMatch(/no amounts/)
  expect(reasonFor('name', `Acme 20 ${code.toLowerCase()}`)).toMatch(/no amounts/)
  expect(stored('name', `Acme ${code}x 20 x${code}`)).toBe(`Acme ${code}x 20 x${code}`)
})

test('brackets cut off by a form are no reason to refuse what is outside of them', () => {
  expect(stored('name', '7-Eleven (Berl')).toBe('7-Eleven (Berl')
  expect(stored('name', 'Berlin) 7-Eleven')).toBe('Berlin) 7-Eleven')
})

/** Letters, marks, signs and spaces of many kinds, more of those that make trouble. */
const anyText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'aBzéø1290 .-@()אבم٣ي一葛กำक्षРр') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...SPACES, ...'\u0301\u0302\u0307\u0323\u200c\u200d’‘ʻ´ﬁ＠'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.constantFrom(...NAMES.map(([name]) => name)) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('what is stored, whatever was given,', () => {
  const RUNS = { seed: 11, numRuns: 20_000 }
  const everyStored = (field: 'name' | 'id', holds: (text: string) => void) =>
    fc.assert(
      fc.property(anyText, (given) => {
        const checked = payeeText(field, given)
        if ('text' in checked) holds(checked.text)
      }),
      RUNS,
    )

  test.each(['name', 'id'] as const)('is a %s that folds to itself', (field) => {
    everyStored(field, (text) => expect(payeeText(field, text)).toEqual({ text }))
  })

  test('is composed (NFC), with single spaces of one kind and no marks on nothing', () => {
    everyStored('name', (text) => {
      expect(text).toBe(text.normalize('NFC'))
      expect(text).not.toMatch(/(?! )\p{Zs}| {2}|^ | $|(^|\s)\p{M}|\p{Mn}{4}/u)
    })
  })

  test('is in an account nothing that NFKC would change', () => {
    everyStored('id', (text) => expect(text).toBe(text.normalize('NFKC')))
  })
})

/**
 * The mutants that no test can notice, or none needs to, and why. Each is named by its line and by what
 * was changed there, so that it is found again wherever the line goes, and no longer when it is another.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are lines of source
export type Explained = {
  readonly why: string
  readonly file: string
  /** The line that the change begins in. */
  readonly line: string
  readonly from: string
  readonly to: string
}

type Change = readonly [line: string, from: string, to: string]

const because = (why: string, ...of: [file: string, ...changes: Change[]][]): Explained[] =>
  of.flatMap(([file, ...changes]) =>
    changes.map(([line, from, to]) => ({ why, file: `functions/${file}.ts`, line, from, to })),
  )

export const explained: readonly Explained[] = [
  ...because(
    'A millisecond more or less of patience is as good.',
    [
      'adapters/askProvider',
      ['const TIMEOUT_MS = 3000', '3000', '3001'],
      ['const TIMEOUT_MS = 3000', '3000', '2999'],
    ],
    ['adapters/aws/providerSecret', ['connectionTimeout: 1000,', '1000', '1001']],
    [
      'adapters/twilioVerify/verifyService',
      ['const END_MS = 1000', '1000', '1001'],
      ['const END_MS = 1000', '1000', '999'],
    ],
  ),
  ...because('Neither is a number of seconds.', [
    'adapters/twilioVerify/verifyService',
    ["const said = answered?.headers['retry-after'] ?? ''", "''", "'mutated'"],
  ]),
  ...because('How long an end is waited for, which nobody waits for, only a clock could tell.', [
    'adapters/twilioVerify/verifyService',
    [
      'const answer = await call(name, cancel, Math.min(settings.timeoutMs ?? END_MS, END_MS))',
      'min',
      'max',
    ],
    [
      'const answer = await call(name, cancel, Math.min(settings.timeoutMs ?? END_MS, END_MS))',
      'settings.timeoutMs ?? END_MS',
      '(END_MS)',
    ],
  ]),
  ...because('No test speaks TLS: what providers are in tests answers by plain HTTP.', [
    'adapters/askProvider',
    [
      "const { request } = url.protocol === 'http:' ? process.getBuiltinModule('node:http') : https",
      "url.protocol === 'http:'",
      'true',
    ],
  ]),
  ...because(
    'There is a status in every answer that came, though its type does not say so.',
    [
      'adapters/askProvider',
      ['return { status: response.statusCode ?? 0, headers: response.headers, text }', '0', '1'],
    ],
    [
      'adapters/twilioVerify/verifyService',
      ["if (!DONE.has(answered?.status ?? 0)) throw new Error('neither 200 nor 201')", '0', '1'],
      [
        'return { call, status: answered?.status ?? 0, verification: found, errorCode, retryAfterSeconds }',
        '0',
        '1',
      ],
    ],
  ),
  ...because('Node takes no method for GET.', [
    'adapters/authy/authy',
    ["method: body ? 'POST' : 'GET',", "'GET'", "''"],
  ]),
  ...because('Of no body JSON makes none either.', [
    'adapters/authy/authy',
    [
      '...(body && { body: JSON.stringify(body) }),',
      'body && { body: JSON.stringify(body) }',
      '({ body: JSON.stringify(body) })',
    ],
  ]),
  ...because(
    'Neither is one of the codes that are looked for.',
    [
      'adapters/authy/authy',
      ["if (NO_APP.has(answer.errorCode ?? '')) return undefined", "''", "'mutated'"],
      ["if (NOT_A_PHONE.has(answer.errorCode ?? '')) {", "''", "'mutated'"],
    ],
    [
      'adapters/twilioVerify/twilioVerify',
      ["if (!TOO_MANY.has(errorCode ?? '')) return answer", "''", "'mutated'"],
    ],
  ),
  ...because(
    'That takes away an attribute named `undefined`, which no item has.',
    [
      'adapters/dynamodb/payersTable',
      ["`SET ${set}, ${own.set}${remove ? ` REMOVE ${remove}` : ''}`,", 'remove', 'true'],
    ],
    [
      'adapters/dynamodb/paymentsTable',
      ["const remove = write.remove ? ` REMOVE ${write.remove}` : ''", 'write.remove', 'true'],
    ],
  ),
  ...because(
    'A list that is put into a text is joined by commas anyway.',
    [
      'core/record',
      [
        "if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`",
        "value.map(canonical).join(',')",
        'value.map(canonical)',
      ],
      [
        "return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`",
        "members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')",
        'members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)',
      ],
    ],
    [
      'adapters/dynamodb/limitsTable',
      [
        "`REMOVE ${ids.map((_, i) => `unfinished.#id${i}`).join(', ')}`,",
        "ids.map((_, i) => `unfinished.#id${i}`).join(', ')",
        'ids.map((_, i) => `unfinished.#id${i}`)',
      ],
    ],
    [
      'adapters/dynamodb/payersTable',
      [
        "`SET ${named.map(([name]) => `${name} = :${name}`).join(', ')}`,",
        "named.map(([name]) => `${name} = :${name}`).join(', ')",
        'named.map(([name]) => `${name} = :${name}`)',
      ],
    ],
  ),
  ...because(
    'To the database what is absent contains nothing and is unequal to all, but we do not rest on that.',
    [
      'adapters/dynamodb/ownWrite',
      [
        'when: `(attribute_not_exists(${attribute}) OR ${attribute} <> :written_by)`,',
        'attribute_not_exists(${attribute})',
        '(attribute_not_exists(${attribute}) AND NOT attribute_not_exists(${attribute}))',
      ],
    ],
    [
      'adapters/dynamodb/paymentsTable',
      [
        "const UNSETTLED = '(attribute_not_exists(wrong_attempts) OR NOT contains(wrong_attempts, :attempt))'",
        'attribute_not_exists(wrong_attempts)',
        '(attribute_not_exists(wrong_attempts) AND NOT attribute_not_exists(wrong_attempts))',
      ],
    ],
  ),
  ...because('The write before is lost for good in any other case.', [
    'adapters/dynamodb/paymentsTable',
    [
      "when: [...OPEN, 'user_id = :payer', 'wrong_codes = :last', UNSETTLED],",
      'wrong_codes = :last',
      '(wrong_codes = :last OR NOT wrong_codes = :last)',
    ],
  ]),
  ...because('What is undefined the client leaves out (`removeUndefinedValues`).', [
    'adapters/dynamodb/paymentsTable',
    [
      "...(evidence && { ':evidence': evidence }),",
      "evidence && { ':evidence': evidence }",
      "({ ':evidence': evidence })",
    ],
    [
      "...(pushId && { ':pushId': pushId }),",
      "pushId && { ':pushId': pushId }",
      "({ ':pushId': pushId })",
    ],
  ]),
  ...because('Only the first is looked at.', [
    'adapters/dynamodb/paymentsTable',
    ['Limit: 1,', '1', '2'],
  ]),
  ...because('Any few parts serve, and any byte of a hash to spread payments over them.', [
    'adapters/dynamodb/paymentItem',
    ['export const OPEN_SHARDS = 4', '4', '5'],
    ['export const OPEN_SHARDS = 4', '4', '3'],
    ["createHash('sha256').update(paymentId).digest().readUInt8(0) % OPEN_SHARDS", '0', '1'],
  ]),
  ...because('There always is a first part, though its type does not say so.', [
    'core/money',
    ["const [whole = '0', fraction = ''] = value.split('.')", "whole = '0'", 'whole'],
    ["const [whole = '0', fraction = ''] = value.split('.')", "'0'", "''"],
  ]),
  ...because('`AMOUNT_PATTERN` lets no fourth decimal come so far.', [
    'core/money',
    [
      "const DECIMALS = { 0: 'no decimals', 2: 'two decimals at most', 3: 'three decimals at most' }",
      "'three decimals at most'",
      "''",
    ],
  ]),
  ...because('It only keeps the tables of letters from being compiled in vain.', [
    'core/payeeText',
    [
      '/\\p{Nd}/u.test(name) && (SIGNED_AMOUNT.test(name) || CODED_AMOUNT.test(name))',
      '/\\p{Nd}/u.test(name) && (SIGNED_AMOUNT.test(name) || CODED_AMOUNT.test(name))',
      '(SIGNED_AMOUNT.test(name) || CODED_AMOUNT.test(name))',
    ],
    [
      'OUR_REFERENCE.test(text) || (/\\d/.test(text) && ANY_REFERENCE.test(text))',
      '/\\d/.test(text) && ANY_REFERENCE.test(text)',
      '(ANY_REFERENCE.test(text))',
    ],
  ]),
  ...because('A name of nothing is refused before.', [
    'core/payeeText',
    ['const LENGTHS = { name: [1, 70], id: [3, 64] } as const', '1', '0'],
  ]),
  ...because(
    'Of an order only the sign counts, and no two names in an object are the same.',
    [
      'core/payment',
      [
        'JSON.stringify([message, ...Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))])',
        '<',
        '<=',
      ],
      [
        'JSON.stringify([message, ...Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))])',
        '1',
        '2',
      ],
    ],
    [
      'core/record',
      ['.sort(([a], [b]) => (a < b ? -1 : 1))', '<', '<='],
      ['.sort(([a], [b]) => (a < b ? -1 : 1))', '1', '2'],
    ],
  ),
  ...because('A part that begins nowhere begins at the start.', [
    'core/record',
    [
      '): PaymentEntry[] => paymentEntries(after, digest).slice(before?.history.length ?? 0)',
      'before?.history.length ?? 0',
      '(before?.history.length)',
    ],
  ]),
  ...because('Whoever has a verified phone is known, which the compiler sees too.', [
    'core/registering',
    ['if (known && needsLeave) {', 'known && needsLeave', '(needsLeave)'],
  ]),
  ...because('Nothing was read in the first millisecond of 1970 either.', [
    'core/channels/push',
    ['return readAt ?? new Date(0)', '0', '1'],
  ]),
  ...because('A setting has one name and nothing within it.', [
    'adapters/settings',
    [
      "const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)",
      "'.'",
      "''",
    ],
  ]),
]

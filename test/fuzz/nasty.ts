/** Parts of requests that have broken servers before. */

export const IN_PATH: readonly string[] = [
  ...['/', '//', '/.', '/..', '/../', '/%2e%2e/', '%2f', '%5c', '\\', '%00', '%', '%zz', '%c3%28'],
  ...['?', '?x=1', '#', ' ', '\t', ';a=b', '*', '\u00e9', '\u0000', '\r\n', '/api', '/api/', 'A'],
  ...['callback', 'constructor', '__proto__', '$%7BpaymentId%7D', '\u007f', '"', '<', '|'],
  'x'.repeat(2000),
  'x'.repeat(20_000),
]

/** In the place of a payment's id. */
export const IDS: readonly string[] = [
  ...['A'.repeat(22), 'A'.repeat(21), 'A'.repeat(23), '%20', '.', '..', '...', '%2e', '__proto__'],
  ...['callback', "'", '%22', '<newest>%00', '<newest>%20', '<newest>x', '%F0%9F%98%80', 'null'],
  ...[
    'constructor',
    '{paymentId}',
    'limit%23stage',
    '%C0%AF',
    '%E2%80%AE',
    '*',
    '-',
    '0',
    '%0d%0a',
  ],
]

export const QUERIES: readonly string[] = [
  ...['limit=1', 'limit=2', 'limit=100', 'limit=101', 'limit=0', 'limit=-1', 'limit=1e2', 'limit='],
  ...['limit=1&limit=2', 'limit[]=1', 'cursor=', 'cursor=x', 'cursor=<cursor>', 'limit=%D9%A1'],
  ...["cursor=<another's cursor>", 'limit=1&cursor=<cursor>', 'cursor=%00', 'cursor=%ff', 'x=y'],
  ...['__proto__=1', 'constructor=1', 'toString', '&&&', '=', '%', '?', 'a=%zz', 'payerId=<sub>'],
  ...[`cursor=${'A'.repeat(500)}`, `cursor=${'A'.repeat(501)}`, `x=${'y'.repeat(9000)}`],
  ...[
    'cursor=<cursor sealed by hand>',
    'cursor=<cursor sealed by no one>',
    'cursor=<cursor to nothing>',
    'limit=1#',
    'limit=1 ',
    'limit=%31',
    'LIMIT=1',
    'limit=1;x=1',
  ],
]

const CONTENT_TYPES = [
  ...['application/json; charset=utf-8', 'application/json;charset=utf-16', 'APPLICATION/JSON'],
  ...['application/jsonx', 'application/problem+json', 'application/json, text/html', 'text/json'],
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ';'],
  ...['application/octet-stream', '', ' ', 'application/json;', 'application/xml', '*/*'],
]
const KEYS = [
  ...['', ' ', 'a b', 'x'.repeat(64), 'x'.repeat(65), '<key 0>', '<key 0>,<key 1>', '../..'],
  ...['"<key 0>"', '"<key 0>', '""', '"a\\"b"', '"<key 0>";v=1'],
  ...['\u00e9', '0', '-', '_', '__proto__', 'constructor'],
]
const HOPS = [
  ...['203.0.113.9', '::1', '<script>', 'x'.repeat(3000), ', ,', '127.0.0.1, 127.0.0.1', '"'],
  ...['1,127.0.0.1', '203.0.113.9, ::ffff:127.0.0.1'],
]

export const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ...CONTENT_TYPES.map((type) => ['content-type', type] as const),
  ...KEYS.map((key) => ['idempotency-key', key] as const),
  ...HOPS.map((hop) => ['x-forwarded-for', hop] as const),
  ['x-forwarded-host', 'evil.example'],
  ['x-forwarded-proto', 'https'],
  ['forwarded', 'for="[2001:db8::1]:80";host=evil.example'],
  ['host', 'evil.example'],
  ['if-none-match', '*'],
  ['if-match', '"x"'],
  ['if-modified-since', 'Sat, 21 Nov 2026 12:00:00 GMT'],
  ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['range', 'bytes=0-1'],
  ['range', 'bytes=-1,0-0,0-0,0-0'],
  ['accept', 'text/html;q=0.9, */*;q=0'],
  ['accept-encoding', 'gzip, br'],
  ['accept-language', '\u00ff'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br'],
  ['x-http-method-override', 'GET'],
  ['x-http-method', 'DELETE'],
  ['origin', 'https://evil.example'],
  ['access-control-request-method', 'POST'],
  ['cookie', 'a=b; c=d; __proto__=x'],
  ['cookie', ''],
  ['expect', '100-continue'],
  ['expect', 'a pony'],
  ['connection', 'close'],
  ['connection', 'upgrade'],
  ['upgrade', 'websocket'],
  ['te', 'trailers'],
  ['trailer', 'x'],
  ['transfer-encoding', 'identity'],
  ['transfer-encoding', 'gzip, chunked'],
  ['transfer-encoding', '\u000bchunked'],
  ['content-length', '0'],
  ['content-length', '+1'],
  ['content-length', '99999999999999999999'],
  ['x-authy-signature', 'x'],
  ['x-authy-signature-nonce', '1e9'],
  ['x-amzn-requestid', '1'],
  ['x-amz-target', 'DynamoDB_20120810.Scan'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['x-long', 'x'.repeat(8000)],
  ['x-long', 'x'.repeat(17_000)],
  ['x-bad', 'a\u0000b'],
  ['x-bad', 'a\r\nx-injected: 1'],
  ['bad name', 'x'],
  ['', 'x'],
]

export const METHODS: readonly string[] = [
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND'],
  ...['get', 'Post', 'X', 'G T', '', 'POST\u0000', 'M-SEARCH', 'PRI'],
]

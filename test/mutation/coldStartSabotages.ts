// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of other files
import type { Sabotage } from './sabotages.ts'

const CACHE = 'lib/codeCache.ts'
const CLIENT = 'functions/adapters/dynamodb/tablesClient.ts'
const caughtBy = ['test/lib/codeCache.test.ts']
const byClient = ['test/adapters/tablesClient.test.ts']

/** Those of what was made faster: how a Lambda starts, what it reads early, and the client of the tables. */
export const coldStartSabotages: readonly Sabotage[] = [
  {
    name: 'V8 gets whatever lies in the place of the code cache',
    file: CACHE,
    from: 'else cachedData = cache',
    to: 'cachedData = cache',
    caughtBy,
  },
  {
    name: 'a code cache is given although the script is another',
    file: CACHE,
    from: "hash('sha256', script) !== '${sha256(script)}'",
    to: 'false',
    caughtBy,
  },
  {
    name: 'a code cache that V8 refuses is not counted',
    file: CACHE,
    from: "if (compiled.cachedDataRejected) refused = 'V8 refused it'\n",
    to: '',
    caughtBy,
  },
  {
    name: 'nobody is told which Lambda started without its code cache, and why',
    file: 'functions/observe.ts',
    from: ', { lambda, reason })',
    to: ')',
    caughtBy: ['test/handlers/counting.test.ts'],
  },
  {
    name: 'a missing code cache stops the Lambda',
    file: CACHE,
    from: "refused = 'the file is missing'",
    to: "throw new Error('no cache')",
    caughtBy,
  },
  {
    name: 'a stack trace names no file',
    file: CACHE,
    from: '{ filename, columnOffset',
    to: '{ columnOffset',
    caughtBy,
  },
  {
    name: 'each machine makes another code cache',
    file: CACHE,
    from: "['--predictable', '--no-warnings']",
    to: "['--no-warnings']",
    caughtBy,
  },
  {
    name: 'one character makes V8 read a bundle as two bytes a character',
    file: 'lib/bundle.ts',
    from: 'contents: inAscii(contents) }',
    to: 'contents: Buffer.from(contents) }',
    caughtBy: ['test/lib/bundle.test.ts'],
  },
  {
    name: 'secrets are read after the tables',
    file: 'functions/http/endpoint.ts',
    from: '    startEarlyReads(world)\n',
    to: '',
    caughtBy: ['test/handlers/earlyReads.test.ts'],
  },
  {
    name: 'the doctor is content with environments without their code cache',
    file: 'scripts/checks/codeCacheCheck.ts',
    from: 'if (refused === 0)',
    to: 'if (refused >= 0)',
    caughtBy: ['test/scripts/doctor.test.ts'],
  },
  {
    name: 'an item that a busy table left out is taken as missing',
    file: 'functions/adapters/dynamodb/readItem.ts',
    from: 'const isLeftOut = UnprocessedKeys?.[table]?.Keys?.some((left) => isOf(key, left))',
    to: 'const isLeftOut = false',
    caughtBy: ['test/adapters/readItem.test.ts'],
  },
  {
    name: 'items that are read together are not read consistently',
    file: 'functions/adapters/dynamodb/readItem.ts',
    from: '{ Keys, ConsistentRead: true }',
    to: '{ Keys }',
    caughtBy: ['test/adapters/readItem.test.ts'],
  },
  {
    name: 'the local database remembers an expression whatever its names are',
    file: 'local/database/rememberedParse.ts',
    from: 'return new Set([...written, ...names]).size === new Set(written).size + names.length',
    to: 'return true',
    caughtBy: ['test/local/rememberedParse.test.ts'],
  },
  {
    name: 'a read of a secret is joined however old it is',
    file: 'functions/adapters/aws/providerSecret.ts',
    from: ' && Date.now() < known.until',
    to: '',
    caughtBy: ['test/adapters/providerSecret.test.ts'],
  },
  {
    name: 'a release is told of no cold start that is above its aim',
    file: 'bench/aims.ts',
    from: 'ratio > RATIO_MAX + TOLERANCE',
    to: 'ratio > 2 * RATIO_MAX',
    caughtBy: ['test/bench/aims.test.ts'],
  },
  {
    name: 'the doctor does not know of code caches',
    file: 'lib/outputs.ts',
    from: '...(settings.codeCache && {',
    to: '...(!settings.codeCache && {',
    caughtBy: ['test/lib/api.test.ts'],
  },
  {
    name: 'a signature is made without the secret',
    file: CLIENT,
    from: 'secret === undefined ?',
    to: 'secret !== null ?',
    caughtBy: byClient,
  },
  {
    name: 'the key of one day signs the next',
    file: CLIENT,
    from: 'const known = keys.get(secret)',
    to: 'const known = (Object(keys).one ??= createSecretKey(new Uint8Array(secret as ArrayBuffer)))',
    caughtBy: byClient,
  },
  {
    name: 'each signature makes its key ready anew',
    file: CLIENT,
    from: 'keys.set(secret, made)',
    to: '',
    caughtBy: byClient,
  },
  {
    name: 'the tables are asked less often than the SDK would',
    file: CLIENT,
    from: '...settings, sha256',
    to: '...settings, maxAttempts: 2, sha256',
    caughtBy: byClient,
  },
  {
    name: 'the SDK makes a signer at each request',
    file: CLIENT,
    from: 'kept ??= await',
    to: 'kept = await',
    caughtBy: byClient,
  },
  {
    name: 'the SDK spells out its parts at each request',
    file: CLIENT,
    from: "'getUserAgentMiddleware'",
    to: "'none'",
    caughtBy: byClient,
  },
  {
    name: 'the SDK copies a dictionary at each request',
    file: CLIENT,
    from: 'makeFast(client.config)',
    to: '',
    caughtBy: byClient,
  },
]

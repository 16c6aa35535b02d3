import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CHANNELS } from '../functions/core/channel.ts'
import { consumers, lambdas, triggers } from '../functions/routes.ts'
import packageJson from '../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '..')

/** Every folder that code may stand in; what it may import is said below. */
const FOLDERS = ['bin', 'lib', 'functions', 'web', 'local', 'test', 'bench', 'scripts', 'examples']

const CODE = /\.(ts|mts|js|mjs)$/
const files = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    // This file has a sample of everything that must not be.
    .filter((file) => CODE.test(file) && file !== 'test/boundaries.test.ts'),
)
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What a file imports: a path from the top for its own, a specifier for a package. */
type Import = { readonly target: string; readonly isOwn: boolean; readonly isType: boolean }

const FORMS = [
  // import … from 'x', import type … from 'x', export … from 'x'
  /\b(?:import|export)\b([^'"`;()]*?)\bfrom\s*(['"])([^'"\n]+)\2/g,
  // import 'x'
  /\bimport\b(\s*)(['"])([^'"\n]+)\2/g,
  // import('x') and require('x'), also in types; anything but a plain text in them is its own target
  /\b(?:import|require)\s*\((\s*)(['"]?)([^'")]*)\2/g,
]

function importsOf(file: string, text = textOf(file)): Import[] {
  return FORMS.flatMap((form) => [...text.matchAll(form)]).map(
    ([, clause = '', , specifier = '']) => {
      const isOwn = specifier.startsWith('.')
      const target = isOwn ? posix.join(posix.dirname(file), specifier) : specifier
      return { target, isOwn, isType: /^\s*type\b/.test(clause) }
    },
  )
}

type Fence = {
  readonly around: (file: string) => boolean
  readonly allows: (found: Import, file: string) => boolean
  /** Lines that must be caught, in a file of this name. */
  readonly caught: readonly (readonly [file: string, text: string])[]
}

const within = (...folders: string[]) => ({
  has: ({ target, isOwn }: Import) => isOwn && folders.some((folder) => target.startsWith(folder)),
})
const isPackage = ({ isOwn, target }: Import) => !isOwn && /^(@|node:)?[a-z]/.test(target)
const isOneOf =
  (...targets: string[]) =>
  ({ target }: Import) =>
    targets.includes(target)

const handlers = Object.keys(lambdas).map((name) => `functions/${name}.ts`)
const cognitoTriggers = triggers.map((name) => `functions/${name}.ts`)
const consumeStreams = consumers.map((name) => `functions/${name}.ts`)
/** What they do alike. */
const FOLLOWING = 'functions/consumeStreams.ts'
/** The names by which is counted, and where that is done. */
const METRICS = 'functions/metrics.ts'
const COUNTING = 'functions/counting.ts'
/** What API Gateway says by itself. */
const GATEWAY_ANSWERS = 'functions/gatewayAnswers.ts'
/** Plain data that runs anywhere. */
const PLAIN_DATA = ['functions/routes.ts', 'functions/tables.ts', METRICS, GATEWAY_ANSWERS]
/** The map of all channels, which names each. */
const ALL_CHANNELS = 'functions/core/channels/all.ts'
/** Plain data too, and the core's, which imports nothing outside itself. */
const LIMITS = 'functions/core/limits.ts'
/** The one list of channels; approvals are counted by it. */
const CHANNEL_LIST = 'functions/core/channel.ts'
/** What handlers share. */
const LIVE = ['functions/composition.ts', 'functions/providerComposition.ts']
const PIPELINE = ['functions/http.ts', ...LIVE, 'functions/observe.ts']
/** The two resources of Verify that are used, and what they stand on; subpaths are no promise of the package. */
const TWILIO = [
  'twilio/lib/base/BaseTwilio.js',
  'twilio/lib/base/Domain.js',
  'twilio/lib/base/Version.js',
  'twilio/lib/rest/verify/v2/service/verification.js',
  'twilio/lib/rest/verify/v2/service/verificationCheck.js',
]
/** What `http.ts` is made of, and nobody else's. */
const REQUEST_BODY = 'functions/requestBody.ts'
/** The table of payments is more than one file holds; these are parts of that adapter. */
const CHANNEL_ITEM = 'functions/adapters/channelItem.ts'
const PARTS_OF_PAYMENTS = ['functions/adapters/paymentItem.ts', 'functions/adapters/pageCursor.ts']
/** So are the limits: those of texts, and the items behind all. */
const PARTS_OF_LIMITS = ['functions/adapters/textCounters.ts', 'functions/adapters/limitItems.ts']
const HTTP = ['node:http', 'node:https']
/** How any provider is asked over HTTP; parts of the adapters of the two. */
const ASK_PROVIDER = 'functions/adapters/askProvider.ts'
const VERIFY_SERVICE = 'functions/adapters/verifyService.ts'
/** How Verify links a code to an action. */
const VERIFY_LINK = 'functions/adapters/verifyLink.ts'
/** How what was written as a number is read. */
const PHONE_NUMBERS = 'functions/adapters/phoneNumbers.ts'
/** How a write knows itself when it is sent again. */
const OWN_WRITE = 'functions/adapters/ownWrite.ts'
/** A payer's audit trail as it lies in their item, read and written. */
const TRAIL = ['functions/adapters/payerTrailItem.ts', 'functions/adapters/payerTrailWrite.ts']
/** Who may sign in. */
const COGNITO = '@aws-sdk/client-cognito-identity-provider'
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'functions/adapters/paymentsTable.ts': [...PARTS_OF_PAYMENTS, OWN_WRITE],
  'functions/adapters/paymentItem.ts': [CHANNEL_ITEM],
  'functions/adapters/paymentHistory.ts': ['functions/adapters/paymentItem.ts'],
  'functions/adapters/payersTable.ts': [OWN_WRITE, ...TRAIL],
  'functions/adapters/limitsTable.ts': PARTS_OF_LIMITS,
  'functions/adapters/textCounters.ts': [...PARTS_OF_LIMITS, OWN_WRITE],
  'functions/adapters/denialTrail.ts': TRAIL,
  'functions/adapters/lockoutTable.ts': [OWN_WRITE, ...TRAIL],
  'functions/adapters/authy.ts': [ASK_PROVIDER],
  'functions/adapters/twilioVerify.ts': [ASK_PROVIDER, VERIFY_SERVICE, VERIFY_LINK],
  [VERIFY_SERVICE]: [ASK_PROVIDER, ...TWILIO],
  'functions/adapters/cognitoSignIns.ts': [COGNITO],
  'functions/adapters/archiveBucket.ts': ['@aws-sdk/client-s3'],
  'functions/adapters/eventBus.ts': ['@aws-sdk/client-eventbridge'],
  [PHONE_NUMBERS]: ['libphonenumber-js/max'],
}
const SECRETS = ['@aws-lambda-powertools/parameters/secrets', '@aws-sdk/client-secrets-manager']
const DATABASE = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb']
/** Where the archive and the events go. */
const RECORD = ['@aws-sdk/client-s3', '@aws-sdk/client-eventbridge']

const fences: Record<string, Fence> = {
  'the core imports nothing outside itself': {
    around: (file) => file.startsWith('functions/core/'),
    allows: within('functions/core/').has,
    caught: [
      ['functions/core/x.ts', "import { createHash } from 'node:crypto'"],
      ['functions/core/x.ts', "import * as z from 'zod'"],
      ['functions/core/x.ts', "import type { Env } from '../adapters/settings.ts'"],
      ['functions/core/x.ts', "import type {\n  Env,\n} from '../adapters/settings.ts'"],
      ['functions/core/x.ts', 'export * from "../http.ts"'],
      ['functions/core/x.ts', "export { count } from '../observe.ts'"],
      ['functions/core/x.ts', "import '../observe.ts'"],
      ['functions/core/x.ts', "const { count } = await import('../observe.ts')"],
      ['functions/core/x.ts', "type Env = import('../adapters/settings.ts').Env"],
      ['functions/core/x.ts', 'const it = await import(name)'],
      ['functions/core/x.ts', "const fs = require('fs')"],
      ['functions/core/x.ts', "import { a } from './payment.ts'; import { b } from '../http.ts'"],
    ],
  },
  'what all channels have in common knows no channel but by the map of all': {
    around: (file) => /^functions\/core\/[^/]+$/.test(file),
    allows: (found) =>
      !within('functions/core/channels/').has(found) || isOneOf(ALL_CHANNELS)(found),
    caught: [
      ['functions/core/starting.ts', "import { pushStart } from './channels/push.ts'"],
      ['functions/core/ports.ts', "import type { PushAnswer } from './channels/push.ts'"],
    ],
  },
  'an adapter imports the core and what it adapts, no other adapter and no handler': {
    around: (file) => file.startsWith('functions/adapters/'),
    allows: (found, file) =>
      within('functions/core/').has(found) ||
      isOneOf('zod', 'node:crypto', ...HTTP, ...DATABASE, ...SECRETS)(found) ||
      isOneOf(...(PARTS[file] ?? []))(found),
    caught: [
      ['functions/adapters/x.ts', "import { smsVerify } from '../smsVerify.ts'"],
      ['functions/adapters/x.ts', "import { logger } from '../observe.ts'"],
      ['functions/adapters/x.ts', "import type { World } from '../composition.ts'"],
      ['functions/adapters/x.ts', "import { authy } from './authy.ts'"],
      ['functions/adapters/x.ts', "import { Logger } from '@aws-lambda-powertools/logger'"],
      ['functions/adapters/x.ts', "import axios from 'axios'"],
      ['functions/adapters/payersTable.ts', `import { ListUsersCommand } from '${COGNITO}'`],
      ['functions/adapters/paymentsTable.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
      ['functions/adapters/authy.ts', "import { verifyCodes } from './twilioVerify.ts'"],
      ['functions/adapters/authy.ts', "import Verify from 'twilio/lib/rest/Verify.js'"],
      ['functions/adapters/verifyService.ts', "import Verify from 'twilio/lib/rest/Verify.js'"],
      ['functions/adapters/verifyService.ts', "import twilio from 'twilio'"],
    ],
  },
  'a handler imports the core, the pipeline, what reads numbers, settings and signatures, and no handler':
    {
      around: (file) => handlers.includes(file),
      allows: (found) =>
        within('functions/core/').has(found) ||
        isOneOf(
          ...PIPELINE,
          'functions/adapters/settings.ts',
          'functions/adapters/authySignature.ts',
          PHONE_NUMBERS,
          'zod',
        )(found),
      caught: [
        ['functions/smsVerify.ts', "import { body } from './phoneVerify.ts'"],
        ['functions/smsVerify.ts', "import { authy } from './adapters/authy.ts'"],
        ['functions/smsVerify.ts', "import { paymentsTable } from './adapters/paymentsTable.ts'"],
        ['functions/smsVerify.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"],
        ['functions/smsVerify.ts', "import parse from 'libphonenumber-js'"],
      ],
    },
  'only the composition root knows every adapter': {
    around: (file) => LIVE.includes(file),
    allows: (found) =>
      within('functions/core/', 'functions/adapters/').has(found) ||
      isOneOf(
        'functions/observe.ts',
        COUNTING,
        'node:crypto',
        COGNITO,
        ...DATABASE,
        ...RECORD,
      )(found) ||
      (found.isType && found.target === 'functions/composition.ts'),
    caught: [
      ['functions/composition.ts', "import { endpoint } from './http.ts'"],
      ['functions/composition.ts', "import { smsVerify } from './smsVerify.ts'"],
      ['functions/composition.ts', "import { codes } from './providerComposition.ts'"],
      ['functions/providerComposition.ts', "import { payments } from './composition.ts'"],
    ],
  },
  'the pipeline knows the core and no adapter': {
    around: (file) => file === 'functions/http.ts' || file === REQUEST_BODY,
    allows: (found) =>
      within('functions/core/').has(found) ||
      isOneOf('functions/observe.ts', GATEWAY_ANSWERS, REQUEST_BODY)(found) ||
      isPackage(found),
    caught: [
      ['functions/http.ts', "import { payments } from './composition.ts'"],
      ['functions/http.ts', "import { authy } from './adapters/authy.ts'"],
    ],
  },
  'the lists of routes, tables and limits, which the stack reads too, import nothing': {
    around: (file) => [...PLAIN_DATA, LIMITS, CHANNEL_LIST].includes(file),
    allows: (found, file) => file === METRICS && found.target === CHANNEL_LIST,
    caught: [
      ['functions/routes.ts', "import type { World } from './composition.ts'"],
      ['functions/tables.ts', "import type { Right } from './routes.ts'"],
      [LIMITS, "import { CURRENCIES } from './money.ts'"],
      [METRICS, "import { MetricUnit } from '@aws-lambda-powertools/metrics'"],
      [METRICS, "import { CHANNEL_RULES } from './core/channels/all.ts'"],
      [CHANNEL_LIST, "import { CHANNEL_RULES } from './channels/all.ts'"],
    ],
  },
  'what Cognito calls imports nothing but types': {
    around: (file) => cognitoTriggers.includes(file),
    allows: ({ target, isType }) => isType && target === 'aws-lambda',
    caught: [
      ['functions/tokenClaims.ts', "import { logger } from './observe.ts'"],
      ['functions/signUpPolicy.ts', "import * as z from 'zod'"],
      ['functions/signUpPolicy.ts', "import type { Env } from './adapters/settings.ts'"],
    ],
  },
  'who follows the tables imports the core, the pipeline, and what consumers do alike': {
    around: (file) => consumeStreams.includes(file),
    allows: (found) =>
      within('functions/core/').has(found) || isOneOf(...PIPELINE, FOLLOWING)(found),
    caught: [
      ['functions/archiveEntries.ts', "import { publishEvents } from './publishEvents.ts'"],
      ['functions/archiveEntries.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
      ['functions/publishEvents.ts', "import { eventBus } from './adapters/eventBus.ts'"],
    ],
  },
  'what consumers do alike reads a stream, and touches no table': {
    around: (file) => file === FOLLOWING,
    allows: (found) =>
      found.isType ||
      within('functions/core/').has(found) ||
      isOneOf(
        'functions/adapters/payerTrailItem.ts',
        'functions/adapters/paymentHistory.ts',
        'functions/observe.ts',
        '@aws-sdk/util-dynamodb',
        'node:crypto',
        'zod',
      )(found),
    caught: [
      [FOLLOWING, "import { payments } from './composition.ts'"],
      [FOLLOWING, "import { paymentsTable } from './adapters/paymentsTable.ts'"],
      [FOLLOWING, "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"],
    ],
  },
  'what is seen of us knows nothing of us': {
    around: (file) => file === 'functions/observe.ts',
    allows: (found) => isPackage(found) || found.target === METRICS,
    caught: [
      ['functions/observe.ts', "import type { Payment } from './core/payment.ts'"],
      ['functions/observe.ts', "import { countedPayments } from './counting.ts'"],
    ],
  },
  'what counts knows of the core only what things are': {
    around: (file) => file === COUNTING,
    allows: ({ target, isType }) =>
      ['functions/observe.ts', METRICS].includes(target) ||
      (isType && target.startsWith('functions/core/')),
    caught: [
      [COUNTING, "import { statusAt } from './core/payment.ts'"],
      [COUNTING, "import { payments } from './composition.ts'"],
      [COUNTING, "import type { Authy } from './adapters/authy.ts'"],
    ],
  },
  'what runs in Lambda imports nothing that does not': {
    around: (file) => file.startsWith('functions/'),
    allows: (found) => within('functions/').has(found) || isPackage(found),
    caught: FOLDERS.filter((folder) => folder !== 'functions').map((folder) => [
      'functions/x.ts',
      `import type { X } from '../${folder}/x.ts'`,
    ]),
  },
  'what runs in Lambda is installed there': {
    around: (file) => file.startsWith('functions/'),
    allows: (found) =>
      found.isOwn ||
      found.isType ||
      found.target.startsWith('node:') ||
      nameOf(found.target) in packageJson.dependencies,
    caught: [
      ['functions/x.ts', "import { build } from 'esbuild'"],
      ['functions/x.ts', "import { x } from '@types/node'"],
    ],
  },
  'the page imports nothing but itself, the limits, oauth4webapi, and what can be refused as types':
    {
      around: (file) => file.startsWith('web/'),
      allows: (found) =>
        within('web/').has(found) ||
        isOneOf(LIMITS, 'oauth4webapi')(found) ||
        (found.isType && isOneOf('functions/core/refusals.ts', GATEWAY_ANSWERS)(found)),
      caught: [
        ['web/x.ts', "import { REFUSALS } from '../functions/core/refusals.ts'"],
        ['web/x.ts', "import { GATEWAY_ANSWERS } from '../functions/gatewayAnswers.ts'"],
        ['web/views/x.ts', "import type { PaymentView } from '../../functions/core/payment.ts'"],
        ['web/x.ts', "import { readFile } from 'node:fs/promises'"],
        ['web/x.ts', "import * as z from 'zod'"],
      ],
    },
  'what runs on a laptop imports itself, the handlers, how the page is made, and packages': {
    around: (file) => file.startsWith('local/'),
    allows: (found) =>
      within('local/', 'functions/').has(found) ||
      found.target === 'lib/page.ts' ||
      isPackage(found),
    caught: ['web', 'test', 'lib', 'bin', 'bench', 'scripts'].map((folder) => [
      'local/x.ts',
      `import { x } from '../${folder}/x.ts'`,
    ]),
  },
  'what runs at synth imports of the handlers only the lists of routes, tables and limits, and the settings the currencies':
    {
      around: (file) => file.startsWith('lib/'),
      allows: (found, file) =>
        within('lib/').has(found) ||
        PLAIN_DATA.includes(found.target) ||
        found.target === LIMITS ||
        (file === 'lib/stageSettings.ts' && found.target === 'functions/core/money.ts') ||
        isPackage(found),
      caught: [
        ['lib/x.ts', "import { endpoint } from '../functions/http.ts'"],
        ['lib/x.ts', "import type { Env } from '../functions/adapters/settings.ts'"],
        ['lib/x.ts', "import { CURRENCIES } from '../functions/core/money.ts'"],
        ['lib/x.ts', "import { startPhone } from '../local/phone/phone.ts'"],
      ],
    },
  'making the page needs no CDK, because a laptop does it too': {
    around: (file) => ['lib/page.ts', 'lib/browsers.ts'].includes(file),
    allows: isOneOf('node:fs', 'node:path', 'esbuild', 'lib/browsers.ts'),
    caught: [
      ['lib/page.ts', "import { Duration } from 'aws-cdk-lib'"],
      ['lib/page.ts', "import { Site } from './site.ts'"],
    ],
  },
  'the app imports the constructs': {
    around: (file) => file.startsWith('bin/'),
    allows: (found) => within('bin/', 'lib/').has(found) || isPackage(found),
    caught: [
      ['bin/x.ts', "import { CURRENCIES } from '../functions/core/money.ts'"],
      ['bin/x.ts', "import { lambdas } from '../functions/routes.ts'"],
      ['bin/x.ts', "import { read } from '../functions/adapters/settings.ts'"],
    ],
  },
  'an example imports the construct, its settings, itself and packages, as somebody else would': {
    around: (file) => file.startsWith('examples/'),
    allows: (found) =>
      within('examples/').has(found) ||
      isOneOf('lib/payfriend.ts', 'lib/stageSettings.ts')(found) ||
      isPackage(found),
    caught: [
      ['examples/x.ts', "import { AuditTrail } from '../lib/auditTrail.ts'"],
      ['examples/x.ts', "import type { PaymentEvent } from '../functions/core/paymentTrail.ts'"],
      ['examples/x.ts', "import { EVENT_SOURCE } from '../functions/adapters/eventBus.ts'"],
    ],
  },
  'the Lambda of an example imports nothing that makes a stack': {
    around: (file) => file.startsWith('examples/') && file !== 'examples/app.ts',
    allows: (found) => within('examples/ex').has(found) || isOneOf('zod', ...DATABASE)(found),
    caught: [
      ['examples/executePayment.ts', "import { ShopStack } from './app.ts'"],
      ['examples/executePayment.ts', "import { Payfriend } from '../lib/payfriend.ts'"],
      ['examples/executionsTable.ts', "import { Duration } from 'aws-cdk-lib'"],
    ],
  },
  'how a record is checked asks nobody, so that whoever has its pages can do it': {
    around: (file) =>
      /^scripts\/evidence\/(recordCheck|trailCheck|paymentEntry|lifeCheck|evidenceCheck)\.ts$/.test(
        file,
      ),
    allows: (found) =>
      within('functions/core/').has(found) ||
      /^scripts\/evidence\/(recordCheck|paymentEntry|lifeCheck|evidenceCheck)\.ts$/.test(
        found.target,
      ) ||
      isOneOf(
        CHANNEL_ITEM,
        'functions/adapters/paymentHistory.ts',
        'functions/adapters/payerTrailItem.ts',
        VERIFY_LINK,
        'node:util',
        'zod',
      )(found),
    caught: [
      ['scripts/evidence/paymentTrailCheck.ts', "import { stageSource } from './stageSource.ts'"],
      [
        'scripts/evidence/payerTrailCheck.ts',
        "import { foundPayerTrail } from './trailEvidence.ts'",
      ],
      ['scripts/evidence/archivedEntry.ts', "import { readFile } from 'node:fs/promises'"],
      ['scripts/evidence/evidenceCheck.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
    ],
  },
  'nobody but a test imports all of Twilio': {
    around: (file) => !file.startsWith('test/'),
    allows: ({ target }) => !/^twilio($|\/(index|lib\/(index|rest\/Twilio))\b)/.test(target),
    caught: [
      ['functions/adapters/x.ts', "import twilio from 'twilio'"],
      ['local/x.ts', "const twilio = await import('twilio')"],
      ['functions/x.ts', "import type { Twilio } from 'twilio/lib/rest/Twilio.js'"],
    ],
  },
  'nothing that runs imports tests': {
    around: (file) => !/^(test|scripts)\//.test(file),
    // How Lambdas start is measured with what they are tested in.
    allows: (found, file) =>
      !within('test/').has(found) ||
      (file === 'bench/cold.ts' && isOneOf('test/runtime.ts')(found)),
    caught: [
      ['bench/x.ts', "import { startRig } from './rig.ts'"],
      ['lib/x.ts', "import { startLambda } from './runtime.ts'"],
    ],
  },
}

/** `@scope/name/part` → `@scope/name`. */
const nameOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const broken = ({ allows }: Fence, file: string, text?: string) =>
  importsOf(file, text)
    .filter((found) => !allows(found, file))
    .map(({ target }) => `${file} → ${target}`)

describe.each(Object.entries(fences))('%s', (_, fence) => {
  test('holds', () => {
    const fenced = files.filter(fence.around)
    expect(fenced.flatMap((file) => broken(fence, file))).toEqual([])
  })

  test.each(fence.caught)('would catch in %s: %s', (file, text) => {
    expect(fence.around(file)).toBe(true)
    expect(broken(fence, file, text)).toHaveLength(1)
  })
})

const inFunctions = files.filter((file) => file.startsWith('functions/'))

test('no file of functions/ imports itself by way of others, not even its types', () => {
  const seen = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (file: string, way: readonly string[]) => {
    if (seen.get(file) === 'open') cycles.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (seen.has(file)) return
    seen.set(file, 'open')
    for (const { target, isOwn } of importsOf(file)) {
      if (isOwn && inFunctions.includes(target)) visit(target, [...way, file])
    }
    seen.set(file, 'done')
  }
  for (const file of inFunctions) visit(file, [])
  expect(cycles).toEqual([])
})

test.each(['starting', 'sweeping', 'deciding', 'account'])(
  'core/%s.ts goes over channels and names none',
  (name) => {
    const text = textOf(`functions/core/${name}.ts`)
    for (const channel of CHANNELS) {
      expect(text).not.toMatch(
        new RegExp(`'${channel}'|\\b${channel}:|(channels|sweeps|ends)\\.${channel}\\b`),
      )
    }
  },
)

test('every package is pinned to one version, above all twilio, whose parts are no promise', () => {
  const { dependencies, devDependencies } = packageJson
  const all = Object.entries({ ...dependencies, ...devDependencies })
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  expect(dependencies.twilio).toBe('6.2.0')
})

test('every file of functions/ is behind one of the fences that say who imports what', () => {
  const own = files.filter((file) => file.startsWith('functions/'))
  const narrow = Object.values(fences).filter(({ around }) => !around('functions/x.ts'))
  expect(own.filter((file) => !narrow.some(({ around }) => around(file)))).toEqual([])
  expect(own.length).toBeGreaterThan(25)
})

test('every Lambda has its file, and every handler its Lambda', () => {
  const known = [
    ...handlers,
    ...cognitoTriggers,
    ...consumeStreams,
    FOLLOWING,
    ...PIPELINE,
    COUNTING,
    REQUEST_BODY,
    ...PLAIN_DATA,
  ]
  const top = files.filter((file) => /^functions\/[^/]+$/.test(file))
  expect(top.sort()).toEqual(known.sort())
})

test('code stands in no other folder', () => {
  const others = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !FOLDERS.includes(name) && !NOT_OURS.has(name))
    .filter((name) =>
      readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).some((file) =>
        CODE.test(file),
      ),
    )
  expect(others).toEqual([])
})
const NOT_OURS = new Set(['node_modules', 'cdk.out', 'dist'])

test('the imports of a known file are all found', () => {
  expect(importsOf('functions/http.ts').map(({ target }) => target)).toEqual([
    '@middy/core',
    '@middy/http-header-normalizer',
    'aws-lambda',
    'zod',
    'functions/core/payer.ts',
    'functions/core/refusals.ts',
    GATEWAY_ANSWERS,
    'functions/observe.ts',
    REQUEST_BODY,
  ])
})

/** Forms of words that nobody may write, and a line that each must catch. */
const forbidden: readonly (readonly [
  what: string,
  pattern: RegExp,
  where: (file: string) => boolean,
  caught: readonly string[],
])[] = [
  [
    'zod is imported as one namespace, so that bundles stay small',
    /\b(?:import|export)\b(?!\s+(?:type\s+)?\* as z from 'zod')[^'"`;()]*?\bfrom\s*['"]zod/,
    () => true,
    [
      "import { z } from 'zod'",
      "import z from 'zod'",
      'import { z } from "zod"',
      "import * as zod from 'zod'",
      "import { z } from 'zod/v4'",
      "export { z } from 'zod'",
    ],
  ],
  [
    'no type is waved through',
    /\bas any\b|: any\b|<any>|@ts-(ignore|expect-error|nocheck)|biome-ignore/,
    (file) => file.startsWith('functions/') || file.startsWith('lib/'),
    // Texts that this test has to catch, and no code: nothing is waved through and no rule is switched off here.
    ['const x = y as any', 'function f(x: any) {}', '// @ts-ignore', '// biome-ignore lint/a/b: c'],
  ],
  [
    'nothing is said to be there that may not be',
    /[\w)\]]!(?=[.;,)\]\s[]|$)(?!=)/m,
    (file) => file.startsWith('functions/') || file.startsWith('lib/'),
    ['const x = y!', 'const x = y!.z', 'f(y!)', 'const x = y[0]!.z', 'const x = f()!;'],
  ],
  [
    'who looks at a stage asks AWS nothing that changes it',
    /\b(?!(Get|Describe|List)[A-Z])[A-Z]\w*Command\b/,
    (file) => file.startsWith('scripts/doctor'),
    [
      'new PutSecretValueCommand({})',
      'client.send(new UpdateTableCommand(x))',
      'DeleteItemCommand',
    ],
  ],
]

describe.each(forbidden)('%s', (_, pattern, where, caught) => {
  test('holds', () => {
    expect(files.filter(where).filter((file) => pattern.test(textOf(file)))).toEqual([])
  })

  test.each(caught)('would catch: %s', (line) => {
    expect(line).toMatch(pattern)
  })
})

test('the linter is told to refuse them too', () => {
  const { rules } = JSON.parse(textOf('biome.json')).linter
  expect(rules).toMatchObject({
    style: { noNonNullAssertion: 'error', useImportType: 'error' },
    suspicious: { noExplicitAny: 'error' },
  })
})

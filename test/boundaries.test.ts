import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CHANNELS } from '../functions/core/channel.ts'
import { consumers, lambdas, triggers } from '../functions/routes.ts'
import packageJson from '../package.json' with { type: 'json' }
import { LAPTOP_ONLY } from '../scripts/sbom.ts'

const ROOT = resolve(import.meta.dirname, '..')

/** Every folder that code may stand in; what it may import is said below. */
const FOLDERS = [
  'bin',
  'lib',
  'functions',
  'client',
  'web',
  'local',
  'test',
  'bench',
  'scripts',
  'examples',
]

const CODE = /\.(ts|mts|js|mjs)$/
const files = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    // This file has a sample of everything that must not be.
    .filter((file) => CODE.test(file) && file !== 'test/boundaries.test.ts'),
)
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What a file imports: a path from the top for its own, a specifier for a package. */
type Import = {
  readonly target: string
  readonly isOwn: boolean
  readonly isType: boolean
  /** `import 'x'`, which takes nothing from it. */
  readonly isBare: boolean
}

const FORMS = [
  // import … from 'x', import type … from 'x', export … from 'x'
  /\b(?:import|export)\b([^'"`;()]*?)\bfrom\s*(['"])([^'"\n]+)\2/g,
  // import 'x'
  /(?<!-)\bimport\b(\s*)(['"])([^'"\n]+)\2/g,
  // import('x') and require('x'), also in types; anything but a plain text in them is its own target
  /\b(?:import|require)\s*\((\s*)(['"]?)([^'")]*)\2/g,
]

function importsOf(file: string, text = textOf(file)): Import[] {
  return FORMS.flatMap((form) => [...text.matchAll(form)]).map(
    ([found, clause = '', , specifier = '']) => {
      const isWords = specifier.startsWith('#words/')
      const isOwn = isWords || specifier.startsWith('.')
      const ownTarget = isWords
        ? specifier.replace('#', 'web/')
        : posix.join(posix.dirname(file), specifier)
      const target = isOwn ? ownTarget : specifier
      return {
        target,
        isOwn,
        isType: /^\s*type\b/.test(clause),
        isBare: /^import\s*['"]/.test(found),
      }
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

/** A folder's own files, not those of the folders in it. */
const directlyIn =
  (folder: string) =>
  (file: string): boolean =>
    file.startsWith(folder) && !file.slice(folder.length).includes('/')

const CORE = 'functions/core/'
const ADAPTERS = 'functions/adapters/'
const HANDLERS = 'functions/handlers/'
const cognitoTriggers = triggers.map((name) => `${HANDLERS}${name}.ts`)
const METRICS = 'functions/metrics.ts'
/** Read by the stack and the laptop too. */
/** Between the composition root and the pipeline, which do not know each other. */
const EARLY = 'functions/earlyReads.ts'
const PLAIN_DATA = [
  'functions/routes.ts',
  'functions/tables.ts',
  METRICS,
  'functions/http/gatewayAnswers.ts',
  'functions/http/originHeader.ts',
]
const LIMITS = 'functions/core/limits.ts'
const PAGE_MAKERS = [
  ...['lib/brand.ts', 'lib/svg.ts', 'lib/browsers.ts', 'lib/page.ts', 'lib/pageScripts.ts'],
  'lib/phonePlans.ts',
]
/** The words that stand in the page before any script runs. */
const HTML_WORDS = 'web/words/htmlWords.ts'
/** What the page asks a browser to show of a payment, and the server verifies. */
const SHEET = 'functions/core/paymentSheet.ts'
/** The one list of channels; approvals are counted by it. */
const CHANNEL_LIST = 'functions/core/channel.ts'
const COMPOSITION = [
  'functions/composition.ts',
  'functions/deviceComposition.ts',
  'functions/providerComposition.ts',
]
const DATABASE = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb']
const AWS_CLIENTS = [
  '@aws-sdk/client-cognito-identity-provider',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-secrets-manager',
]
/** The parts of Twilio's package that are used; subpaths are no promise of it. */
const TWILIO = [
  'twilio/lib/base/BaseTwilio.js',
  'twilio/lib/base/Domain.js',
  'twilio/lib/base/Version.js',
  'twilio/lib/rest/verify/v2/service/verification.js',
  'twilio/lib/rest/verify/v2/service/verificationCheck.js',
]

/** What the files of an adapter's folder may import: the core, their own folder, what all adapters share, these packages. */
const adapter = (folder: string, ...packages: string[]): Fence => ({
  around: (file) => file.startsWith(`${ADAPTERS}${folder}/`),
  allows: (found) =>
    within(CORE, `${ADAPTERS}${folder}/`).has(found) ||
    directlyIn(ADAPTERS)(found.target) ||
    isOneOf('zod', 'node:crypto', ...packages)(found),
  caught: [
    [`${ADAPTERS}${folder}/x.ts`, "import { smsVerify } from '../../handlers/smsVerify.ts'"],
    [`${ADAPTERS}${folder}/x.ts`, "import { logger } from '../../observe.ts'"],
    [`${ADAPTERS}${folder}/x.ts`, "import type { World } from '../../composition.ts'"],
    [`${ADAPTERS}${folder}/x.ts`, "import { other } from '../other/other.ts'"],
    [`${ADAPTERS}${folder}/x.ts`, "import axios from 'axios'"],
    [`${ADAPTERS}${folder}/x.ts`, "import twilio from 'twilio'"],
  ],
})

/** What the page is shown, as its types: what a payment is, and what can be refused. */
const SHOWN_TYPES = ['action', 'channel', 'payment', 'refusals'].map(
  (name) => `functions/core/${name}.ts`,
)

const fences: Record<string, Fence> = {
  'the core imports nothing outside itself': {
    around: (file) => file.startsWith(CORE),
    allows: within(CORE).has,
    caught: [
      ['functions/core/x.ts', "import { createHash } from 'node:crypto'"],
      ['functions/core/x.ts', "import * as z from 'zod'"],
      ['functions/core/x.ts', "import type { Env } from '../adapters/settings.ts'"],
      ['functions/core/x.ts', "import type {\n  Env,\n} from '../adapters/settings.ts'"],
      ['functions/core/x.ts', 'export * from "../observe.ts"'],
      ['functions/core/x.ts', "export { count } from '../observe.ts'"],
      ['functions/core/x.ts', "import '../observe.ts'"],
      ['functions/core/x.ts', "const { count } = await import('../observe.ts')"],
      ['functions/core/x.ts', "type Env = import('../adapters/settings.ts').Env"],
      ['functions/core/x.ts', 'const it = await import(name)'],
      ['functions/core/x.ts', "const fs = require('fs')"],
      [
        'functions/core/x.ts',
        "import { a } from './payment.ts'; import { b } from '../observe.ts'",
      ],
    ],
  },
  'what all channels have in common knows no channel but by the map of all': {
    around: directlyIn(CORE),
    allows: (found) =>
      !within(`${CORE}channels/`).has(found) || found.target === `${CORE}channels/all.ts`,
    caught: [
      ['functions/core/starting.ts', "import { pushStart } from './channels/push.ts'"],
      ['functions/core/ports.ts', "import type { PushAnswer } from './channels/push.ts'"],
    ],
  },
  'the adapter of Authy imports the core and what all adapters share': adapter('authy'),
  'the adapter of Twilio Verify imports these parts of twilio besides': adapter(
    'twilioVerify',
    ...TWILIO,
  ),
  'the adapter of DynamoDB imports its clients besides': adapter('dynamodb', ...DATABASE),
  'the adapter of devices imports jose besides': adapter('device', 'jose'),
  'the adapter of push services imports two parts of web-push and what sends a request besides':
    adapter(
      'webPush',
      ...[
        'web-push/src/encryption-helper.js',
        'web-push/src/vapid-helper.js',
        'node:dns/promises',
        'node:http',
        'node:https',
        'node:net',
      ],
    ),
  'the adapter of other services of AWS imports their clients besides': adapter(
    'aws',
    ...AWS_CLIENTS,
  ),
  'what all adapters share imports the core, Node, zod and the numbering plans': {
    around: directlyIn(ADAPTERS),
    allows: (found) =>
      within(CORE).has(found) ||
      directlyIn(ADAPTERS)(found.target) ||
      /^node:/.test(found.target) ||
      isOneOf('zod', 'libphonenumber-js/max')(found),
    caught: [
      ['functions/adapters/x.ts', "import { logger } from '../observe.ts'"],
      ['functions/adapters/x.ts', "import { authy } from './authy/authy.ts'"],
      ['functions/adapters/x.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
    ],
  },
  'a handler imports the core, the pipeline, what is composed, and no other handler': {
    around: (file) => file.startsWith(HANDLERS) && !cognitoTriggers.includes(file),
    allows: (found) =>
      within(CORE, 'functions/http/').has(found) ||
      directlyIn('functions/')(found.target) ||
      directlyIn(ADAPTERS)(found.target) ||
      isOneOf('functions/adapters/authy/authySignature.ts', 'zod')(found),
    caught: [
      ['functions/handlers/smsVerify.ts', "import { body } from './phoneVerify.ts'"],
      ['functions/handlers/smsVerify.ts', "import { authy } from '../adapters/authy/authy.ts'"],
      ['functions/handlers/x.ts', "import { x } from '../adapters/dynamodb/paymentsTable.ts'"],
      ['functions/handlers/x.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"],
      ['functions/handlers/x.ts', "import parse from 'libphonenumber-js'"],
    ],
  },
  'what Cognito calls imports nothing but types': {
    around: (file) => cognitoTriggers.includes(file),
    allows: ({ target, isType }) => isType && target === 'aws-lambda',
    caught: [
      ['functions/handlers/tokenClaims.ts', "import { logger } from '../observe.ts'"],
      ['functions/handlers/signUpPolicy.ts', "import * as z from 'zod'"],
      ['functions/handlers/signUpPolicy.ts', "import type { Env } from '../adapters/settings.ts'"],
    ],
  },
  'only the composition root knows every adapter': {
    around: (file) => COMPOSITION.includes(file),
    allows: (found, file) =>
      within(CORE, ADAPTERS).has(found) ||
      isOneOf('functions/observe.ts', 'functions/counting.ts', EARLY, 'node:crypto')(found) ||
      isOneOf(...DATABASE, ...AWS_CLIENTS)(found) ||
      (found.target === 'functions/composition.ts' &&
        (found.isType || file === 'functions/providerComposition.ts')),
    caught: [
      ['functions/composition.ts', "import { endpoint } from './http/endpoint.ts'"],
      ['functions/composition.ts', "import { smsVerify } from './handlers/smsVerify.ts'"],
      ['functions/composition.ts', "import { codes } from './providerComposition.ts'"],
      ['functions/deviceComposition.ts', "import { payments } from './composition.ts'"],
    ],
  },
  'the pipeline knows the core and no adapter': {
    around: (file) => file.startsWith('functions/http/') && !PLAIN_DATA.includes(file),
    allows: (found) =>
      within(CORE, 'functions/http/').has(found) ||
      isOneOf('functions/observe.ts', EARLY)(found) ||
      isPackage(found),
    caught: [
      ['functions/http/endpoint.ts', "import { payments } from '../composition.ts'"],
      ['functions/http/x.ts', "import { authy } from '../adapters/authy/authy.ts'"],
    ],
  },
  'what is read early is known to whoever registers it, and imports nothing': {
    around: (file) => file === EARLY,
    allows: () => false,
    caught: [
      [EARLY, "import type { World } from './composition.ts'"],
      [EARLY, "import { authyKeyFrom } from './adapters/aws/providerSecret.ts'"],
    ],
  },
  'the lists of routes, tables and limits, which the stack reads too, import nothing': {
    around: (file) => [...PLAIN_DATA, LIMITS, CHANNEL_LIST].includes(file),
    allows: (found, file) => file === METRICS && found.target === CHANNEL_LIST,
    caught: [
      ['functions/routes.ts', "import type { World } from './composition.ts'"],
      ['functions/tables.ts', "import type { Right } from './routes.ts'"],
      [LIMITS, "import { CURRENCIES } from './money.ts'"],
      [METRICS, "import { count } from './observe.ts'"],
      [METRICS, "import { CHANNEL_RULES } from './core/channels/all.ts'"],
      [CHANNEL_LIST, "import { CHANNEL_RULES } from './channels/all.ts'"],
    ],
  },
  'what consumers of streams do alike reads a stream, and touches no table': {
    around: (file) => file === 'functions/consumeStreams.ts',
    allows: (found) =>
      found.isType ||
      within(CORE, `${ADAPTERS}dynamodb/pay`).has(found) ||
      isOneOf('functions/observe.ts', '@aws-sdk/util-dynamodb', 'zod')(found),
    caught: [
      ['functions/consumeStreams.ts', "import { payments } from './composition.ts'"],
      ['functions/consumeStreams.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'"],
    ],
  },
  'what counts and logs knows of the core only what things are': {
    around: (file) => ['functions/observe.ts', 'functions/counting.ts'].includes(file),
    allows: (found) =>
      isPackage(found) ||
      isOneOf('functions/metrics.ts', 'functions/observe.ts')(found) ||
      (found.isType && within(CORE).has(found)),
    caught: [
      ['functions/counting.ts', "import { statusAt } from './core/payment.ts'"],
      ['functions/observe.ts', "import { payments } from './composition.ts'"],
      ['functions/counting.ts', "import type { Authy } from './adapters/authy/authy.ts'"],
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
      (nameOf(found.target) in packageJson.dependencies &&
        !LAPTOP_ONLY.includes(nameOf(found.target))),
    caught: [
      ['functions/x.ts', "import { build } from 'esbuild'"],
      ['functions/x.ts', "import { x } from '@types/node'"],
    ],
  },
  'the page imports nothing but itself, the client, the limits, the browser’s sheet, oauth4webapi, uqr, and types of what it is shown':
    {
      around: (file) => file.startsWith('web/'),
      allows: (found) =>
        within('web/', 'client/').has(found) ||
        isOneOf(LIMITS, SHEET, 'oauth4webapi', 'uqr')(found) ||
        (found.isType && isOneOf(...SHOWN_TYPES, 'functions/http/gatewayAnswers.ts')(found)),
      caught: [
        ['web/x.ts', "import { REFUSALS } from '../functions/core/refusals.ts'"],
        ['web/x.ts', "import { GATEWAY_ANSWERS } from '../functions/http/gatewayAnswers.ts'"],
        ['web/views/x.ts', "import { view } from '../../functions/core/payment.ts'"],
        ['web/x.ts', "import { CHANNELS } from '../functions/core/channel.ts'"],
        ['web/x.ts', "import { sheetFlawOf } from '../functions/core/paymentConfirmation.ts'"],
        ['web/x.ts', "import type { StartPorts } from '../functions/core/starting.ts'"],
        ['web/x.ts', "import { readFile } from 'node:fs/promises'"],
        ['web/x.ts', "import * as z from 'zod'"],
      ],
    },
  'the client imports nothing outside itself, so that anybody can take the folder': {
    around: (file) => file.startsWith('client/'),
    allows: within('client/').has,
    caught: [
      ['client/x.ts', "import * as z from 'zod'"],
      ['client/x.ts', "import { setTimeout } from 'node:timers/promises'"],
      ['client/x.ts', "import type { PaymentView } from '../functions/core/payment.ts'"],
      ['client/x.ts', "import { Problem } from '../web/problem.ts'"],
    ],
  },
  'what runs on a laptop imports itself, the handlers, the client, how the page is made, and packages':
    {
      around: (file) => file.startsWith('local/'),
      allows: (found) =>
        within('local/', 'functions/', 'client/').has(found) ||
        isOneOf('lib/brand.ts', 'lib/page.ts')(found) ||
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
        (PAGE_MAKERS.includes(file) && found.target === HTML_WORDS) ||
        found.target === LIMITS ||
        (/^lib\/stage(Fields|Settings)\.ts$/.test(file) &&
          found.target === 'functions/core/money.ts') ||
        isPackage(found),
      caught: [
        ['lib/x.ts', "import { endpoint } from '../functions/http/endpoint.ts'"],
        ['lib/x.ts', "import type { Env } from '../functions/adapters/settings.ts'"],
        ['lib/x.ts', "import { CURRENCIES } from '../functions/core/money.ts'"],
        ['lib/x.ts', "import { startPhone } from '../local/phone/phone.ts'"],
      ],
    },
  'making the page needs no CDK, because a laptop does it too': {
    around: (file) => PAGE_MAKERS.includes(file),
    allows: isOneOf(
      ...['node:crypto', 'node:fs', 'node:path', 'esbuild', 'libphonenumber-js/max/metadata'],
      ...[HTML_WORDS, ...PAGE_MAKERS],
    ),
    caught: [
      ['lib/page.ts', "import { shellWords } from '../web/words/shellWords.ts'"],
      ['lib/page.ts', "import { shellWords } from '#words/shellWords.ts'"],
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
  'an example imports the construct, its settings, the client, itself and packages, as somebody else would':
    {
      around: (file) => file.startsWith('examples/'),
      allows: (found) =>
        within('examples/').has(found) ||
        isOneOf('client/payfriend.ts', 'lib/payfriend.ts', 'lib/stageSettings.ts')(found) ||
        isPackage(found),
      caught: [
        ['examples/x.ts', "import { AuditTrail } from '../lib/auditTrail.ts'"],
        ['examples/x.ts', "import type { PaymentEvent } from '../functions/core/paymentTrail.ts'"],
        ['examples/x.ts', "import { EVENT_SOURCE } from '../functions/adapters/aws/eventBus.ts'"],
      ],
    },
  'the Lambda of an example imports nothing that makes a stack': {
    around: (file) => /^examples\/ex\w+\.ts$/.test(file),
    allows: (found) => within('examples/ex').has(found) || isOneOf('zod', ...DATABASE)(found),
    caught: [
      ['examples/executePayment.ts', "import { ShopStack } from './app.ts'"],
      ['examples/executePayment.ts', "import { Payfriend } from '../lib/payfriend.ts'"],
      ['examples/executionsTable.ts', "import { Duration } from 'aws-cdk-lib'"],
    ],
  },
  'an audit trail is checked without asking anybody, by whoever has its entries': {
    around: (file) => /^scripts\/evidence\/(\w+Check|archivedEntry|deviceAnswer)\.ts$/.test(file),
    allows: (found) =>
      within('functions/core/').has(found) ||
      /^scripts\/evidence\/(\w+Check|archivedEntry|deviceAnswer)\.ts$/.test(found.target) ||
      within(`${ADAPTERS}dynamodb/`, `${ADAPTERS}twilioVerify/verifyLink.ts`).has(found) ||
      // Signatures are verified by the code that verified them when they came.
      within(`${ADAPTERS}device/`, `${ADAPTERS}sha256.ts`).has(found) ||
      isOneOf('node:util', 'zod')(found),
    caught: [
      ['scripts/evidence/paymentTrailCheck.ts', "import { stageSource } from './stageSource.ts'"],
      ['scripts/evidence/payerTrailCheck.ts', "import { foundPayerTrail } from './payerTrail.ts'"],
      ['scripts/evidence/archivedEntry.ts', "import { readFile } from 'node:fs/promises'"],
      ['scripts/evidence/evidenceCheck.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
      [
        'scripts/evidence/deviceCheck.ts',
        "import { devices } from '../../functions/composition.ts'",
      ],
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
  'nothing that runs imports tests, and what measures them only their harness': {
    around: (file) => !file.startsWith('test/'),
    allows: (found, file) =>
      !within('test/').has(found) ||
      (/^(bench|scripts)\//.test(file) && within('test/harness/').has(found)) ||
      // These commands are long runs of what stands beside the tests.
      (/^scripts\/(fuzz|modelBased|mutants)\.ts$/.test(file) &&
        within('test/fuzz/', 'test/modelBased/', 'test/mutation/').has(found)),
    caught: [
      ['bench/x.ts', "import { open } from '../test/core/payments.ts'"],
      ['scripts/x.ts', "import { open } from '../test/core/payments.ts'"],
      ['lib/x.ts', "import { startLambda } from '../test/harness/runtime.ts'"],
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

const product = files.filter((file) => !/^(test|bench)\//.test(file))

const BEGINNINGS = ['web/openPage.ts', 'web/approve/openApprove.ts']

test('no file imports itself by way of others, not even its types', () => {
  const seen = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (file: string, way: readonly string[]) => {
    if (seen.get(file) === 'open') cycles.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (seen.has(file)) return
    seen.set(file, 'open')
    for (const { target, isOwn } of importsOf(file)) {
      // A part that is loaded later names the page's beginning and takes nothing from it: lib/pageScripts.ts says why.
      if (BEGINNINGS.includes(target)) continue
      if (isOwn && product.includes(target)) visit(target, [...way, file])
    }
    seen.set(file, 'done')
  }
  for (const file of product) visit(file, [])
  expect(cycles).toEqual([])
})

test('nothing takes anything from a page’s beginning but its entry, which loads it', () => {
  const taking = product.filter((file) =>
    importsOf(file).some(({ target, isBare }) => BEGINNINGS.includes(target) && !isBare),
  )
  expect(taking.sort()).toEqual(['web/approve/startApprove.ts', 'web/start.ts'])
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

describe('only readItem reads an item, consistently and beside others', () => {
  const READ_ITEM = `${ADAPTERS}dynamodb/readItem.ts`
  const readsByItself = (text: string) => /\b(Batch)?GetCommand\b/.test(text)

  test('holds', () => {
    const others = files.filter((file) => file.startsWith('functions/') && file !== READ_ITEM)
    expect(others.filter((file) => readsByItself(textOf(file)))).toEqual([])
  })

  test('would catch another', () => {
    expect(readsByItself("import { GetCommand } from '@aws-sdk/lib-dynamodb'")).toBe(true)
  })
})

test('every file of functions/ is behind one of the fences that say who imports what', () => {
  const own = files.filter((file) => file.startsWith('functions/'))
  const narrow = Object.values(fences).filter(({ around }) => !around('functions/x.ts'))
  expect(own.filter((file) => !narrow.some(({ around }) => around(file)))).toEqual([])
  expect(own.length).toBeGreaterThan(25)
})

test('every Lambda has its file, and every handler its Lambda', () => {
  const names = [...Object.keys(lambdas), ...triggers, ...consumers]
  const there = files.filter((file) => file.startsWith(HANDLERS))
  expect(there.sort()).toEqual(names.map((name) => `${HANDLERS}${name}.ts`).sort())
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
  expect(importsOf('functions/http/endpoint.ts').map(({ target }) => target)).toEqual([
    '@middy/core',
    '@middy/http-header-normalizer',
    'aws-lambda',
    'zod',
    'functions/core/payer.ts',
    'functions/core/refusals.ts',
    'functions/earlyReads.ts',
    'functions/observe.ts',
    'functions/http/answers.ts',
    'functions/http/originCheck.ts',
    'functions/http/requestBody.ts',
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
    (file) => /^scripts\/(checks\/|(doctor|preflight|deployed)\.ts$)/.test(file),
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

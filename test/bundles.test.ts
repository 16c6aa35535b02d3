/** What would be deployed: how much it is, what is not in it, and that it works in Lambda's own runtime. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { itemOf } from '../functions/adapters/dynamodb/paymentItem.ts'
import type { Env } from '../functions/adapters/settings.ts'
import { sendPayment } from '../functions/handlers/sendPayment.ts'
import type { PayerHandler } from '../functions/http/endpoint.ts'
import {
  type Carriers,
  type ConsumerName,
  consumers,
  type LambdaName,
  lambdasOf,
  type Provider,
  providers,
  type TriggerName,
  triggers,
} from '../functions/routes.ts'
import { bundleLambdas, LEFT_OUT, lambdaBundles } from '../lib/bundle.ts'
import { open } from './core/payments.ts'
import { addDevice } from './harness/devices.ts'
import {
  no,
  numberOf,
  otherThan,
  paymentBody,
  type Request,
  type RouteName,
} from './harness/harness.ts'
import { payerRecord, trailWith } from './harness/payerTrails.ts'
import { eventOf, type RunningLambda, startAround, startLambda } from './harness/runtime.ts'
import { startStandIn } from './harness/trailHarness.ts'

const ROOT = resolve(import.meta.dirname, '..')
type Person = { payerId: string; email: string }
type Name = LambdaName | TriggerName | ConsumerName
const namesWith = (carriers: Carriers): Name[] => [
  ...lambdasOf(carriers),
  ...triggers,
  ...consumers,
]
const bundles = {
  authy: lambdaBundles({ provider: 'authy' }),
  twilioVerify: lambdaBundles({ provider: 'twilioVerify' }),
  none: lambdaBundles({ provider: 'none' }),
}
const temporary = mkdtempSync(join(tmpdir(), 'payfriend-bundles-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

describe.each(providers)('what is in a bundle made for %s', (provider) => {
  const names = namesWith({ provider })
  const { files, metafile } = bundles[provider]
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [path.split('/').at(-2), output]),
  )
  const outputOf = (name: string) => outputs.get(name) ?? { inputs: {}, imports: [] }
  /** The files of which something is left in it. */
  const inputsOf = (name: string) =>
    Object.entries(outputOf(name).inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path)

  const CEILING_BYTES: Partial<Record<Name, number>> = {
    phoneStart: 640_000,
    phoneVerify: 640_000,
  }
  const ceilingOf = (name: Name) =>
    provider === 'twilioVerify' && CALLING_VERIFY.has(name)
      ? 690_000
      : (CEILING_BYTES[name] ?? 530_000)
  test.each(names)('%s is no larger than a cold start can bear', (name) => {
    expect(files.get(name)?.length).toBeLessThanOrEqual(ceilingOf(name))
  })

  test('only who calls a provider has any of it, and nobody has any of another', () => {
    const holding = (pattern: RegExp) =>
      names.filter((name) => inputsOf(name).some((path) => pattern.test(path)))
    const calling = (one: Provider, those: ReadonlySet<Name>) =>
      provider === one ? names.filter((name) => those.has(name)) : []
    expect(holding(/node_modules\/twilio\/|verifyService\.ts|twilioVerify\.ts/)).toEqual(
      calling('twilioVerify', CALLING_VERIFY),
    )
    expect(holding(/adapters\/authy/i)).toEqual(calling('authy', CALLING_AUTHY))
  })

  type Forbidden = {
    readonly what: string
    readonly pattern: RegExp
    readonly caught: string
    readonly except?: readonly Name[]
  }
  const forbidden: readonly Forbidden[] = [
    {
      what: 'nothing of ours that does not run in Lambda',
      pattern: /^(?!functions\/|.*node_modules\/)/,
      caught: 'local/phone/phone.ts',
    },
    {
      what: 'no language of zod’s but English',
      pattern: /\/zod\/.*locales\/(?!en\.)/,
      caught: 'node_modules/zod/v4/locales/de.js',
    },
    {
      what: 'nothing of Twilio’s library but two resources of Verify and what they stand on',
      pattern:
        /\/twilio\/(?!lib\/(base\/|rest\/verify\/v2\/service\/verification(Check)?\.js))|\/(axios|jsonwebtoken)\//,
      caught: 'node_modules/twilio/lib/rest/Twilio.js',
    },
    {
      what: 'no numbering plans but where a number is read',
      pattern: /\/libphonenumber-js\//,
      caught: 'node_modules/libphonenumber-js/metadata.max.json.js',
      except: ['phoneStart'],
    },
    {
      what: 'no numbering plans but the full ones, which tell what a number costs',
      pattern: /\/libphonenumber-js\/metadata\.(?!max)/,
      caught: 'node_modules/libphonenumber-js/metadata.min.json.js',
    },
    {
      what: 'no way to the archive but where it is written',
      pattern: /\/@aws-sdk\/(client-s3|middleware-sdk-s3|checksums)\//,
      caught: 'node_modules/@aws-sdk/client-s3/dist-es/S3Client.js',
      except: ['archiveEntries'],
    },
    {
      what: 'no way to a bus but where payments are published and a test ring is asked for',
      pattern: /\/@aws-sdk\/client-eventbridge\//,
      caught: 'node_modules/@aws-sdk/client-eventbridge/dist-es/EventBridgeClient.js',
      except: ['publishEvents', 'devicePush'],
    },
    {
      what: 'no way to who signs in but where sessions end',
      pattern: /\/@aws-sdk\/client-cognito-identity-provider\//,
      caught: 'node_modules/@aws-sdk/client-cognito-identity-provider/dist-es/models/errors.js',
      except: ['endSessions', 'phoneVerify'],
    },
    {
      what: 'nothing of web-push that speaks through a proxy',
      pattern: /node_modules\/(https-proxy-agent|agent-base|debug)\//,
      caught: 'node_modules/https-proxy-agent/dist/index.js',
    },
    {
      what: 'nothing of web-push but where devices are rung',
      pattern: /node_modules\/(web-push|http_ece|jws|asn1\.js)\//,
      caught: 'node_modules/web-push/src/index.js',
      except: ['ringDevices'],
    },
    {
      what: 'no CommonJS copy of the SDK',
      pattern: /\/@(aws-sdk|smithy)\/.*\/dist-cjs\//,
      caught: 'node_modules/@aws-sdk/core/dist-cjs/index.js',
    },
    {
      what: 'no way to credentials that Lambda never goes',
      pattern: /\/(credential-provider-(?!node|env)|nested-clients|token-providers)/,
      caught: 'node_modules/@aws-sdk/credential-provider-sso/dist-es/index.js',
    },
  ]
  describe.each(forbidden)('$what', ({ pattern, caught, except = [] }) => {
    test('holds', () => {
      const found = names
        .filter((name) => !except.includes(name))
        .flatMap((name) => inputsOf(name).map((path) => ({ name, path })))
      expect(found.length).toBeGreaterThan(1000)
      expect(found.filter(({ path }) => pattern.test(path))).toEqual([])
    })

    test(`would catch ${caught}`, () => {
      expect(caught).toMatch(pattern)
    })
  })

  test.each(names)('%s has one copy of every package', (name) => {
    const roots = new Set(inputsOf(name).map((path) => PACKAGE.exec(path)?.[0] ?? 'ours'))
    const packages = [...roots].map((root) => root.replace(/^.*node_modules\//, ''))
    expect(packages).toEqual([...new Set(packages)])
  })
  const PACKAGE = /^.*node_modules\/(@[^/]+\/)?[^/]+/

  test.each(names)('%s needs nothing beside it but Node', (name) => {
    const { imports } = outputOf(name)
    const needed = imports.filter(({ path }) => !isBuiltin(path) && !LEFT_OUT.includes(path))
    expect(needed).toEqual([])
  })
})

describe.each([
  ['authy', 'twilioVerify'],
  ['twilioVerify', 'authy'],
  ['none', 'authy'],
  ['none', 'twilioVerify'],
] as const)('in bundles made for %s after %s', (provider, formerProvider) => {
  const { metafile } = lambdaBundles({ provider, formerProvider })
  const holding = (pattern: RegExp) =>
    Object.entries(metafile.outputs)
      .filter(([, { inputs }]) =>
        Object.entries(inputs).some(
          ([path, { bytesInOutput }]) => bytesInOutput > 0 && pattern.test(path),
        ),
      )
      .map(([path]) => path.split('/').at(-2) as Name)
      .sort()

  test('the former provider’s code is in those that end open payments, and in no other', () => {
    const ending: Record<typeof formerProvider, readonly Name[]> = {
      authy: ['authyCallback', 'smsStart', 'smsVerify', 'sweepPayments'],
      twilioVerify: ['cancelPayment', 'smsStart', 'smsVerify', 'sweepPayments'],
    }
    const having = (one: Provider, calling: ReadonlySet<Name>) => [
      ...(one === provider ? calling : one === formerProvider ? ending[one] : []),
    ]
    expect(holding(/adapters\/authy/i)).toEqual(having('authy', CALLING_AUTHY).sort())
    expect(holding(/node_modules\/twilio\/|verifyService\.ts/)).toEqual(
      having('twilioVerify', CALLING_VERIFY).sort(),
    )
  })
})

/** These send, check or end codes. */
const CALLING_VERIFY = new Set<Name>([
  'cancelPayment',
  'smsStart',
  'smsVerify',
  'phoneStart',
  'phoneVerify',
  'deviceLeave',
  'deviceConfirm',
  'sweepPayments',
])
/** These send pushes or codes, ask about them, or are called back. */
const CALLING_AUTHY = new Set<Name>([
  'sendPayment',
  'smsStart',
  'smsVerify',
  'authyCallback',
  'phoneStart',
  'phoneVerify',
  'deviceLeave',
  'deviceConfirm',
  'sweepPayments',
])

describe.each(providers)('the same source gives the same bytes for %s', (provider) => {
  const names = namesWith({ provider })
  const { files } = bundles[provider]
  const folder = join(temporary, 'twice', provider)

  test('when it is bundled again', () => {
    expect(lambdaBundles({ provider }).files).toEqual(files)
  })

  test('in another checkout', () => {
    const checkout = join(temporary, 'checkout', provider)
    for (const part of ['lib', 'functions', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, part), join(checkout, part), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
    const script =
      "import('./lib/bundle.ts').then((it) => it.bundleLambdas({ provider: 'PROVIDER' }, 'out'))".replace(
        'PROVIDER',
        provider,
      )
    execFileSync(process.execPath, ['-e', script], { cwd: checkout })
    const other = (name: string) => readFileSync(join(checkout, 'out', name, 'index.cjs'))
    expect(new Map(names.map((name) => [name, other(name)]))).toEqual(files)
  })

  test('and nothing lies beside them', () => {
    bundleLambdas({ provider }, folder)
    bundleLambdas({ provider }, folder)
    expect(readdirSync(folder).sort()).toEqual([...names].sort())
    expect(names.flatMap((name) => readdirSync(join(folder, name)))).toEqual(
      names.map(() => 'index.cjs'),
    )
  })
})

describe.each([
  ...providers.map((provider) => ({ provider, codeCache: false })),
  { provider: 'authy', codeCache: true } as const,
])(
  'made for $provider with codeCache $codeCache, in Lambda’s own runtime, each in its own process',
  ({ provider, codeCache }) => {
    const names = namesWith({ provider })
    const folder = join(temporary, 'running', `${provider}-${codeCache}`)
    const hasPush = provider === 'authy'
    const hasTexts = provider !== 'none'
    let around: Awaited<ReturnType<typeof startAround>>
    const running = new Map<Name, Promise<RunningLambda>>()

    beforeAll(async () => {
      bundleLambdas({ provider, codeCache }, folder)
      around = await startAround(async (callback) => (await call('authyCallback', callback)).status)
    })
    afterAll(async () => {
      for (const lambda of running.values()) await (await lambda).close()
      await around.close()
    })

    const start = (name: Name, env: Env = envHere()) => startLambda(name, join(folder, name), env)
    // Without a provider nobody has a phone that a text could reach, and the first device is let in by a sign-in.
    const envHere = () => ({
      ...around.env,
      ...(!hasTexts && { FIRST_DEVICE: 'sign-in' }),
      NODE_OPTIONS: `--require ${join(ROOT, 'test/harness/tellsCompiling.cjs')}`,
    })
    function lambda(name: Name): Promise<RunningLambda> {
      const known = running.get(name) ?? start(name)
      running.set(name, known)
      return known
    }
    async function call(name: RouteName, request: Request) {
      const result = await (await lambda(name)).invoke(eventOf(name, request))
      const { statusCode, body } = result as { statusCode: number; body: string }
      return { status: statusCode, body: JSON.parse(body) }
    }

    let people = 0
    function stranger() {
      people += 1
      const as = { payerId: `payer-${people}`, email: `payer${people}@example.com` }
      return { as, number: numberOf(people) }
    }
    /** Somebody whose phone is confirmed. */
    async function person() {
      const { as, number } = stranger()
      const body = { phoneNumber: number, channel: 'sms' }
      const started = await call('phoneStart', { as, body })
      const code = codeOn(number)
      const verified = await call('phoneVerify', {
        as,
        body: { verificationId: started.body.verificationId, code },
      })
      return { as, number, started, verified }
    }
    const server = {
      call: async (name: RouteName, request: Request = {}) => ({
        ...(await call(name, request)),
        headers: {},
      }),
      codeOn: (number: string) => codeOn(number),
      clock: { now: () => new Date() },
    }
    /** Somebody who can pay: with a confirmed phone or, without a provider, with a device. */
    async function payer() {
      if (hasTexts) return person()
      const { as, number } = stranger()
      await addDevice(server, { ...as, number })
      return { as, number }
    }
    const codeOn = (number: string) => around.phone.book.messages(number)[0]?.code ?? 'none'
    const send = (as: Person) => call('sendPayment', { as, key: 'key-1', body: paymentBody })
    async function answer(number: string, decision: 'approved' | 'denied') {
      const push = around.phone.book.latestPush(number)
      around.phone.book.answer(push?.uuid ?? 'none', decision)
      await around.phone.settled()
      return push?.callbacks.map(({ outcome, status }) => ({ outcome, status }))
    }

    if (hasTexts)
      test('a phone is confirmed', async () => {
        const { as, started, verified } = await person()
        expect(started).toMatchObject({ status: 202, body: { sendsLeft: 4 } })
        expect(verified).toMatchObject({ status: 200, body: { phone: { verified: true } } })
        expect(await call('profile', { as })).toEqual(verified)
      })

    test('everywhere is signed out', async () => {
      const { as } = stranger()
      expect(await call('endSessions', { as })).toEqual({ status: 200, body: {} })
    })

    if (hasPush)
      test('a payment is approved by a push, and says so in the log', async () => {
        const { as, number } = await person()
        const sent = await send(as)
        expect(sent).toMatchObject({ status: 201, body: { status: 'pending', push: 'sent' } })
        expect(await send(as)).toMatchObject({ status: 200, body: sent.body })
        expect(await answer(number, 'approved')).toEqual([{ outcome: 'answered', status: 200 }])
        const { paymentId: id } = sent.body
        expect(await call('paymentStatus', { as, id })).toMatchObject({
          status: 200,
          body: { status: 'approved', decidedBy: 'push' },
        })
        const { log } = await lambda('authyCallback')
        await expect
          .poll(() => log().map((line) => JSON.parse(line)))
          .toEqual(
            expect.arrayContaining([
              expect.objectContaining({ message: 'callback', paymentId: id }),
              expect.objectContaining({ PaymentApprovedByPush: 1 }),
            ]),
          )
      })

    if (hasPush)
      test('a callback that is signed by somebody else is refused', async () => {
        const { as, number } = await person()
        const { paymentId: id } = (await send(as)).body
        around.phone.book.faults.signNextCallbackWrongly = true
        expect(await answer(number, 'approved')).toEqual([{ outcome: 'answered', status: 403 }])
        expect((await call('paymentStatus', { as, id })).body).toMatchObject({ status: 'pending' })
      })

    if (hasTexts)
      test('a payment is approved by a SMS code, and by no other', async () => {
        const { as, number } = await person()
        const { paymentId: id } = (await send(as)).body
        expect(await call('smsStart', { as, id })).toMatchObject({
          status: 202,
          body: { sms: { sendsLeft: 4 } },
        })
        const code = codeOn(number)
        expect(await call('smsVerify', { as, id, body: { code: otherThan(code) } })).toMatchObject(
          no(422, 'wrong_code', { attemptsLeft: 4 }),
        )
        expect(await call('smsVerify', { as, id, body: { code } })).toMatchObject({
          status: 200,
          body: { status: 'approved', decidedBy: 'sms' },
        })
      })

    test('a device is let in by a text or a sign-in, approves a payment, and is removed', async () => {
      const { as, number } = hasTexts ? await person() : stranger()
      const device = await addDevice(server, { ...as, number })
      const { paymentId: id } = (await send(as)).body
      expect((await device.approvals()).body.approvals).toMatchObject([{ id: `payment.${id}` }])
      expect(await device.approve(`payment.${id}`)).toMatchObject({
        status: 200,
        body: { status: 'approved' },
      })
      expect((await call('paymentStatus', { as, id })).body).toMatchObject({
        status: 'approved',
        decidedBy: 'device',
      })
      expect(await call('deviceRemove', { as, id: device.id })).toMatchObject({ status: 200 })
      expect((await device.approvals()).body).toMatchObject({ trusted: false })
    })

    test('a device says where it is rung, and rings with a payment’s words', async () => {
      const { as, number } = hasTexts ? await person() : stranger()
      const device = await addDevice(server, { ...as, number })
      const phone = await around.pushServer.subscribe(device)
      const { paymentId, displayText, createdAt, expiresAt } = (await send(as)).body
      const payment = { paymentId, displayText, createdAt, expiresAt }
      const rung = await (await lambda('ringDevices')).invoke({
        source: 'payfriend',
        'detail-type': 'payment.pending',
        detail: { version: 1, payerId: as.payerId, ...payment },
      })
      expect(rung).toEqual({ taken: 1 })
      expect(phone.got()).toMatchObject([{ notification: { tag: paymentId, body: displayText } }])
    })

    test('a payment is cancelled, and stands in the list', async () => {
      const { as } = await payer()
      const { paymentId } = (await send(as)).body
      const cancelled = await call('cancelPayment', { as, id: paymentId })
      expect(cancelled).toMatchObject({ status: 200, body: { paymentId, status: 'cancelled' } })
      const { status, body } = await call('listPayments', { as, query: { limit: '5' } })
      expect({
        status,
        all: body.payments.map((one: typeof cancelled.body) => one.status),
      }).toEqual({
        status: 200,
        all: ['cancelled'],
      })
    })

    if (hasPush)
      test('a sweep decides what was answered while the callback was lost', async () => {
        const { as, number } = await person()
        const silent = await sentBefore(30, as, 'silent')
        around.phone.book.faults.loseNextCallback = true
        expect(await answer(number, 'denied')).toEqual([{ outcome: 'lost', status: null }])
        const swept = await (await lambda('sweepPayments')).invoke({})
        expect(swept).toEqual({ expired: 0, decided: 1, asked: 1 })
        expect((await call('paymentStatus', { as, id: silent })).body.status).toBe('denied')
      })

    test('a sweep ends what is due', async () => {
      const { as } = await payer()
      const due = await sentBefore(600, as, 'due')
      const swept = await (await lambda('sweepPayments')).invoke({})
      expect(swept).toEqual({ expired: 1, decided: 0, asked: 0 })
      expect((await call('paymentStatus', { as, id: due })).body.status).toBe('expired')
    })
    /** A payment that was started so long ago; the only thing here that no process of its own does. */
    async function sentBefore(seconds: number, as: Person, key: string): Promise<string> {
      const clock = () => new Date(Date.now() - seconds * 1000)
      const env = { ...around.env, PROVIDER: provider }
      const then: PayerHandler = sendPayment({ env, clock })
      const event = eventOf('sendPayment', { as, key, body: paymentBody })
      const { body = '' } = await then(event as never, {} as never)
      return JSON.parse(body).paymentId
    }

    test('an access token tells the e-mail that is verified', async () => {
      const userAttributes = { email: 'ann@example.com', email_verified: 'true' }
      expect(
        await (await lambda('tokenClaims')).invoke({ request: { userAttributes } }),
      ).toMatchObject({
        response: {
          claimsAndScopeOverrideDetails: {
            accessTokenGeneration: { claimsToAddOrOverride: { email: 'ann@example.com' } },
          },
        },
      })
    })

    test('a sign-up is refused where accounts are by invitation', async () => {
      const event = { triggerSource: 'PreSignUp_SignUp', request: { userAttributes: {} } }
      await expect((await lambda('signUpPolicy')).invoke(event)).rejects.toThrow('by invitation')
    })

    test.each([
      ['archiveEntries', 'PUT', 'ARCHIVE_ENDPOINT', ''],
      [
        'publishEvents',
        'POST',
        'EVENTS_ENDPOINT',
        '{"FailedEntryCount":0,"Entries":[{"EventId":"event-1"}]}',
      ],
    ] as const)('%s follows a payment, and an account', async (name, method, endpoint, body) => {
      const service = await startStandIn(() => ({ status: 200, body }))
      const env = { ARCHIVE_BUCKET: 'archive', EVENT_BUS: 'payfriend', [endpoint]: service.url }
      const started = start(name, env)
      running.set(name, started)
      const [Keys, SequenceNumber] = [{ payment_id: { S: open.paymentId } }, '1']
      const NewImage = marshall(itemOf(open))
      try {
        const trail = trailWith('ann', ['phone.changed'])
        const Records = [
          { eventName: 'INSERT', dynamodb: { Keys, SequenceNumber, NewImage } },
          payerRecord('ann', undefined, trail),
        ]
        expect(await (await started).invoke({ Records })).toEqual({ batchItemFailures: [] })
        expect(service.asked.map((asked) => asked.method)).toEqual([method, method])
        expect(service.asked[0]?.text).toContain(open.displayText)
        expect(service.asked[1]?.text).toContain(trail.recent[0]?.hash)
      } finally {
        service.close()
      }
    })

    test('a Lambda without its settings does not start, and says which it lacks', async () => {
      const { PAYMENTS_TABLE: _, ...env } = around.env
      const broken = await start('paymentStatus', env)
      try {
        await expect(broken.invoke(eventOf('paymentStatus'))).rejects.toThrow(/PAYMENTS_TABLE/)
      } finally {
        await broken.close()
      }
    })

    test('no Lambda compiles its schemas, and none’s code cache was refused', async () => {
      const lines = (await Promise.all(running.values())).flatMap(({ log }) => log())
      expect(lines.length).toBeGreaterThan(10)
      const log = lines.join('\n')
      expect(log).not.toContain('code was made of a text')
      expect(log).not.toContain('CodeCacheRefused')
    })

    if (codeCache) {
      test('the same source gives the same code caches again, in another folder', () => {
        const other = bundleLambdas({ provider, codeCache }, join(temporary, 'further', 'down'))
        const all = (place: string) =>
          names.flatMap((name) =>
            readdirSync(join(place, name)).map((file) => readFileSync(join(place, name, file))),
          )
        expect(all(folder).length).toBeGreaterThan(2 * names.length)
        expect(all(other)).toEqual(all(folder))
      })

      test('a Lambda whose cache is gone answers the same, counts it once, and says which it is and why', async () => {
        const { as } = await payer()
        const place = join(temporary, 'without')
        cpSync(join(folder, 'profile'), place, { recursive: true })
        rmSync(join(place, 'bundle.cache'))
        const without = await startLambda('profile', place, envHere())
        try {
          const event = eventOf('profile', { as })
          const [first, second] = [await without.invoke(event), await without.invoke(event)]
          expect(first).toEqual(await (await lambda('profile')).invoke(event))
          expect(second).toEqual(first)
          const counted = without.log().filter((line) => line.includes('"CodeCacheRefused":1'))
          expect(counted.length).toBe(1)
          const told = without.log().filter((line) => line.includes('"message":"CodeCacheRefused"'))
          expect(told.map((line) => JSON.parse(line))).toEqual([
            expect.objectContaining({ lambda: 'profile', reason: 'the file is missing' }),
          ])
        } finally {
          await without.close()
        }
      })
    }

    test('no Lambda was left out', () => {
      expect([...running.keys()].sort()).toEqual([...names].sort())
    })
  },
)

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of other files
/**
 * Sabotages: each the one line that a tired colleague, or a bad one, would change to take a guarantee away,
 * and the tests of which one must fail then.
 */
export type Sabotage = {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
  readonly caughtBy: readonly string[]
}

const CORE = 'functions/core'
const ADAPTERS = 'functions/adapters'

const testOf = {
  sms: ['test/functions/sms.test.ts'],
  callback: ['test/functions/authyCallback.test.ts'],
  cancel: ['test/functions/cancelPayment.test.ts'],
  phone: ['test/functions/phone.test.ts'],
  send: ['test/functions/sendPayment.test.ts'],
  sweep: ['test/functions/sweepPayments.test.ts'],
  pipeline: ['test/functions/pipeline.test.ts'],
  lockout: ['test/functions/lockout.test.ts'],
  lockoutTable: ['test/adapters/lockoutTable.test.ts'],
  limits: ['test/adapters/limitsTable.test.ts'],
  payments: ['test/adapters/paymentsTable.test.ts'],
  signature: ['test/adapters/authySignature.test.ts'],
  verify: ['test/adapters/twilioVerify.test.ts'],
  authy: ['test/adapters/authy.test.ts'],
}

/** True whatever is stored, and it keeps every value in use, which DynamoDB asks for. */
const always = (condition: string) => `(${condition} OR NOT ${condition})`

export const sabotages: readonly Sabotage[] = [
  // Whose payment it is.
  {
    name: 'no owner check on a read',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: 'return found?.payerId === payerId ? found : undefined',
    to: 'return found',
    caughtBy: testOf.payments,
  },
  {
    name: 'anybody cancels',
    file: `${CORE}/deciding.ts`,
    from: "by: 'payer', only: { payerId } }",
    to: "by: 'payer', only: {} }",
    caughtBy: testOf.cancel,
  },
  {
    name: 'anybody tries codes',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: `'user_id = :payer',
          'sms_sends > :none',`,
    to: `'${always('user_id = :payer')}',
          'sms_sends > :none',`,
    caughtBy: testOf.payments,
  },
  {
    name: 'a list goes on where somebody else’s page ended',
    file: `${ADAPTERS}/pageCursor.ts`,
    from: '!parts.success || parts.data[2] !== seal(payerId, parts.data[0], parts.data[1])',
    to: '!parts.success',
    caughtBy: ['test/functions/listPayments.test.ts'],
  },
  {
    name: 'one idempotency key for two people',
    file: 'functions/live.ts',
    from: `.update(\`\${payerId}\\0\${idempotencyKey}\`)`,
    to: '.update(idempotencyKey)',
    caughtBy: testOf.send,
  },

  // One decision, once, in time.
  {
    name: 'a payment is open at its very end',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: "const OPEN = ['#status = :pending', 'expires_at > :now']",
    to: "const OPEN = ['#status = :pending', 'expires_at >= :now']",
    caughtBy: testOf.payments,
  },
  {
    name: 'what is decided is decided again',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: "const OPEN = ['#status = :pending', 'expires_at > :now']",
    to: `const OPEN = ['${always('#status = :pending')}', 'expires_at > :now']`,
    caughtBy: testOf.payments,
  },
  {
    name: 'a decision asks for nothing but an open payment',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: 'asked.map(([name]) => `${name} = :${name}`)',
    to: 'asked.map(([name]) => `(${name} = :${name} OR NOT ${name} = :${name})`)',
    caughtBy: testOf.payments,
  },
  {
    name: 'a start overwrites what is there',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: "ConditionExpression: 'attribute_not_exists(payment_id)',",
    to: '',
    caughtBy: testOf.payments,
  },
  {
    name: 'a payment seems open at its very end',
    file: `${CORE}/payment.ts`,
    from: "now >= payment.expiresAt ? 'expired'",
    to: "now > payment.expiresAt ? 'expired'",
    caughtBy: ['test/core/payment.test.ts'],
  },
  {
    name: 'a payment is swept away a moment before its end',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: "'expires_at <= :now'",
    to: `'${always('expires_at <= :now')}'`,
    caughtBy: testOf.payments,
  },
  {
    name: 'now is read once and carried over the call that checks a code',
    file: `${CORE}/textedCode.ts`,
    from: `const { payments, lockout, codes, clock } = ports
`,
    to: `const { payments, lockout, codes } = ports; const now0 = ports.clock(); const clock = () => now0
`,
    caughtBy: testOf.sms,
  },
  {
    name: 'now is read once and carried over the call that asks about a push',
    file: `${CORE}/sweeping.ts`,
    from: '  const read = await push.read(pushId)',
    to: '  const now0 = clock(); clock = () => now0; const read = await push.read(pushId)',
    caughtBy: testOf.sweep,
  },

  // What the payer saw is what was approved.
  {
    name: 'the words shown are not compared',
    file: `${CORE}/deciding.ts`,
    from: 'const only = { authyId, shown, ',
    to: 'const only = { authyId, ',
    caughtBy: testOf.callback,
  },
  {
    name: 'the phone that answered is not compared',
    file: `${CORE}/deciding.ts`,
    from: 'const only = { authyId, shown, ',
    to: 'const only = { shown, ',
    caughtBy: testOf.callback,
  },
  {
    name: 'the payer whom a callback names is not compared',
    file: `${CORE}/deciding.ts`,
    from: '...(payerId && { payerId }), ',
    to: '',
    caughtBy: testOf.callback,
  },
  {
    name: 'a code is bound to the words and not to the payment',
    file: `${CORE}/textedCode.ts`,
    from: 'action: paymentId,',
    to: 'action: words(terms),',
    caughtBy: testOf.sms,
  },
  {
    name: 'a repeat with other terms is the same payment',
    file: `${CORE}/starting.ts`,
    from: "if (!sameTerms(payment.terms, request.terms)) throw new Refusal('idempotency_key_reused')",
    to: '',
    caughtBy: testOf.send,
  },
  {
    name: 'a currency is as good as another',
    file: `${CORE}/payment.ts`,
    from: 'a.amount.currency === b.amount.currency',
    to: 'true',
    caughtBy: ['test/core/payment.test.ts'],
  },
  {
    name: 'the push is sent before its payment is stored',
    file: `${CORE}/starting.ts`,
    from: '  if (await payments.insert(payment)) {',
    to: '  await askForPush(ports, request, payment).catch(() => {}); if (await payments.insert(payment)) {',
    caughtBy: testOf.send,
  },

  // Codes.
  {
    name: 'an attempt is not counted before the code is checked',
    file: `${CORE}/textedCode.ts`,
    from: 'await payments.reserveAttempt(payerId, id, codes.byTextId, clock())',
    to: 'await payments.get(payerId, id)',
    caughtBy: testOf.sms,
  },
  {
    name: 'a sixth attempt',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: `'code_attempts < :attempts',
          ...(onlyNamedText`,
    to: `'code_attempts <= :attempts',
          ...(onlyNamedText`,
    caughtBy: testOf.payments,
  },
  {
    name: 'a code is checked before any was sent',
    file: `${ADAPTERS}/paymentsTable.ts`,
    from: "'sms_sends > :none',",
    to: "'sms_sends >= :none',",
    caughtBy: testOf.payments,
  },
  {
    name: 'a wrong code is not counted',
    file: `${CORE}/textedCode.ts`,
    from: "if (verdict === 'wrong') throw await wrongCode(ports, payment)",
    to: "if (verdict === 'wrong') throw new Refusal('wrong_code', { attemptsLeft: 4 })",
    caughtBy: testOf.sms,
  },
  {
    name: 'a wrong code approves',
    file: `${CORE}/textedCode.ts`,
    from: "if (verdict === 'wrong') throw await wrongCode(ports, payment)",
    to: '',
    caughtBy: testOf.sms,
  },
  {
    name: 'a code that an app shows approves any payment',
    file: `${ADAPTERS}/authy.ts`,
    from: "return (device?.os_type ?? 'sms') === 'sms' ? 'right' : 'wrong'",
    to: "return device === null ? 'wrong' : 'right'",
    caughtBy: testOf.authy,
  },
  {
    name: 'an answer that is no success is believed',
    file: `${ADAPTERS}/authy.ts`,
    from: 'answer.status === 200 ? schema.safeParse(answer.body) : undefined',
    to: 'schema.safeParse(answer.body)',
    caughtBy: testOf.authy,
  },
  {
    name: 'a guess is made twice where the provider errs',
    file: `${ADAPTERS}/authy.ts`,
    from: 'if (answer.errorCode !== BAD_KEY) return answer',
    to: 'if (answer.status < 500 && answer.errorCode !== BAD_KEY) return answer; if (answer.status >= 500) return callWith(key, name, path, body)',
    caughtBy: testOf.authy,
  },

  // Codes in a row.
  {
    name: 'one count of wrong codes for everybody',
    file: `${ADAPTERS}/lockoutTable.ts`,
    from: 'user_id: `limit#codes#${payerId}`',
    to: "user_id: 'limit#codes'",
    caughtBy: testOf.lockoutTable,
  },
  {
    name: 'the count of wrong codes is looked at, and not raised before the check',
    file: `${CORE}/lockout.ts`,
    from: 'const go = await lockout.reserve(payerId, clock())',
    to: 'const go = { locks: 0 }',
    caughtBy: testOf.lockout,
  },
  {
    name: 'a sixth wrong code in a row',
    file: `${CORE}/lockout.ts`,
    from: 'export const GOES_MAX = 5',
    to: 'export const GOES_MAX = 6',
    caughtBy: testOf.lockout,
  },
  {
    name: 'codes are locked for ever the same time',
    file: `${CORE}/lockout.ts`,
    from: '(LOCK_MINUTES[locks] ?? LAST_LOCK_MINUTES)',
    to: 'LOCK_MINUTES[0]',
    caughtBy: testOf.lockout,
  },
  {
    name: 'a code with no verdict stays counted',
    file: `${CORE}/lockout.ts`,
    from: 'if (!isVerdict) await',
    to: 'if (false) await',
    caughtBy: testOf.lockout,
  },

  // Signatures.
  {
    name: 'the signature is not compared',
    file: `${ADAPTERS}/authySignature.ts`,
    from: "if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return 'forged'",
    to: '',
    caughtBy: testOf.signature,
  },
  {
    name: 'the nonce is not signed',
    file: `${ADAPTERS}/authySignature.ts`,
    from: '.update(`${nonce}|',
    to: '.update(`|',
    caughtBy: testOf.signature,
  },
  {
    name: 'an old callback is as good as a new one',
    file: `${ADAPTERS}/authySignature.ts`,
    from: "return ageSeconds > NONCE_SECONDS_MAX ? 'forged' : 'fresh'",
    to: "return ageSeconds > Infinity ? 'forged' : 'fresh'",
    caughtBy: testOf.signature,
  },
  {
    name: 'a body is worked on for a signature that is none',
    file: `${ADAPTERS}/authySignature.ts`,
    from: "if (!SIGNATURE.test(signature)) return 'forged'",
    to: "if (!signature || Buffer.byteLength(signature) !== 44) return 'forged'",
    caughtBy: testOf.signature,
  },
  {
    name: 'a nonce as long as anybody likes',
    file: `${ADAPTERS}/authySignature.ts`,
    from: "nonce === '' || nonce.length > NONCE_LENGTH_MAX",
    to: "nonce === ''",
    caughtBy: testOf.signature,
  },
  {
    name: 'an unsigned body with values without end',
    file: `${ADAPTERS}/authySignature.ts`,
    from: 'values > VALUES_MAX || depth > DEPTH_MAX',
    to: 'depth > DEPTH_MAX',
    caughtBy: testOf.signature,
  },
  {
    name: 'an unsigned body with levels without end',
    file: `${ADAPTERS}/authySignature.ts`,
    from: 'values > VALUES_MAX || depth > DEPTH_MAX',
    to: 'values > VALUES_MAX',
    caughtBy: testOf.signature,
  },
  {
    name: 'an unsigned body grows without end',
    file: `${ADAPTERS}/authySignature.ts`,
    from: 'lengthLeft -= pair.length',
    to: '',
    caughtBy: testOf.signature,
  },
  {
    name: 'a long body is decoded before it is refused',
    file: 'functions/requestBody.ts',
    from: 'Buffer.byteLength(body, encoding) > BODY_BYTES_MAX',
    to: 'Buffer.from(body, encoding).length > BODY_BYTES_MAX',
    caughtBy: ['test/functions/requestBody.test.ts'],
  },
  {
    name: 'a request with parts without end',
    file: 'functions/requestBody.ts',
    from: 'if (parts > PARTS_MAX) throw new TooManyParts()',
    to: '',
    caughtBy: ['test/functions/requestBody.test.ts'],
  },
  {
    name: 'a body is read before its sender is known',
    file: 'functions/http.ts',
    from: 'const payer = payerOf(event)\n    const query',
    to: 'jsonBody(event)\n    const payer = payerOf(event)\n    const query',
    caughtBy: ['test/functions/requestBody.test.ts'],
  },
  {
    name: 'a callback is checked for the address that it names itself',
    file: 'functions/authyCallback.ts',
    from: 'const signed = { method:',
    to: "const url = `http://${headers.host ?? ''}/api/payments/callback`; const signed = { method:",
    caughtBy: testOf.callback,
  },
  {
    name: 'the outer status decides, whatever the inner says',
    file: 'functions/authyCallback.ts',
    from: 'if (transaction.uuid !== uuid || transaction.status !== status) return undefined',
    to: 'if (transaction.uuid !== uuid) return undefined',
    caughtBy: testOf.callback,
  },
  {
    name: 'a forged callback is only counted',
    file: 'functions/authyCallback.ts',
    from: "throw new Refusal('forged_callback')",
    to: '',
    caughtBy: testOf.callback,
  },

  // The provider's own answer.
  {
    name: 'another push’s answer decides',
    file: `${CORE}/sweeping.ts`,
    from: 'if (read.pushId !== pushId || read.authyId !== authyId) return false',
    to: '',
    caughtBy: testOf.sweep,
  },
  {
    name: 'what came back is not compared with what was sent',
    file: `${ADAPTERS}/twilioVerify.ts`,
    from: ') => verification.amount === amount && verification.payee === payee',
    to: ') => true',
    caughtBy: testOf.verify,
  },
  {
    name: 'another verification’s answer approves',
    file: `${ADAPTERS}/twilioVerify.ts`,
    from: "if (verification?.sid !== sid) throw unclear('unexpected answer')",
    to: "if (!verification) throw unclear('unexpected answer')",
    caughtBy: testOf.verify,
  },
  {
    name: 'another service’s answer approves',
    file: `${ADAPTERS}/verifyService.ts`,
    from: "if (found.serviceSid !== serviceSid) throw new Error('of another service')",
    to: '',
    caughtBy: testOf.verify,
  },
  {
    name: '`approved` without `valid` approves',
    file: `${ADAPTERS}/twilioVerify.ts`,
    from: "if (status === 'approved' && valid) return 'right'",
    to: "if (status === 'approved') return 'right'",
    caughtBy: testOf.verify,
  },
  {
    name: '`valid` without `approved` approves',
    file: `${ADAPTERS}/twilioVerify.ts`,
    from: "if (status === 'approved' && valid) return 'right'",
    to: "if (valid) return 'right'",
    caughtBy: testOf.verify,
  },
  {
    name: 'a code is checked without what it is bound to',
    file: `${ADAPTERS}/twilioVerify.ts`,
    from: 'service.check({ verificationSid: textId, code, amount, payee })',
    to: 'service.check({ verificationSid: textId, code })',
    caughtBy: testOf.verify,
  },
  {
    name: 'a code is checked by the number, so that any of its verifications will do',
    file: `${ADAPTERS}/verifyService.ts`,
    from: 'VerificationCheckListInstance(api, serviceSid).create(params)',
    to: "VerificationCheckListInstance(api, serviceSid).create({ ...params, to: '+12025550100', verificationSid: undefined } as never)",
    caughtBy: testOf.verify,
  },

  // The phone.
  {
    name: 'a session alone changes the phone',
    file: `${ADAPTERS}/payersTable.ts`,
    from: "'(attribute_not_exists(phone_verified_at) OR attribute_exists(pending_current_passed_at))'",
    to: "'(attribute_not_exists(nobody) OR attribute_exists(pending_current_passed_at))'",
    caughtBy: testOf.phone,
  },
  {
    name: 'the verified phone’s code is not checked',
    file: `${CORE}/registering.ts`,
    from: 'if (payer.phone && !currentPassed) {',
    to: 'if (payer.phone && !currentPassed && !currentCode) {',
    caughtBy: testOf.phone,
  },
  {
    name: 'a code for one number proves another',
    file: `${ADAPTERS}/payersTable.ts`,
    from: "[ALIVE, 'pending_number = :number', LET_IN]",
    to: `[ALIVE, '${always('pending_number = :number')}', LET_IN]`,
    caughtBy: testOf.phone,
  },
  {
    name: 'a sixth attempt to prove a number',
    file: `${ADAPTERS}/payersTable.ts`,
    from: "when: [ALIVE, 'pending_attempts < :attempts'",
    to: "when: [ALIVE, 'pending_attempts <= :attempts'",
    caughtBy: testOf.phone,
  },

  // Limits.
  {
    name: 'an eleventh text',
    file: `${ADAPTERS}/limitsTable.ts`,
    from: 'OR uses < :max)',
    to: 'OR uses <= :max)',
    caughtBy: testOf.limits,
  },
  {
    name: 'one counter for two people',
    file: `${ADAPTERS}/limitsTable.ts`,
    from: 'key: `limit#person#${payerId}`',
    to: "key: 'limit#person'",
    caughtBy: testOf.limits,
  },
  {
    name: 'one counter for two limits',
    file: `${ADAPTERS}/limitsTable.ts`,
    from: "{ key: 'limit#stage', window: DAY",
    to: '{ key: `limit#person#${payerId}`, window: DAY',
    caughtBy: testOf.limits,
  },
  {
    name: 'a sixth open payment',
    file: `${ADAPTERS}/limitsTable.ts`,
    from: 'if (unfinished.length >= openPayments) {',
    to: 'if (unfinished.length > openPayments) {',
    caughtBy: testOf.limits,
  },
  {
    name: 'a limit looked at and not written as a condition',
    file: `${ADAPTERS}/limitsTable.ts`,
    from: "'window_started_at > :edge AND size(started) < :max AND size(unfinished) < :open'",
    to: `'window_started_at > :edge AND ${always('size(started) < :max')} AND size(unfinished) < :open'`,
    caughtBy: testOf.limits,
  },
  {
    name: 'a text is not counted',
    file: `${CORE}/textedCode.ts`,
    from: 'await limits.spendTexts(',
    to: '(async (..._: unknown[]) => {})(',
    caughtBy: testOf.sms,
  },
  {
    name: 'a write that the SDK sends again counts twice',
    file: `${ADAPTERS}/ownWrite.ts`,
    from: "when: '(attribute_not_exists(written_by) OR written_by <> :written_by)',",
    to: `when: '${always('written_by = :written_by')}',`,
    caughtBy: [...testOf.lockoutTable, ...testOf.payments, ...testOf.limits],
  },
  {
    name: 'a write that the SDK sends again is lost to itself',
    file: `${ADAPTERS}/ownWrite.ts`,
    from: 'left: (item) => item?.written_by === id,',
    to: 'left: () => false,',
    caughtBy: [...testOf.lockoutTable, ...testOf.payments, ...testOf.limits],
  },

  // The door.
  {
    name: 'an id token will do',
    file: 'functions/http.ts',
    from: "token_use: z.literal('access'),",
    to: '',
    caughtBy: testOf.pipeline,
  },
  {
    name: 'a body names the payment, over the path',
    file: 'functions/http.ts',
    from: 'const body = checked(schemas.body, jsonBody(event))',
    to: 'const { paymentId: named, ...sent } = jsonBody(event) as Record<string, string>; if (named && event.pathParameters) event.pathParameters.paymentId = named; const body = checked(schemas.body, sent)',
    caughtBy: testOf.pipeline,
  },
  {
    name: 'a body names the payer, over the token',
    file: 'functions/http.ts',
    from: 'const body = checked(schemas.body, jsonBody(event))',
    to: 'const { payerId: named, ...sent } = jsonBody(event) as Record<string, string>; if (named) Object.assign(payer, { payerId: named }); const body = checked(schemas.body, sent)',
    caughtBy: testOf.pipeline,
  },
  {
    name: 'a field that nobody knows is let in',
    file: 'functions/http.ts',
    from: 'export const nothing = z.strictObject({})',
    to: 'export const nothing = z.looseObject({})',
    caughtBy: testOf.pipeline,
  },
  {
    name: 'a fault’s own words are the answer',
    file: 'functions/http.ts',
    from: "{ message: 'Internal Server Error' }",
    to: '{ message: String(error) }',
    caughtBy: [...testOf.pipeline, ...testOf.send],
  },
  {
    name: 'answers may be kept by whoever passes them on',
    file: 'functions/http.ts',
    from: "'cache-control': 'no-store', ",
    to: '',
    caughtBy: testOf.pipeline,
  },
  {
    name: 'a route is public',
    file: 'functions/routes.ts',
    from: "route: { method: 'GET', path: '/profile', open: 'payers' },",
    to: "route: { method: 'GET', path: '/profile', open: 'public' },",
    caughtBy: ['test/openapi.test.ts'],
  },
  {
    name: 'an e-mail that nobody proved is put into the token',
    file: 'functions/tokenClaims.ts',
    from: "if (!email || verified !== 'true') return event",
    to: 'if (!email) return event',
    caughtBy: ['test/functions/tokenClaims.test.ts'],
  },

  // The page.
  {
    name: 'a waiting page asks without a pause',
    file: 'web/pollSchedule.ts',
    from: 'const USUAL_MS = 3_000',
    to: 'const USUAL_MS = 0',
    caughtBy: ['test/web/pollSchedule.test.ts'],
  },
  {
    name: 'a waiting page asks for ever',
    file: 'web/pollSchedule.ts',
    from: 'if (state.msToEnd < -GRACE_MS) return null',
    to: '',
    caughtBy: ['test/web/pollSchedule.test.ts'],
  },
  {
    name: 'input long after the five minutes keeps a person signed in',
    file: 'web/activity.ts',
    from: 'return doing !== null && msLeftOf(doing) > 0 ? doing : null',
    to: 'return doing',
    caughtBy: ['test/web/activity.test.ts'],
  },
  {
    name: 'a person of whom no input is known stays signed in',
    file: 'web/activity.ts',
    from: 'return doing === null ? 0 : msLeftOf(doing)',
    to: 'return doing === null ? IDLE_MS : msLeftOf(doing)',
    caughtBy: ['test/web/activity.test.ts'],
  },
  {
    name: 'a tab that slept lives by whoever came after its person',
    file: 'web/activity.ts',
    from: 'doing !== null && String(doing.since) === own.read()',
    to: 'doing !== null',
    caughtBy: ['test/web/activity.test.ts'],
  },
]

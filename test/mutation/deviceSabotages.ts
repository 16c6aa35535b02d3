// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of other files
/** Sabotages of the device channel: enrolment, devices' proofs and answers, and what a device protects. */
import type { Sabotage } from './sabotages.ts'

const CORE = 'functions/core'
const TABLES = 'functions/adapters/dynamodb'

const testOf = {
  /** Through the handlers. */
  device: ['test/handlers/deviceGuards.test.ts', 'test/handlers/devices.test.ts'],
  assertions: ['test/adapters/assertions.test.ts'],
  table: ['test/adapters/devicesTable.test.ts'],
  proof: ['test/adapters/device/deviceProof.test.ts'],
  passkey: ['test/core/webauthn.test.ts'],
  crypto: ['test/adapters/device/webauthnCrypto.test.ts'],
}

/** True whatever is stored, and it keeps every value in use, which DynamoDB asks for. */
const always = (condition: string) => `(${condition} OR NOT ${condition})`

/** One line of a file, taken away or turned round; its tests are those of the handlers if no others are named. */
const inFile =
  (file: string, caughtBy: readonly string[] = testOf.device) =>
  (name: string, from: string, to: string): Sabotage => ({ name, file, from, to, caughtBy })

const devices = inFile(`${TABLES}/devicesTable.ts`, testOf.table)
const invitations = inFile(`${TABLES}/deviceInvitations.ts`, testOf.table)
const removals = inFile(`${TABLES}/deviceRemovals.ts`, testOf.table)
const expressions = inFile(`${TABLES}/deviceExpressions.ts`, testOf.table)
const payments = inFile(`${TABLES}/paymentsTable.ts`, testOf.assertions)
const enrolling = inFile(`${CORE}/enrolling.ts`)
const lettingIn = inFile(`${CORE}/lettingIn.ts`)
const removing = inFile(`${CORE}/removing.ts`)
const approvals = inFile(`${CORE}/channels/approvals.ts`)
const answering = inFile(`${CORE}/channels/answering.ts`)
const channel = inFile(`${CORE}/channels/device.ts`)
const signing = inFile(`${CORE}/signing.ts`)
const device = inFile(`${CORE}/device.ts`)
const smsCode = inFile(`${CORE}/channels/smsCode.ts`)
const endpoint = inFile('functions/http/endpoint.ts')
const enrol = inFile('functions/handlers/deviceEnrol.ts')
const decide = inFile('functions/handlers/decideApproval.ts')
const passkey = inFile(`${CORE}/webauthn.ts`, testOf.passkey)
const authenticator = inFile(`${CORE}/authenticatorData.ts`, testOf.passkey)
const crypto = inFile('functions/adapters/device/webauthnCrypto.ts', testOf.crypto)
const proof = inFile('functions/adapters/device/deviceProof.ts', testOf.proof)

export const deviceSabotages: readonly Sabotage[] = [
  // An invitation, and the device that is made with it.
  enrolling(
    'a payer makes invitations without end',
    'if (!(await devices.countInvitation(signedIn.payerId, now))) {',
    'if (!(await devices.countInvitation(signedIn.payerId, now)) && false) {',
  ),
  proof(
    'any text in a proof is taken for a payer’s id, and read as a key of the table',
    'return PAYER_ID.test(payerId) ? { payerId, thumbprint } : undefined',
    'return { payerId, thumbprint }',
  ),
  enrolling(
    'a new device has the name of another',
    'const distinct = renews === undefined ? newName(ports, payer, name) : name',
    'const distinct = name',
  ),
  enrolling(
    'an ended session invites a device',
    `  admit(payer, signedIn)
  const now`,
    '  const now',
  ),
  enrolling(
    'a device that was not stored is told that it is pending',
    "if (stored?.id !== id || stored.invitation !== hash) throw new Refusal('not_found')",
    'if (!stored) return { payerId, email, pending }',
  ),
  removing(
    'an ended session removes devices',
    `  admit(payer, signedIn)
  if (!payer) throw new Refusal('not_found')
  const device`,
    `  if (!payer) throw new Refusal('not_found')
  const device`,
  ),
  enrolling(
    'an invitation asks again after another',
    "if (invitation.hasAsked) throw new Refusal('not_found')",
    '',
  ),
  device(
    'the yes of a device that was removed since counts',
    'activeDevices(devices, now).some(({ id }) => id === devices.pending?.yesBy)',
    'devices.pending?.yesBy !== undefined && now !== undefined',
  ),
  answering(
    'what is stored of a passkey comes from an answer that nobody checked',
    "answer.answer === 'approve' && !failureOf(answer.assertion, device.passkey, ports.crypto)",
    "answer.answer === 'approve'",
  ),
  enrol(
    'an enrolment needs no signature',
    'if (proof.payerId !== undefined || !(await proof.isSignedBy(key)))',
    'if (proof.payerId !== undefined)',
  ),
  enrol(
    'an enrolment may name a payer',
    'if (proof.payerId !== undefined || !(await proof.isSignedBy(key)))',
    'if (!(await proof.isSignedBy(key)))',
  ),
  enrol(
    "a passkey's challenge comes from the client",
    "challengeOf(sha256, 'add', code)",
    "challengeOf(sha256, 'add', typed)",
  ),
  device(
    'a pending device never ends',
    'pending && now < pending.expiresAt ? pending : undefined',
    'pending && (now < pending.expiresAt || pending) ? pending : undefined',
  ),

  // What the table requires.
  invitations(
    'an old invitation is spent',
    "'invited_until > :now AND (",
    "'(invited_until > :now OR NOT invited_until > :now) AND (",
  ),
  invitations(
    'an invitation is spent for two devices',
    '(attribute_not_exists(spent_for) OR spent_for = :device)',
    '(attribute_not_exists(spent_for) OR spent_for = :device OR attribute_exists(spent_for))',
  ),
  devices(
    'a device asks of a locked account',
    `        [
          OPEN,
          SESSION,`,
    `        [
          SESSION,`,
  ),
  devices(
    'a device asks by an invitation of an ended session',
    `        [
          OPEN,
          SESSION,`,
    `        [
          OPEN,
          '${always('user_id = :signed_in')}',`,
  ),
  devices(
    'a device that was turned away asks again',
    '(attribute_not_exists(device_invitation) OR device_invitation <> :invitation)',
    '(attribute_not_exists(device_invitation) OR device_invitation <> :invitation OR device_invitation = :invitation)',
  ),
  devices(
    'a device that was let in asks again',
    "'attribute_not_exists(devices.#id)',",
    "'(attribute_not_exists(devices.#id) OR attribute_exists(devices.#id))',",
  ),
  devices(
    'an ended session tries digits',
    "when: [...THIS_ONE, SESSION, 'device_pending.tries < :tries'],",
    `when: [...THIS_ONE, '${always('user_id = :signed_in')}', 'device_pending.tries < :tries'],`,
  ),
  devices(
    'digits are tried without end',
    "when: [...THIS_ONE, SESSION, 'device_pending.tries < :tries'],",
    `when: [...THIS_ONE, SESSION, '${always('device_pending.tries < :tries')}'],`,
  ),
  devices(
    'a yes counts for another document of the same device',
    "'device_pending.signing = :signing', ...isActive('#by')]",
    `'${always('device_pending.signing = :signing')}', ...isActive('#by')]`,
  ),
  devices(
    'the yes of a device that was removed meanwhile is stored',
    "'device_pending.signing = :signing', ...isActive('#by')]",
    "'device_pending.signing = :signing', 'attribute_exists(devices.#by)']",
  ),
  devices(
    'wrong signatures of a new device are never too many',
    'if ((counted?.devices.pending?.failedYes ?? 0) < ASSERTIONS_MAX) return counted',
    'if (ASSERTIONS_MAX) return counted',
  ),
  devices(
    'a wrong signature over an older document counts',
    "when: [...THIS_ONE, 'device_pending.signing = :signing'],",
    `when: [...THIS_ONE, '${always('device_pending.signing = :signing')}'],`,
  ),
  devices(
    'an ended session has texts sent',
    `          SESSION,
          'device_pending.texts < :texts',`,
    `          '${always('user_id = :signed_in')}',
          'device_pending.texts < :texts',`,
  ),
  devices(
    'texts for a device are never too many',
    "'device_pending.texts < :texts',",
    `'${always('device_pending.texts < :texts')}',`,
  ),
  devices(
    'texts for a device have no pause',
    '(attribute_not_exists(device_pending.textedAt) OR device_pending.textedAt <= :last)',
    '(attribute_not_exists(device_pending.textedAt) OR device_pending.textedAt <= :last OR attribute_exists(device_pending.textedAt))',
  ),
  devices(
    'a device is let in after its session ended',
    "'(attribute_not_exists(sessions_from) OR sessions_from <= device_pending.invitedAuthTime)',",
    '',
  ),
  devices(
    'a fourth device is let in',
    '(attribute_not_exists(devices_active) OR devices_active < :max)',
    '(attribute_not_exists(devices_active) OR devices_active < :max OR devices_active >= :max)',
  ),
  devices(
    'the yes may be of another device than the stored one',
    "'device_pending.yesBy = :by',",
    `'${always('device_pending.yesBy = :by')}',`,
  ),
  devices(
    'a yes lets in without digits',
    "'device_pending.hasDigits = :yes',",
    `'${always('device_pending.hasDigits = :yes')}',`,
  ),
  removals(
    'another device than the named one is turned away',
    "'REMOVE device_pending', ['device_pending.id = :id'], { ':id': deviceId }",
    "'REMOVE device_pending', ['(device_pending.id = :id OR attribute_exists(device_pending))'], { ':id': deviceId }",
  ),
  devices(
    'a device that is removed is noted as used',
    `        isActive('#id'),
        { ':now': now.toISOString(), `,
    `        ['attribute_exists(devices.#id)'],
        { ':now': now.toISOString(), `,
  ),
  expressions(
    'a write meant for one pending device reaches another',
    "const THIS_ONE = ['device_pending.id = :id', ",
    "const THIS_ONE = ['(device_pending.id = :id OR attribute_exists(device_pending))', ",
  ),
  expressions(
    'a write reaches a pending device after its time',
    "'device_pending.expiresAt > :now', OPEN]",
    "'(device_pending.expiresAt > :now OR attribute_exists(device_pending))', OPEN]",
  ),
  expressions(
    'a pending device is written in a locked account',
    "'device_pending.expiresAt > :now', OPEN]",
    "'device_pending.expiresAt > :now']",
  ),

  // How a device is let in.
  lettingIn(
    'texts are sent for a device that is not pending',
    "if (!payer || pending?.id !== deviceId) throw new Refusal('not_found')",
    "if (!payer || !pending) throw new Refusal('not_found')",
  ),
  lettingIn(
    'a text is sent while codes are locked',
    'const refused = whyNoText(pending, clock()) ?? whyLocked(payer.codesLockedUntil, clock())',
    'const refused = whyNoText(pending, clock())',
  ),
  lettingIn(
    'texts for devices go on while texts are off',
    "if (await ports.switches.smsOff()) throw switchedOff('sms_off')",
    '',
  ),
  lettingIn(
    "texts for devices count in nobody's hour",
    'await limits.spendProvingTexts(payerId, phone, 1, clock())',
    'async () => {}',
  ),
  lettingIn(
    'digits are not compared',
    'if (digits !== pending.digits)',
    'if (digits.length !== pending.digits.length)',
  ),
  lettingIn(
    'after five wrong digits the device stays',
    'if (attemptsLeft === 0) await devices.turnAway(payerId, deviceId)',
    '',
  ),
  lettingIn(
    'a text lets in without its code',
    'await checkLeave(ports, payer, pending, { code, attemptsLeft })',
    '',
  ),
  lettingIn('an old sign-in lets in', 'requireFresh(signedIn, clock())', ''),
  lettingIn(
    'an equal confirmation at the same moment is not found',
    'if (!stored) return alreadyIn(ports, signedIn, deviceId)',
    "if (!stored) throw new Refusal('not_found')",
  ),
  lettingIn(
    'a confirmation whose answer was lost is not found',
    'if (payer?.devices.all.some(({ id, removedAt }) => id === deviceId && !removedAt)) return payer',
    '',
  ),
  lettingIn(
    'a code is checked of which no text was sent',
    "if (pending.texts === 0) throw new Refusal('no_code_sent')",
    '',
  ),
  lettingIn(
    'wrong codes for a device count in no lockout',
    'const verdict = await checkAsAttempt(ports, payer.payerId, () =>\n    ports.codes.check({ providerPhoneId, textId: pending.textId }, leaveOf(pending), code),\n  )',
    'const verdict = await ports.codes.check({ providerPhoneId, textId: pending.textId }, leaveOf(pending), code)',
  ),
  lettingIn(
    'a code for a device that was used lets in',
    "if (verdict === 'over') throw new Refusal('code_expired')",
    '',
  ),
  lettingIn(
    'a wrong code lets a device in',
    "if (verdict === 'wrong') throw new Refusal('wrong_code', { attemptsLeft })",
    '',
  ),
  lettingIn(
    'a code for one device lets in another',
    'actionId: `device:${id}:${invitation.slice(0, 16)}`,',
    'actionId: `device:${[id, invitation].length}`,',
  ),

  // A device's requests and answers.
  approvals(
    'a device answers for a locked account',
    "if (payer.state) throw new Refusal('locked')",
    '',
  ),
  approvals(
    'a payment that is over waits on the devices',
    ".filter((payment) => statusAt(payment, now) === 'pending')",
    '',
  ),
  approvals(
    'a new device that has its yes is asked about again',
    '...(pending && !hasYes(payer.devices, now)',
    '...(pending',
  ),
  answering(
    'a yes is stored for another device than it names',
    'if (pending?.id !== deviceId) {',
    'if (!pending) {',
  ),
  answering(
    'a late no to a device is told as a yes',
    "if (answer.answer === 'approve' && isActive(payer.devices, deviceId, clock())) return 'approved'",
    "if (isActive(payer.devices, deviceId, clock())) return 'approved'",
  ),
  answering(
    'a no that comes after the yes is told as counted',
    "if (await isStillActive(ports, payerId, deviceId)) throw new Refusal('not_found')",
    '',
  ),
  answering(
    'anything signed by the device key is a no to a device',
    "if (answer.signed !== challengeOf(ports.sha256, 'refuseDevice', pending.signing))",
    'if (!answer.signed)',
  ),
  answering(
    'a yes over another document lets a device in',
    "requireCurrent(ports, device, answer.assertion, 'device', pending.signing, attemptsLeft)",
    '',
  ),
  answering(
    'a wrong signature lets a device in',
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    const counted = await devices`,
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto) === 'credential') {
    const counted = await devices`,
  ),
  answering(
    'a yes that was not stored is told as one',
    "if (!stored) throw new Refusal('not_found')\n  if (stored.devices.pending?.hasDigits) await letIn",
    "if (!stored) return 'approved'\n  if (stored.devices.pending?.hasDigits) await letIn",
  ),
  answering(
    'a yes lets in before the digits',
    "if (stored.devices.pending?.hasDigits) await letIn(ports, stored, 'device')",
    "await letIn(ports, stored, 'device')",
  ),
  answering(
    'a signature for anything removes the device',
    "requireCurrent(ports, device, answer.assertion, 'remove', signing, attemptsLeft)",
    '',
  ),
  answering(
    'a wrong signature removes the device',
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    throw`,
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto) === 'credential') {
    throw`,
  ),
  decide(
    'nobody is told of payments that the payer did not start',
    "securityEvent('NotMe', { payerId, approvalId }),",
    'void [payerId, approvalId],',
  ),
  endpoint(
    'a proof for one approval is good for all',
    "const path = route.replace('{approvalId}', () => idIn(event, 'approvalId', APPROVAL_ID))",
    'const path = route',
  ),
  endpoint(
    'an approval may have any id',
    '/^(?:removal|(?:payment|phone)\\.[A-Za-z0-9_-]{22}|(?:device|stop)\\.[A-Za-z0-9_-]{43})$/',
    '/^.*$/',
  ),

  // A payment's answer.
  channel(
    'a payment has no document though its payer has a device',
    'if (activeDevices(devices, now).length === 0) return { state: none }',
    'if (activeDevices(devices, now).length < 2) return { state: none }',
  ),
  channel(
    "a yes over another payment's document approves",
    "const challenge = challengeOf(sha256, 'approve', signing)",
    "const challenge = JSON.parse(Buffer.from(assertion.response.clientDataJSON, 'base64url').toString()).challenge",
  ),
  channel('a stale yes approves', 'if (stale) {', "if (stale === 'malformed') {"),
  channel(
    'a yes with a wrong signature approves',
    'if (failureOf(assertion, device.passkey, crypto)) throw',
    "if (failureOf(assertion, device.passkey, crypto) === 'credential') throw",
  ),
  channel(
    'an attempt is counted after the check',
    'const reserved = await reserve(ports, payment, { signing, digest })',
    'const reserved = failureOf(assertion, device.passkey, crypto) ? payment : await reserve(ports, payment, { signing, digest })',
  ),
  channel(
    'a no over anything denies',
    "if (signed !== challengeOf(ports.sha256, 'deny', signing)) {",
    'if (!signed) {',
  ),
  channel(
    "another device's yes is told as this one's",
    "'device_id' in outcome.evidence && outcome.evidence.device_id === id",
    "'device_id' in outcome.evidence && id !== ''",
  ),
  signing(
    'a no is signed as a yes is',
    "deny: 'payfriend deny v1\\n',",
    "deny: 'payfriend approve v1\\n',",
  ),
  signing('the payer is not in what is signed', '    payer: payment.payerId,\n', ''),
  signing(
    'two equal payments have one document',
    '    nonce: payment.nonce,\n',
    '    nonce: payment.nonce.slice(22),\n',
  ),
  payments(
    'an assertion is counted to another payer’s payment',
    `          'user_id = :payer',
          'signing = :signing',`,
    `          '${always('user_id = :payer')}',
          'signing = :signing',`,
  ),
  payments(
    'an assertion is counted to another document',
    `          'user_id = :payer',
          'signing = :signing',`,
    `          'user_id = :payer',
          '${always('signing = :signing')}',`,
  ),
  payments(
    'assertions are tried without end',
    '(size(device_tried) < :attempts AND NOT contains(device_tried, :digest))',
    '((size(device_tried) < :attempts OR size(device_tried) >= :attempts) AND NOT contains(device_tried, :digest))',
  ),
  payments(
    'an equal assertion is counted twice',
    '(size(device_tried) < :attempts AND NOT contains(device_tried, :digest))',
    '(size(device_tried) < :attempts AND (NOT contains(device_tried, :digest) OR contains(device_tried, :digest)))',
  ),
  payments(
    'a failed assertion is counted twice',
    '(size(device_failed) < :last AND NOT contains(device_failed, :digest))',
    '(size(device_failed) < :last AND (NOT contains(device_failed, :digest) OR contains(device_failed, :digest)))',
  ),
  payments(
    'an equal failed assertion fails a payment',
    'size(device_failed) = :last AND NOT contains(device_failed, :digest)',
    'size(device_failed) = :last AND (NOT contains(device_failed, :digest) OR contains(device_failed, :digest))',
  ),
  payments(
    'a sixth failed assertion is what fails a payment',
    'size(device_failed) = :last AND NOT contains(device_failed, :digest)',
    'size(device_failed) > :last AND NOT contains(device_failed, :digest)',
  ),
  payments(
    'a decision needs not the document that was signed',
    'signing: only.signing,',
    'signing: undefined,',
  ),

  // From the first device on.
  smsCode(
    'a text is sent beside a device',
    `  requireTexts(ports, payer)
  // Check the payment`,
    '  // Check the payment',
  ),
  smsCode(
    'a code approves beside a device',
    `  requireTexts(ports, payer)
  const locked`,
    '  const locked',
  ),

  // WebAuthn, by its steps.
  passkey('7.2 step 10: any ceremony', 'if (clientData.type !== type)', 'if (!clientData.type)'),
  passkey(
    '7.2 step 11: any challenge',
    'if (clientData.challenge !== challenge)',
    'if (!clientData.challenge)',
  ),
  passkey('7.2 step 12: any origin', 'if (clientData.origin !== origin)', 'if (!origin)'),
  passkey(
    '7.2 step 13: in a frame',
    'if (clientData.crossOrigin !== undefined && clientData.crossOrigin !== false)',
    'if (clientData.crossOrigin === null)',
  ),
  passkey(
    "7.2 step 14: in another page's frame",
    "if (clientData.topOrigin !== undefined) return 'framed'",
    '',
  ),
  passkey(
    '7.1 step 14: a new passkey of any site',
    "if (!isOf(site, data, crypto)) return { flaw: 'rp-id' }",
    '',
  ),
  passkey('7.2 step 15: of any site', "if (!isOf(site, data, crypto)) return 'rp-id'", ''),
  passkey(
    '7.1 step 15: a new passkey without presence',
    "if (!data.isUserPresent) return { flaw: 'user-presence' }",
    '',
  ),
  passkey(
    '7.1 step 16: a new passkey without verification',
    "if (!data.isUserVerified) return { flaw: 'user-verification' }",
    '',
  ),
  passkey(
    '7.1 step 17: a copy of what cannot be copied',
    "if (data.isBackedUp && !data.isBackupEligible) return { flaw: 'backup-state' }",
    '',
  ),
  passkey(
    '7.1 step 20: any algorithm',
    "if (alg !== -7 && alg !== -257) return { flaw: 'algorithm' }",
    "if (alg !== -7 && alg !== -257 && alg !== -8) return { flaw: 'algorithm' }",
  ),
  passkey('7.1 step 20: any key', "if (!crypto.isKey(alg, spki)) return { flaw: 'key' }", ''),
  passkey(
    '7.1 step 25: another id than the signed one',
    'if (credentialId === undefined || credentialId !== registration.rawId)',
    'if (credentialId === undefined)',
  ),
  passkey('7.2 step 16: without presence', "if (!data.isUserPresent) return 'user-presence'", ''),
  passkey(
    '7.2 step 17: without verification',
    "if (!data.isUserVerified) return 'user-verification'",
    '',
  ),
  passkey(
    '7.2 step 18: a copy of what cannot be copied',
    "if (data.isBackedUp && !data.isBackupEligible) return 'backup-eligibility'",
    '',
  ),
  passkey(
    '7.2 step 19: copies where none could be',
    "if (isThisPasskey && data.isBackupEligible !== passkey.backupEligible) return 'backup-eligibility'",
    'void isThisPasskey',
  ),
  passkey(
    '7.2 step 5: any credential',
    "if (assertion.rawId !== passkey.credentialId) return 'credential'",
    '',
  ),
  passkey(
    '7.2 step 21: any signature',
    'if (!crypto.verifies(passkey.alg, spki, signed, signature))',
    'if (!crypto.verifies(passkey.alg, spki, signed, signature) && !signature)',
  ),
  passkey(
    'a credential of any type',
    "type === 'public-key' && id === rawId",
    "type !== '' && id === rawId",
  ),
  authenticator(
    'presence stands for verification',
    'isUserVerified: (flags & 0x04) !== 0',
    'isUserVerified: (flags & 0x05) !== 0',
  ),
  authenticator(
    'a credential id without a length',
    'if (length === 0 || length > CREDENTIAL_ID_BYTES_MAX) return undefined',
    '',
  ),
  crypto('an RSA key of any size', 'modulusLength >= RSA_BITS_MIN', 'modulusLength > 0'),
  crypto('an RSA key with any exponent', 'publicExponent === 65537n', 'publicExponent > 0n'),
  crypto('an EC key of any curve', "details?.namedCurve === 'prime256v1'", 'details !== undefined'),
  crypto('a key with bytes behind it', 'return isWhole && IS_STRONG', 'return IS_STRONG'),

  // The proof of a request.
  proof(
    'a proof of any size',
    "if (Buffer.byteLength(header) > PROOF_BYTES_MAX) return { flaw: 'size' }",
    '',
  ),
  proof(
    'a token of another kind is a proof',
    "if (protectedBy.typ !== 'device-proof+jwt') return { flaw: 'typ' }",
    '',
  ),
  proof(
    'a proof of another algorithm is looked at',
    "if (protectedBy.alg !== 'ES256') return { flaw: 'alg' }",
    '',
  ),
  proof(
    'a proof of any time',
    "if (Math.abs(now.getTime() - claims.iat * 1000) > IAT_SECONDS_MAX * 1000) return { flaw: 'iat' }",
    '',
  ),
  proof(
    'a proof of a later time',
    'Math.abs(now.getTime() - claims.iat * 1000)',
    '(now.getTime() - claims.iat * 1000)',
  ),
  proof('a proof of any method', "if (claims.htm !== method) return { flaw: 'htm' }", ''),
  proof('a proof of any address', "if (claims.htu !== url) return { flaw: 'htu' }", ''),
  proof(
    'a proof of any body',
    "if (claims.bh !== createHash('sha256').update(body).digest('base64url')) return { flaw: 'bh' }",
    '',
  ),
  proof(
    'a proof brings its own key',
    'const protectedHeader = z.strictObject({',
    'const protectedHeader = z.object({',
  ),
  proof(
    'a proof of another key than it names',
    '(await thumbprintOf(key)) !== thumbprint',
    'thumbprint === ""',
  ),
  proof(
    'a proof that nobody signed',
    "await compactVerify(jws, key, { algorithms: ['ES256'] })",
    "await compactVerify(jws, key, { algorithms: ['ES256'] }).catch(() => {})",
  ),
]

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are lines of other files
/** Sabotages of what happens when a device is lost, removed or without its key, and of what a device protects. */
import type { Sabotage } from './sabotages.ts'

const CORE = 'functions/core'
const TABLES = 'functions/adapters/dynamodb'

const testOf = {
  /** Through the handlers. */
  leave: ['test/handlers/deviceLeaves.test.ts', 'test/handlers/deviceRecovery.test.ts'],
  undo: ['test/handlers/deviceUndo.test.ts', 'test/handlers/deviceRecovery.test.ts'],
  lateRemoval: ['test/handlers/deviceRemoval.test.ts', 'test/handlers/deviceUndo.test.ts'],
  notMe: ['test/handlers/notMe.test.ts'],
  number: ['test/handlers/phoneByDevice.test.ts'],
  numberLeave: ['test/handlers/phoneByInvitation.test.ts', 'test/handlers/deviceGuards.test.ts'],
  invitation: ['test/handlers/deviceLeaveRaces.test.ts'],
  stop: ['test/handlers/deviceStop.test.ts', 'test/handlers/deviceGuards.test.ts'],
  session: ['test/handlers/sessionOnly.test.ts', 'test/handlers/deviceGuards.test.ts'],
  devices: ['test/handlers/devices.test.ts'],
  rules: ['test/core/deviceRules.test.ts'],
  removals: ['test/adapters/deviceRemovals.test.ts'],
  leaves: ['test/adapters/deviceLeaves.test.ts'],
  reminders: ['test/adapters/reminders.test.ts'],
  phones: ['test/adapters/phoneLeaves.test.ts'],
  evidence: ['test/scripts/evidence/deviceCheck.test.ts'],
}

/** True whatever is stored, and it keeps every value in use, which DynamoDB asks for. */
const always = (condition: string) => `(${condition} OR NOT ${condition})`

/** One line of a file, taken away or turned round. */
const inFile =
  (file: string, caughtBy: readonly string[]) =>
  (name: string, from: string, to: string): Sabotage => ({ name, file, from, to, caughtBy })

const device = inFile(`${CORE}/device.ts`, testOf.rules)
const waits = inFile(`${CORE}/enrolling.ts`, testOf.rules)
const enrolling = inFile(`${CORE}/enrolling.ts`, testOf.leave)
const renewing = inFile(`${CORE}/enrolling.ts`, ['test/handlers/enrolAgain.test.ts'])
const placing = inFile(`${CORE}/enrolling.ts`, testOf.invitation)
const lettingIn = inFile(`${CORE}/lettingIn.ts`, testOf.leave)
const forgetting = inFile(`${TABLES}/devicesTable.ts`, ['test/adapters/devicesTable.test.ts'])
const telling = inFile(`${CORE}/lettingIn.ts`, ['test/handlers/deviceReminder.test.ts'])
const removing = inFile(`${CORE}/removing.ts`, testOf.undo)
const cancelling = inFile(`${CORE}/removing.ts`, testOf.stop)
const approvals = inFile(`${CORE}/channels/approvals.ts`, testOf.undo)
const trusting = inFile(`${CORE}/channels/approvals.ts`, testOf.devices)
const answering = inFile(`${CORE}/channels/answering.ts`, testOf.undo)
const leaving = inFile(`${CORE}/channels/answering.ts`, testOf.devices)
const disowned = inFile(`${CORE}/channels/answering.ts`, testOf.notMe)
const numbers = inFile(`${CORE}/channels/answering.ts`, testOf.number)
const invited = inFile(`${CORE}/lettingIn.ts`, testOf.invitation)
const inviting = inFile(`${CORE}/account.ts`, testOf.invitation)
const undoing = inFile(`${CORE}/removing.ts`, ['test/handlers/deviceRecovery.test.ts'])
const rung = inFile(`${CORE}/channels/approvals.ts`, ['test/handlers/deviceRecovery.test.ts'])
const stops = inFile(`${CORE}/channels/answering.ts`, testOf.stop)
const numberLeave = inFile(`${CORE}/phoneLeave.ts`, testOf.numberLeave)
const removal = inFile(`${CORE}/removing.ts`, testOf.lateRemoval)
const disowning = inFile(`${CORE}/disowning.ts`, testOf.notMe)
const starting = inFile(`${CORE}/starting.ts`, testOf.session)
const locked = inFile(`${CORE}/starting.ts`, testOf.notMe)
const push = inFile(`${CORE}/channels/push.ts`, testOf.session)
const registering = inFile(`${CORE}/registering.ts`, testOf.number)
const beginning = inFile(`${CORE}/registering.ts`, testOf.numberLeave)
const phoneLeave = inFile(`${CORE}/phoneLeave.ts`, testOf.number)
const enrol = inFile('functions/handlers/deviceEnrol.ts', testOf.leave)
const devices = inFile(`${TABLES}/devicesTable.ts`, testOf.leaves)
const locks = inFile(`${TABLES}/devicesTable.ts`, testOf.removals)
const removals = inFile(`${TABLES}/deviceRemovals.ts`, testOf.removals)
const expressions = inFile(`${TABLES}/deviceExpressions.ts`, testOf.removals)
const invitations = inFile(`${TABLES}/deviceInvitations.ts`, testOf.removals)
const reminders = inFile(`${TABLES}/reminders.ts`, testOf.reminders)
const payers = inFile(`${TABLES}/payersTable.ts`, testOf.phones)
const states = inFile(`${TABLES}/payersTable.ts`, testOf.leaves)
const evidence = inFile('scripts/evidence/payerDeviceCheck.ts', testOf.evidence)

export const recoverySabotages: readonly Sabotage[] = [
  // Who approves.
  device(
    'a device that waits approves',
    'activeFrom !== undefined && now < activeFrom',
    'activeFrom !== undefined && now < new Date(0)',
  ),
  device('texts approve beside a device', 'device.removedAt === undefined ||', ''),
  device(
    'texts approve as soon as a device was removed',
    '(device.removedAt === undefined || now < waitEnd(device.removedAt, rules)),',
    'device.removedAt === undefined,',
  ),
  device(
    'texts never approve again after a removal',
    '(device.removedAt === undefined || now < waitEnd(device.removedAt, rules)),',
    '(device.removedAt === undefined || now < waitEnd(device.removedAt, { waitHours: 1e6 })),',
  ),
  device('texts beside a device cannot be allowed', '!rules.textsBesideDevice &&', ''),
  device(
    'a device that waits closes texts',
    `      !isWaiting(device, now) &&
`,
    '',
  ),
  device(
    'a device that removed itself goes on being rung',
    "if (removedAt === undefined || removedBy !== 'session') return false",
    'if (removedAt === undefined || removedBy === undefined) return false',
  ),
  device(
    'a removed device is not rung for the recovery that began meanwhile',
    'return now < until || waitingDevices(devices, now).some(({ addedAt }) => addedAt < until)',
    'return now < until',
  ),
  device(
    'a removed device is rung only for recoveries',
    'return now < until || waitingDevices(devices, now).some(({ addedAt }) => addedAt < until)',
    'return waitingDevices(devices, now).some(({ addedAt }) => addedAt < until)',
  ),
  device(
    'a device that was removed long ago is rung',
    '.some(({ addedAt }) => addedAt < until)',
    '.some(({ addedAt }) => addedAt < until || until)',
  ),
  device(
    'the removal by its renewal is undone',
    "removedAt !== undefined && removedBy === 'session' && now < waitEnd(removedAt, rules)",
    'removedAt !== undefined && removedBy !== undefined && now < waitEnd(removedAt, rules)',
  ),
  device(
    'a removal of long ago is undone',
    "removedAt !== undefined && removedBy === 'session' && now < waitEnd(removedAt, rules)",
    "removedAt !== undefined && removedBy === 'session' && rules !== undefined && now !== undefined",
  ),
  device(
    'an operator’s invitation never ends',
    'invitation && now < invitation.until ? invitation : undefined',
    'invitation && now ? invitation : undefined',
  ),

  // What lets a device in, and how long it waits.
  waits(
    'a text lets in after a device has stopped a recovery',
    'const hasText = rules.hasTexts && payer?.phone && !devices.recoveryStoppedAt',
    'const hasText = rules.hasTexts && payer?.phone',
  ),
  waits(
    'who has a phone adds a device by a sign-in',
    "rules.firstDevice === 'sign-in' && !payer?.phone && !devices.since",
    "rules.firstDevice === 'sign-in' && !devices.since",
  ),
  waits(
    'who lost all devices adds one by a sign-in',
    "rules.firstDevice === 'sign-in' && !payer?.phone && !devices.since",
    "rules.firstDevice === 'sign-in' && !payer?.phone",
  ),
  waits(
    'a sign-in adds the first device where the owner forbids it',
    "rules.firstDevice === 'sign-in' && !payer?.phone && !devices.since",
    '!payer?.phone && !devices.since',
  ),
  waits(
    'a device that no other let in does not wait',
    "return leave === 'invitation' && devices.invitation?.isNow ? 0 : waitHours",
    'return waitHours * 0',
  ),
  waits(
    'an invitation waives the wait that the operator did not waive',
    "return leave === 'invitation' && devices.invitation?.isNow ? 0 : waitHours",
    "return leave === 'invitation' ? 0 : waitHours",
  ),
  waits(
    'a text waives the wait that the operator waived for the invitation',
    "return leave === 'invitation' && devices.invitation?.isNow ? 0 : waitHours",
    'return devices.invitation?.isNow ? 0 : waitHours',
  ),
  waits(
    'the operator cannot waive the wait',
    "return leave === 'invitation' && devices.invitation?.isNow ? 0 : waitHours",
    'return waitHours',
  ),
  waits(
    'a first device waits',
    'if (!devices.since || devices.pending?.renews !== undefined) return 0',
    'if (devices.pending?.renews !== undefined) return 0',
  ),
  waits(
    'a device whose key is gone waits',
    'if (!devices.since || devices.pending?.renews !== undefined) return 0',
    'if (!devices.since) return 0',
  ),
  renewing(
    'any signature renews a device',
    '!stalenessOf(assertion, challenge, had.passkey, site, crypto) &&',
    '',
  ),
  renewing(
    'a wrong signature renews a device',
    '!failureOf(assertion, had.passkey, crypto)',
    "failureOf(assertion, had.passkey, crypto) !== 'credential'",
  ),
  enrolling(
    'the passkey of a removed device renews it',
    'const had = activeDevices(payer?.devices ?? NO_DEVICES, clock()).find(',
    'const had = (clock() && payer?.devices ? payer.devices : NO_DEVICES).all.find(',
  ),
  placing(
    'a device whose key is gone needs another place',
    'if (renews === undefined) requireRoom(payer)',
    'requireRoom(payer)',
  ),
  enrol(
    'a passkey renews any key',
    "challengeOf(sha256, 'renew', `${code}.${id}`)",
    "challengeOf(sha256, 'renew', `${code}.${[id].length}`)",
  ),
  invited(
    'any invitation lets in',
    'if (aliveInvitation(payer.devices, clock())?.hash !== invitation) throw wrongCode',
    'if (!invitation) throw wrongCode',
  ),
  telling(
    'a recovery is told of once only',
    'await devices.noteReminder({ payerId, deviceId: id, at: halfOf(now, waiting.activeFrom) })',
    'void halfOf',
  ),
  telling(
    'a recovery is told of again when it is too late',
    'at: halfOf(now, waiting.activeFrom) })',
    'at: halfOf(waiting.activeFrom, waiting.activeFrom) })',
  ),
  lettingIn(
    'the digits let in without a yes',
    "return hasYes(stored.devices, clock()) ? letIn(ports, stored, 'device') : stored",
    "return letIn(ports, stored, 'device')",
  ),
  lettingIn(
    'digits alone let in where a sign-in may not',
    "if (!leaves.includes('sign-in')) throw new Refusal('current_code_required')",
    '',
  ),
  lettingIn(
    'a text is sent after a device has stopped a recovery',
    "if (!payer.phone || !hasText) throw new Refusal('device_required')",
    "if (!payer.phone || hasText === undefined) throw new Refusal('device_required')",
  ),

  // A removal, its undo, and a stop.
  removing(
    'an old session undoes a removal',
    'if ((signedIn.authTime ?? 0) * 1000 <= device.removedAt.getTime()) throw new SessionEnded()',
    '',
  ),
  removing(
    'the session that removed undoes it in the same second',
    '* 1000 <= device.removedAt.getTime()',
    '* 1000 < device.removedAt.getTime()',
  ),
  removing(
    'a session undoes a removal without the passkey',
    "if (!device?.removedAt || !device.stop?.askedAt) throw new Refusal('not_found')",
    "if (!device?.removedAt) throw new Refusal('not_found')",
  ),
  undoing(
    'an ended session undoes a removal',
    `  admit(payer, signedIn)
  if (!payer) throw new Refusal('not_found')
  if (isActive`,
    `  if (!payer) throw new Refusal('not_found')
  if (isActive`,
  ),
  // The table lets no fourth one in, as a sabotage of it shows; this line says why.
  removing(
    'an undo for which there is no place is told as not found',
    `  requireRoom(stored)
  throw new Refusal('not_found')`,
    "  throw new Refusal('not_found')",
  ),
  cancelling(
    'a device that waits cannot be cancelled',
    'if (isWaiting(device, now)) {',
    'if (isWaiting(device, new Date(0)) && now < device.addedAt) {',
  ),
  removal(
    'a device that is let in meanwhile escapes its removal',
    'return letIn ? removeBySession(ports, stored, letIn) : stored',
    'return letIn ? stored : stored',
  ),
  removal(
    'a removal that a lock has stopped is told as done',
    "if (device && !device.removedAt) throw new Refusal('locked')",
    '',
  ),
  trusting(
    'a device need not sign its requests',
    "if (!(await proof.isSignedBy(device.key))) throw new Refusal('device_not_trusted')",
    '',
  ),
  approvals(
    'a removed device is trusted for good',
    'if (!approves && !waits && !isRung(device, payer.devices, rules, now)) {',
    'if (!approves && !waits && !isRung) {',
  ),
  approvals('a rung device approves', 'isActive: approves }', 'isActive: true }'),
  trusting(
    'a rung device sees payments',
    'const waiting = trusted.isActive ? await paymentsWaiting(ports, payerId, starts) : []',
    'const waiting = await paymentsWaiting(ports, payerId, starts)',
  ),
  rung(
    'a rung device sees changes',
    '...(trusted.isActive ? changesWaiting(payer, now) : []),',
    '...changesWaiting(payer, now),',
  ),
  numbers(
    'a rung device answers everything',
    "if (!trusted.isActive) throw new Refusal('device_not_trusted')",
    '',
  ),
  answering(
    'one tap stops a recovery',
    `if (answer.answer === 'deny') throw new Refusal('not_found')
  const { devices, clock, crypto, rules } = ports`,
    `const { devices, clock, crypto, rules } = ports
  if (answer.answer === 'deny') {
    await devices.stopWaiting(payer, deviceId, undefined, clock())
    return 'stopped'
  }`,
  ),
  stops(
    'a stop is tried without end',
    "if (attemptsLeft <= 0) throw new Refusal('no_attempts_left')",
    '',
  ),
  stops(
    'a failed stop counts nothing',
    'await devices.countFailedStop(payerId, deviceId, { signing, byDevice: device.id })',
    '',
  ),
  answering(
    'a signature over anything stops',
    "requireCurrent(ports, device, answer.assertion, 'stop', signing, attemptsLeft)",
    '',
  ),
  stops(
    'a wrong signature stops',
    'if (failureOf(answer.assertion, device.passkey, crypto)) {',
    "if (failureOf(answer.assertion, device.passkey, crypto) === 'credential') {",
  ),
  answering(
    'a device asks to undo the removal of another',
    'const removal = isOwn ? device : undefined',
    'const removal = payer.devices.all.find((one) => isOwn || (one.id === deviceId && one.removedAt))',
  ),
  leaving(
    'a device key alone removes its device',
    `if (answer.answer === 'deny') throw new Refusal('not_found')
  const attemptsLeft = ASSERTIONS_MAX
  const signing`,
    `if (answer.answer === 'deny') {
    await ports.devices.remove(payer, device.id, { by: 'device' }, ports.clock())
    return 'removed'
  }
  const attemptsLeft = ASSERTIONS_MAX
  const signing`,
  ),

  // “I didn't start this”.
  disowned(
    '"not me" to a payment locks nothing',
    'if (isNew || ports.clock() < payment.expiresAt) await lockStarts(ports, payer, id)',
    '',
  ),
  disowned(
    'a payment of long ago is disowned',
    'if (isNew || ports.clock() < payment.expiresAt) await lockStarts(ports, payer, id)',
    'await lockStarts(ports, payer, id)',
  ),
  disowned(
    '"not me" to a device locks nothing',
    'if (isNotMe(answer)) await lockStarts(ports, payer, `device.${deviceId}`)',
    '',
  ),
  disowned(
    '"not me" to a number locks nothing',
    'if (isNotMe(answer)) await lockStarts(ports, payer, id)',
    '',
  ),
  disowned(
    'every no locks new payments',
    "answer.answer === 'deny' && answer.reason === 'not_me'",
    "answer.answer === 'deny'",
  ),
  disowning(
    'locked payments start',
    'startsLock && now < startsLock.until',
    'startsLock && now < startsLock.until && false',
  ),
  disowning(
    'each lock is as short as the first',
    'lockedUntil(locks, now)',
    'lockedUntil(locks * 0, now)',
  ),
  locked(
    'a payment starts while new ones are locked',
    `  if (locked) throw locked
  if (await ports.switches.paymentsOff())`,
    '  if (await ports.switches.paymentsOff())',
  ),
  starting(
    'who lost all devices is reached by a text at once',
    'const phone = hasTexts ? payer?.phone : undefined',
    'const phone = payer?.phone',
  ),
  push(
    'a push is sent beside a device',
    'if (!start.phone || start.devices.since)',
    'if (!start.phone)',
  ),

  // Another phone number.
  beginning(
    'another number is begun without a device and without an invitation',
    'if (known && hasHadDevice) requireLeave(known, invitation, clock())',
    '',
  ),
  registering(
    'another number is confirmed without a device’s yes',
    "if (needsDevice && !leave) throw new Refusal('device_required')",
    '',
  ),
  registering(
    'the old number lets the new one in beside a device',
    'const needsCode = current && !isLetIn && !hasHadDevice',
    'const needsCode = current && !isLetIn',
  ),
  registering(
    'a number that was begun before the first device is not begun anew',
    'samePhone(living.phone, phone) && (living.deviceLeave !== undefined) === needsDevice',
    'samePhone(living.phone, phone)',
  ),
  numberLeave(
    'any invitation lets a number in',
    `    if (aliveInvitation(devices, now)?.hash === invitation) return
`,
    `    if (aliveInvitation(devices, now)) return
`,
  ),
  numberLeave(
    'a number needs neither a device nor an invitation',
    "if (activeDevices(devices, now).length === 0) throw new Refusal('device_required')",
    'void activeDevices',
  ),
  phoneLeave(
    'the yes of a device that was removed since lets a number in',
    'return yesBy !== undefined && isActive(devices, yesBy, now) ? yesBy : undefined',
    'return isActive(devices, String(yesBy), now) ? yesBy : yesBy',
  ),
  numberLeave(
    'a spent invitation lets a number in',
    'return invitation !== undefined && aliveInvitation(payer.devices, now)?.hash === invitation',
    'return invitation !== undefined && aliveInvitation !== undefined',
  ),
  numbers(
    'a signature over anything lets a number in',
    "requireCurrent(ports, device, answer.assertion, 'phone', leave.signing, attemptsLeft)",
    '',
  ),
  numbers(
    'a wrong signature lets a number in',
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    const counted = await payers`,
    `  if (failureOf(answer.assertion, device.passkey, ports.crypto) === 'credential') {
    const counted = await payers`,
  ),
  disowned(
    'anything signed by the device key is a no to a number',
    "if (answer.signed !== challengeOf(sha256, 'refusePhone', leave.signing)) {",
    'if (!answer.signed) {',
  ),

  inviting(
    'an operator’s invitation is good for weeks',
    'OWNER_INVITATION_DAYS * 24 * HOUR_MS',
    'OWNER_INVITATION_DAYS * 240 * HOUR_MS',
  ),

  // What the table requires: letting in.
  devices(
    'the place of a device is taken that is not active',
    ": isActive('#renewed')),",
    ": ['attribute_exists(devices.#renewed)']),",
  ),
  devices(
    'the key that is gone goes on living',
    ": ['devices.#renewed.removedAt = :now', 'devices.#renewed.removedBy = :renewal']),",
    ": ['devices.#renewed.lastUsedAt = :now', 'devices.#renewed.removedBy = :renewal']),",
  ),
  devices(
    'a device that waits is told of as one that approves',
    "event: activeFrom ? 'device.waiting' : 'device.added'",
    "event: 'device.added'",
  ),
  devices(
    'an invitation lets in twice',
    "...(boundBy === 'invitation' ? ['owner_invitation', 'recovery_stopped_at'] : []),",
    "...(boundBy === 'invitation' ? ['recovery_stopped_at'] : []),",
  ),
  devices(
    'a text lets none in after an invitation did',
    "...(boundBy === 'invitation' ? ['owner_invitation', 'recovery_stopped_at'] : []),",
    "...(boundBy === 'invitation' ? ['owner_invitation'] : []),",
  ),
  devices(
    'a later device is let in as a first one',
    "`attribute_${since ? 'exists' : 'not_exists'}(devices_since)`",
    "'(attribute_exists(devices_since) OR attribute_not_exists(devices_since))'",
  ),
  devices(
    'a text to the number before lets in',
    "when: ['phone_number = :number', 'attribute_not_exists(recovery_stopped_at)'],",
    `when: ['${always('phone_number = :number')}', 'attribute_not_exists(recovery_stopped_at)'],`,
  ),
  devices(
    'a text lets in as a device stops a recovery',
    "when: ['phone_number = :number', 'attribute_not_exists(recovery_stopped_at)'],",
    "when: ['phone_number = :number'],",
  ),
  devices(
    'an invitation lets in that was replaced',
    "'owner_invitation.codeHash = :invited', 'owner_invitation.endsAt > :now'",
    `'${always('owner_invitation.codeHash = :invited')}', 'owner_invitation.endsAt > :now'`,
  ),
  devices(
    'an invitation lets in that has ended',
    "'owner_invitation.codeHash = :invited', 'owner_invitation.endsAt > :now'",
    "'owner_invitation.codeHash = :invited'",
  ),
  device(
    'a device that may still stop and undo is forgotten',
    '.filter((device) => device.removedAt && !isRung(device, devices, rules, now))',
    '.filter((device) => device.removedAt)',
  ),
  forgetting(
    'a device that was restored meanwhile is forgotten',
    '...forgotten.map(([name]) => `attribute_exists(devices.${name}.removedAt)`),',
    '',
  ),
  device(
    'texts pay after a device has stopped a recovery',
    '(devices.recoveryStoppedAt !== undefined ||',
    '(devices.all.length > 9 ||',
  ),
  states(
    'a device that waits becomes active after a lock',
    "const waiting = 'devices' in stored ? waitingDevices(stored.devices, now) : []",
    "const waiting = 'devices' in stored ? waitingDevices(stored.devices, now).slice(9) : []",
  ),
  states(
    'a device that a lock has ended holds its place',
    "', devices_active = devices_active - :waiting'",
    "', devices_active = devices_active - :waiting + :waiting'",
  ),
  states(
    'an operator’s invitation outlives a lock',
    `            'owner_invitation',
            ...names`,
    '            ...names',
  ),

  // … removing, undoing, stopping.
  removals(
    'a device is removed of a locked account',
    "when: [OPEN, ...isActive('#id')],",
    "when: isActive('#id'),",
  ),
  removals(
    'a device is removed twice, or while it waits',
    "when: [OPEN, ...isActive('#id')],",
    "when: [OPEN, 'attribute_exists(devices.#id)'],",
  ),
  removals(
    'a removed device holds its place',
    'devices_active = devices_active - :one\n          ${by.by',
    'devices_active = devices_active - :one + :one\n          ${by.by',
  ),
  removals(
    'what a session removed cannot be undone',
    "${by.by === 'session' ? ', devices.#id.#stop = :stop' : ''}",
    "${by.by === 'session' ? ', devices.#id.lastStop = :stop, devices.#id.#stop = :by' : ''}",
  ),
  removals(
    'a stopped device holds its place',
    'set: `devices_active = devices_active - :one ${stop',
    'set: `devices_active = devices_active - :one + :one ${stop',
  ),
  removals(
    'a stop does not end the way by a text',
    "${stop ? ', recovery_stopped_at = :now' : ''}",
    '',
  ),
  removals(
    'a session that cancels ends the way by a text',
    "${stop ? ', recovery_stopped_at = :now' : ''}",
    ', recovery_stopped_at = :now',
  ),
  removals(
    'a device is stopped of a locked account',
    `          OPEN,
          ...isWaiting('#id'),`,
    "          ...isWaiting('#id'),",
  ),
  removals(
    'a device is stopped whose wait is over',
    `          OPEN,
          ...isWaiting('#id'),`,
    `          OPEN,
          'attribute_exists(devices.#id)', '${always('devices.#id.activeFrom > :now')}',`,
  ),
  removals(
    'a stop over another document counts',
    "'devices.#id.#stop.signing = :signing', 'attribute_exists(devices.#by)'",
    `'${always('devices.#id.#stop.signing = :signing')}', 'attribute_exists(devices.#by)'`,
  ),
  removals(
    'a device that is forgotten stops another',
    "'devices.#id.#stop.signing = :signing', 'attribute_exists(devices.#by)'",
    "'devices.#id.#stop.signing = :signing', '(attribute_exists(devices.#by) OR attribute_not_exists(devices.#by))'",
  ),
  removals(
    'an undo is asked for of a device that is active',
    `          'attribute_exists(devices.#id.removedAt)',
          'devices.#id.removedBy = :session',`,
    `          '${always('devices.#id.removedBy = :session')}',`,
  ),
  removals(
    'an undo is asked for of a device that removed itself',
    "          'devices.#id.removedBy = :session',",
    `          '${always('devices.#id.removedBy = :session')}',`,
  ),
  removals(
    'an undo is asked for over another document',
    `          'devices.#id.removedBy = :session',
          'devices.#id.#stop.signing = :signing',`,
    `          'devices.#id.removedBy = :session',
          '${always('devices.#id.#stop.signing = :signing')}',`,
  ),
  removals(
    'an undo is asked for of a locked account',
    `          OPEN,
          'attribute_exists(devices.#id.removedAt)',`,
    "          'attribute_exists(devices.#id.removedAt)',",
  ),
  removals(
    'a removal is undone of which nobody has asked',
    "'attribute_exists(devices.#id.#stop.askedAt)',",
    "'attribute_exists(devices.#id.#stop)',",
  ),
  removals(
    'another removal than the one that was seen is undone',
    "'devices.#id.removedAt = :removed_at',",
    `'${always('devices.#id.removedAt = :removed_at')}',`,
  ),
  removals(
    'an undo makes a fourth device, by the table',
    "'devices_active < :max',",
    `'${always('devices_active < :max')}',`,
  ),
  removals(
    'an ended session undoes a removal, by the table',
    `          OPEN,
          SESSION,
          'devices`,
    `          OPEN,
          '${always('user_id = :signed_in')}',
          'devices`,
  ),
  removals(
    'a removal is undone of a locked account',
    `          OPEN,
          SESSION,
          'devices`,
    `          SESSION,
          'devices`,
  ),
  removals(
    'an active device holds no place after its undo',
    "set: 'devices_active = devices_active + :one',",
    "set: 'devices_active = devices_active + :one - :one',",
  ),
  removals(
    'a failed stop counts over another document',
    "[OPEN, 'devices.#id.#stop.signing = :signing'],",
    `[OPEN, '${always('devices.#id.#stop.signing = :signing')}'],`,
  ),
  removals(
    'a failed stop counts in a locked account',
    "[OPEN, 'devices.#id.#stop.signing = :signing'],",
    "['devices.#id.#stop.signing = :signing'],",
  ),
  expressions(
    'a device that waits is active, by the table',
    '`(attribute_not_exists(devices.${name}.activeFrom) OR devices.${name}.activeFrom <= :now)`,',
    '`(attribute_not_exists(devices.${name}.activeFrom) OR devices.${name}.activeFrom <= :now OR devices.${name}.activeFrom > :now)`,',
  ),
  expressions(
    'a removed device is there, by the table',
    '`attribute_not_exists(devices.${name}.removedAt)`,',
    '',
  ),
  invitations(
    'an invitation is made of a locked account',
    'when: [OPEN],',
    "when: ['(attribute_exists(user_id) OR attribute_not_exists(user_id))'],",
  ),
  locks(
    'the same no locks twice',
    "'(attribute_not_exists(starts_disowned) OR NOT contains(starts_disowned, :id))',",
    "'(attribute_not_exists(starts_disowned) OR NOT contains(starts_disowned, :id) OR contains(starts_disowned, :id))',",
  ),
  locks(
    'starts are locked of a locked account',
    'OPEN,\n          // What the payer did not start',
    '// What the payer did not start',
  ),

  // … reminding.
  reminders(
    'a device is told of again each minute',
    "'attribute_not_exists(devices.#id.remindedAt)'",
    "'(attribute_not_exists(devices.#id.remindedAt) OR attribute_exists(devices.#id.remindedAt))'",
  ),
  reminders(
    'a device is told of again that waits no more',
    "when: [...isWaiting('#id'), ",
    "when: ['attribute_exists(devices.#id)', ",
  ),
  reminders(
    'a reminder is lost if the sweep rests for an hour',
    'const HOURS_BACK = 2',
    'const HOURS_BACK = 0',
  ),
  reminders('a reminder comes before its time', '.filter(({ at }) => at <= now)', ''),
  reminders(
    'a reminder is replaced by an account of the thief’s',
    '`${PREFIX}${payerId}#${deviceId}`',
    '`${PREFIX}${deviceId}`',
  ),

  // … a phone number.
  payers(
    'a code for a number is tried before the device’s yes',
    `          ...(withCurrentCode ? [] : [LET_IN_OR_BY_DEVICE]),
          DEVICE_AGREED,`,
    '          ...(withCurrentCode ? [] : [LET_IN_OR_BY_DEVICE]),',
  ),
  payers(
    'a yes counts for another document of the same number',
    "[...THIS_ONE, 'pending_signing = :signing', ...isActive('#by')],",
    `[...THIS_ONE, '${always('pending_signing = :signing')}', ...isActive('#by')],`,
  ),
  payers(
    'the yes of a device that was removed meanwhile is stored for a number',
    "[...THIS_ONE, 'pending_signing = :signing', ...isActive('#by')],",
    "[...THIS_ONE, 'pending_signing = :signing', 'attribute_exists(devices.#by)'],",
  ),
  payers(
    'wrong signatures for a number are never too many',
    'return failed < ASSERTIONS_MAX ? counted : endVerification(payerId, verificationId)',
    'return failed < ASSERTIONS_MAX * 2 ? counted : endVerification(payerId, verificationId)',
  ),
  payers(
    'a wrong signature over an older document of a number counts',
    "when: [...THIS_ONE, 'pending_signing = :signing'],",
    `when: [...THIS_ONE, '${always('pending_signing = :signing')}'],`,
  ),
  payers(
    'a phone changes at the moment of the first device',
    "if (!leave) return [LET_IN, 'attribute_not_exists(devices_since)']",
    'if (!leave) return [LET_IN]',
  ),
  payers(
    'a number is trusted by a device that has not said yes',
    "return ['pending_yes_by = :by', ...isActive('#by')]",
    `return ['${always('pending_yes_by = :by')}', ...isActive('#by')]`,
  ),
  payers(
    'a number is trusted by a device that was removed meanwhile',
    "return ['pending_yes_by = :by', ...isActive('#by')]",
    "return ['pending_yes_by = :by', 'attribute_exists(devices.#by)']",
  ),
  payers(
    'a number is trusted by an invitation that did not come with it',
    "    'pending_invitation = :invited',\n",
    '',
  ),
  payers(
    'a number is trusted by an invitation that was replaced',
    "    'owner_invitation.codeHash = :invited',\n",
    '',
  ),
  payers(
    'a number is trusted by an invitation that has ended',
    "    'owner_invitation.endsAt > :now',\n",
    '',
  ),
  payers(
    'an invitation lets in a number and a device',
    "${leave && 'invitation' in leave ? ', owner_invitation' : ''}",
    '',
  ),
  payers(
    'the yes to one number lets in another',
    "'pending_yes_by, pending_failed_yes',",
    "'pending_failed_yes',",
  ),
  payers(
    'an unlock leaves new payments locked',
    'codes_lock_told, starts_locked_until, starts_locks`',
    'codes_lock_told, starts_locks`',
  ),

  // What the evidence proves.
  evidence(
    'a decision while the device waited is proven',
    "if (activeFrom(letIn) > answeredAt) return { what: 'its device still waited then' }",
    '',
  ),
  evidence(
    'a decision by a key that was renewed is proven',
    "return device.renews === deviceId ? end('another device had taken its place before it') : life",
    'return life',
  ),
  evidence(
    'a decision by a device that was stopped is proven',
    "return end('its device was stopped while it waited')",
    'return life',
  ),
  evidence(
    'a restored device was stopped or renewed',
    'return ended?.isUndoable && letIn ? { letIn } : life',
    'return letIn ? { letIn } : life',
  ),
  evidence(
    'a restored device stays removed',
    'return ended?.isUndoable && letIn ? { letIn } : life',
    'return life',
  ),
  evidence(
    'a device of an account that was locked while it waited is proven',
    'return letIn && at < activeFrom(letIn)',
    'return letIn && at < activeFrom(letIn) && at < ""',
  ),
  evidence(
    'what is told of another device ends this one',
    'if (device && device.id !== deviceId) {',
    'if (device && device.id !== deviceId && device.renews) {',
  ),
]

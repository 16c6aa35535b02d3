// biome-ignore-all lint/suspicious/noTemplateCurlyInString: one of these is a line of another file
/** Sabotages of what looks at an account and a stage before and after a deployment, and of the settings. */
import type { Sabotage } from './sabotages.ts'

const inFile =
  (file: string, ...caughtBy: string[]) =>
  (name: string, from: string, to: string): Sabotage => ({ name, file, from, to, caughtBy })

const BEFORE = 'test/scripts/preflight.test.ts'
const AFTER = 'test/scripts/deployed.test.ts'
const SETTINGS = 'test/lib/settings.test.ts'
const account = inFile('scripts/checks/accountChecks.ts', BEFORE)
const names = inFile('scripts/checks/nameChecks.ts', BEFORE)
const stack = inFile('scripts/checks/stackCheck.ts', BEFORE)
const domain = inFile('scripts/checks/domainChecks.ts', BEFORE)
const lock = inFile('scripts/checks/archiveLock.ts', BEFORE)
const parts = inFile('scripts/checks/partChecks.ts', AFTER)
const person = inFile('scripts/checks/personChecks.ts', AFTER)

export const accountSabotages: readonly Sabotage[] = [
  account(
    'preflight takes any account for that of the settings',
    'settings.account === undefined || settings.account === account',
    'settings.account !== account || settings.account === account',
  ),
  account(
    'preflight takes an old bootstrap',
    'if (version >= BOOTSTRAP_MIN) return',
    'if (version > 0) return',
  ),
  account(
    'preflight takes the quota of a new account',
    'if (most >= CONCURRENT_MIN) return',
    'if (most >= 1) return',
  ),
  inFile('scripts/checks/awsClients.ts', BEFORE)(
    'certificates are looked for in the region of the stage',
    'certificates: new ACMClient(global)',
    'certificates: new ACMClient(config)',
  ),
  stack(
    'preflight deploys onto a stack that is stuck on its way back',
    'UPDATE_ROLLBACK_FAILED: stuckOnTheWayBack',
    'UPDATE_ROLLBACK_FAILED: deployed',
  ),
  names(
    "a name of somebody else counts as the stage's own",
    'holders[i] !== undefined && !ours.includes(holders[i])',
    'holders[i] === undefined && !ours.includes(holders[i])',
  ),
  names('two changed indexes count as one', 'if (moves.length > 1) {', 'if (moves.length > 2) {'),
  inFile('scripts/checks/command.ts', BEFORE)(
    'a guard that could not be seen lets CI deploy',
    "allowUnseen && !findings.some(({ mark, isGuard }) => mark === '?' && isGuard) ? 0 : 2",
    'allowUnseen ? 0 : 2',
  ),
  domain(
    'only the first hundred distributions are looked through for the page’s name',
    'if (!Marker) break',
    'break',
  ),
  domain(
    'any certificate that is issued counts as that of the page’s name',
    '.some((one) => [name, wildcard].includes(one))',
    '.some((one) => one !== undefined)',
  ),
  lock(
    'a weaker mode of the archive’s lock passes',
    'MODES.indexOf(lock.mode) < MODES.indexOf(before.mode) ||',
    '',
  ),
  lock('fewer years of the archive’s lock pass', 'lock.days < Math.floor(before.days)', 'false'),
  parts(
    'a sweep that does not run counts as running',
    'if (runs > 0) return',
    'if (runs >= 0) return',
  ),
  parts(
    'a stream that fails counts as read',
    "State !== 'Enabled' || LastProcessingResult?.startsWith('PROBLEM')",
    "State !== 'Enabled'",
  ),
  parts(
    'an alarm that is gone is not missed',
    'if (MetricAlarms.length < AlarmNames.length) {',
    'if (MetricAlarms.length > AlarmNames.length) {',
  ),
  parts(
    'a table without recovery counts as protected',
    "PointInTimeRecoveryStatus !== 'ENABLED'",
    "PointInTimeRecoveryStatus === 'never'",
  ),
  person(
    'a token is sent to a page that vouches for itself',
    'if (pool !== undefined && !iss.endsWith(`/${pool}`)) return false',
    '',
  ),
  inFile('scripts/deployed.ts', AFTER)(
    'a stage of another account is looked at',
    'if (said === undefined || said === account) return',
    'if (said === undefined || said !== stack) return',
  ),
  inFile('scripts/checks/stageRegion.ts', 'test/scripts/stageRegion.test.ts')(
    'the region of the settings is not read',
    'placeIn(settings, stage).region',
    'undefined',
  ),
  inFile('bin/settings.ts', SETTINGS)(
    'the second of two settings with one name counts',
    'if (names.has(name)) {',
    'if (names.size < 0) {',
  ),
  inFile('lib/phoneCountries.ts', SETTINGS)(
    'any text is a country',
    'refine((said): boolean => isSupportedCountry(said), {',
    'refine((said): boolean => said.length >= 0, {',
  ),
]

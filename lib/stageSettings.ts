/** The settings of a stage, checked together and with every default. */
import * as z from 'zod'
import { amountLimits, currencyForPage } from '../functions/core/money.ts'
import { isCarriedBy } from '../functions/routes.ts'
import { brandOf } from './brand.ts'
import { firewallOf } from './firewallSettings.ts'
import { providerOf } from './providerSettings.ts'
import { LOCKS, stageFields } from './stageFields.ts'
import { defaultThrottling, type Throttling } from './throttling.ts'

/** A setting is wrong: the message, for the operator who deploys, names it and says what it may be. */
export class SettingsError extends Error {}

/** The only stage of an app without settings; it keeps nothing when its stack is deleted, unless `keepData` says so. */
export const DEFAULT_STAGE = 'dev'

/**
 * A stage's settings as they are written; `stageFields.ts` documents each with its unit, range and default.
 */
type StageSettingsInput = z.input<typeof stageFields>

/** A stage's settings after all checks, with every default filled in: what the construct takes. */
export type StageSettings = ReturnType<typeof stageSettings>

/**
 * Check a stage's settings and fill in the defaults.
 *
 * ```ts
 * stageSettings('live', { archiveLock: { mode: 'governance', years: 5 }, currencies: ['EUR'] })
 * ```
 *
 * @param stage the stage's name, part of the names of its resources: 1 to 20 of a-z 0-9 -
 * @param given its settings; `{}` has every default
 * @param told the beginning of an error's message
 * @throws SettingsError that names every wrong setting and what it may be
 */
export function stageSettings(stage: string, given: StageSettingsInput, told = `Stage ${stage}`) {
  const refuse = (what: string): never => {
    throw new SettingsError(`${told}: ${what}.`)
  }
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage) || stage.endsWith('-')) {
    refuse('its name must be 1 to 20 of a-z 0-9 -, with a letter first and no - at its end')
  }
  // The name becomes part of the sign-in address, in which Cognito forbids these words.
  if (/aws|amazon|cognito/.test(stage)) refuse('its name may not have aws, amazon or cognito in it')

  const { data, error } = stageFields.safeParse(given)
  const faults = [...referencesIn(given), ...(error?.issues ?? []).map(sentence)]
  if (error || faults.length > 0) return refuse(faults.join('; '))
  const { signUp, phoneCountries } = data
  const keepData = data.keepData ?? stage !== DEFAULT_STAGE
  const { archiveLock = keepData ? undefined : 'none' } = data
  if (archiveLock === undefined) {
    return refuse(
      `archiveLock must be said where data is kept, because a lock cannot be taken back: ${LOCKS}, or "none"`,
    )
  }
  if (archiveLock !== 'none' && !keepData) {
    refuse('archiveLock may be only "none" where keepData is false, because the archive is deleted')
  }
  if (signUp.policy === 'domains' && signUp.domains.length === 0) {
    refuse('signUp.domains must name at least one domain when signUp.policy is "domains"')
  }
  if (signUp.policy !== 'domains' && signUp.domains.length > 0) {
    refuse(
      `signUp.domains counts only when signUp.policy is "domains", and it is "${signUp.policy}"`,
    )
  }
  if (signUp.policy === 'open' && phoneCountries === undefined && data.provider !== 'none') {
    refuse(
      'phoneCountries must be said when signUp.policy is "open", because anybody can then have texts sent at your cost; "all" is an answer',
    )
  }
  if (data.firstDevice === 'sign-in' && data.provider !== 'none') {
    refuse(
      `firstDevice may be "sign-in" only when provider is "none", and it is "${data.provider}"`,
    )
  }
  if (data.textsBesideDevice && data.provider === 'none') {
    refuse('textsBesideDevice counts only with a provider of texts, and provider is "none"')
  }
  if (data.sesIdentity && !data.region) {
    refuse('region must be said when sesIdentity is, because an identity belongs to a region')
  }
  const topicRegion = data.alarmTopicArn?.split(':')[3]
  if (topicRegion && data.region && topicRegion !== data.region) {
    refuse(
      `alarmTopicArn must be in ${data.region}, the stage's own region, and is in ${topicRegion}`,
    )
  }
  refuseOtherAccounts(data, refuse)
  refuseVainLimits(given.limits ?? {}, data.limits, refuse)
  const maxAmount = amountLimits(data.currencies, data.maxAmount)
  if ('reason' in maxAmount) return refuse(`maxAmount ${maxAmount.reason}`)
  const { authyCallback = defaultThrottling.authyCallback, ...routes } = data.throttling
  if (isCarriedBy(data, 'authy')) {
    const highest = authyCallback.ratePerSecond
    for (const [name, { ratePerSecond }] of Object.entries(routes)) {
      if (ratePerSecond > highest) {
        refuse(
          `throttling.${name}.ratePerSecond may not be above that of authyCallback, ${highest}`,
        )
      }
    }
  }
  return {
    ...data,
    ...providerOf(data, refuse),
    stage,
    account: data.account,
    region: data.region,
    sesIdentity: data.sesIdentity,
    changePasswordUrl: data.changePasswordUrl,
    domain: data.domain,
    brand: brandOf(data.brand, (what) => refuse(`brand.${what}`)),
    ...firewallOf(data, refuse),
    alarmTopicArn: data.alarmTopicArn,
    keepData,
    archiveLock,
    throttling: { ...routes, authyCallback } satisfies Throttling,
    currencies: data.currencies.map(currencyForPage),
    maxAmount: maxAmount.limits,
    phoneCountries: phoneCountries === undefined || phoneCountries === 'all' ? [] : phoneCountries,
  }
}

/** CloudFront takes certificate and web ACL only from its own account; a topic of another one may be meant. */
function refuseOtherAccounts(
  { account, domain, webAclArn }: z.output<typeof stageFields>,
  refuse: (what: string) => never,
): void {
  for (const [name, arn] of [
    ['domain.certificateArn', domain?.certificateArn],
    ['webAclArn', webAclArn],
  ] as const) {
    const other = arn?.split(':')[4]
    if (account && other && other !== account) {
      refuse(
        `${name} must be of ${account}, the stage's own account, because CloudFront takes no other, and is of ${other}`,
      )
    }
  }
}

type Limits = z.output<typeof stageFields>['limits']

/** Refuse a limit that somebody said and that another one, which is reached first, makes vain. */
function refuseVainLimits(
  said: NonNullable<StageSettingsInput['limits']>,
  limits: Limits,
  refuse: (what: string) => never,
): void {
  const ofStage = limits.textsPerDayForStage
  const whole = ['textsPerDayForStage', ofStage] as const
  const half = ['half of textsPerDayForStage', Math.floor(ofStage / 2)] as const
  for (const [name, [of, most]] of [
    ['textsPerHour', ['textsPerDay', limits.textsPerDay]],
    ['textsPerDay', whole],
    ['provingTextsPerHour', ['provingTextsPerDay', limits.provingTextsPerDay]],
    ['provingTextsPerDay', half],
  ] as const) {
    const one = said[name]
    if (one !== undefined && one > most) {
      refuse(`limits.${name} is ${one}, which ${of}, ${most}, never lets a payer reach`)
    }
  }
}

const placeFields = z.object(stageFields.pick({ account: true, region: true }).shape)

/** Where a stage is, as far as its settings say it. */
export type StagePlace = z.infer<typeof placeFields>

/**
 * Check where a stage is, and nothing else of its settings.
 *
 * @param told the beginning of an error's message
 * @throws SettingsError
 */
export function stagePlace(given: unknown, told: string): StagePlace {
  const { data, error } = placeFields.safeParse(given)
  if (data) return data
  throw new SettingsError(`${told}: ${error.issues.map(sentence).join('; ')}.`)
}

/** CloudFormation resolves `{{resolve:…}}` in any text of a template, and would put a secret where others read it. */
function referencesIn(given: unknown, path: readonly string[] = []): string[] {
  if (typeof given === 'string') {
    return given.includes('{{') ? [`${path.join('.')} may not have {{ in it`] : []
  }
  if (typeof given !== 'object' || given === null) return []
  return Object.entries(given).flatMap(([key, value]) => referencesIn(value, [...path, key]))
}

function sentence({ path, message, ...issue }: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...path, key].join('.'))
    return `${names.join(' and ')} ${names.length > 1 ? 'are no settings' : 'is no setting'}`
  }
  return `${path.join('.') || 'what it says'} ${inOurWords(message)}`
}

/** The form of a value that a setting has, where the setting has no sentence of its own. */
const FORMS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number without quotes',
  array: 'a list, like ["one", "another"]',
  object: 'an object of settings, like {}',
}

/** zod's own sentence in plain words; a sentence of ours as it is. */
function inOurWords(message: string): string {
  const [, form = '', given] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? []
  if (given === 'undefined') return 'must be said'
  return FORMS[form]
    ? `must be ${FORMS[form]}`
    : message.replace(/^Invalid input: expected/, 'must be')
}

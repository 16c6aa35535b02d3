/**
 * A deployment's settings: read here, and checked by `lib/stageSettings.ts`.
 *
 * They are in `payfriend.json` beside `cdk.json`, by the name of the stage. A stage names only the settings that
 * differ from their defaults; without the file there is one stage, `dev`, with every default.
 *
 * ```json
 * {
 *   "dev": {},
 *   "live": {
 *     "region": "eu-west-1",
 *     "archiveLock": { "mode": "governance", "years": 5 },
 *     "provider": "twilioVerify",
 *     "twilioVerify": {
 *       "paymentsServiceSid": "VA00000000000000000000000000000000",
 *       "phonesServiceSid": "VA11111111111111111111111111111111"
 *     },
 *     "signUp": { "policy": "domains", "domains": ["example.com"] },
 *     "phoneCountries": ["GB", "IE"],
 *     "currencies": ["EUR", "GBP"],
 *     "sesIdentity": "example.com"
 *   }
 * }
 * ```
 *
 * Each stage is a stack of its own, `Payfriend-<stage>`. `-c stage=live` leaves the others out.
 */
import { hasSiteLog, WITHOUT_SITE_LOG } from '../lib/siteLog.ts'
import {
  DEFAULT_STAGE,
  SettingsError,
  type StageSettings,
  stageSettings,
} from '../lib/stageSettings.ts'

export const SETTINGS_FILE = 'payfriend.json'

/**
 * The settings of every stage to synthesize.
 *
 * @param text the text of `payfriend.json`, if there is one
 * @param stage the only stage to synthesize, if one is named
 * @param profileRegion the region of the command line's profile, to which a stage that names none is deployed
 * @throws SettingsError whose message says what is wrong
 */
export function readSettings(
  text: string | undefined,
  stage?: string,
  profileRegion?: string,
): StageSettings[] {
  const settingsOf = ([stage, given]: [string, object]) => {
    const told = `Stage ${stage} in ${SETTINGS_FILE}`
    const settings = stageSettings(stage, given, told)
    if (!settings.region && profileRegion && !hasSiteLog(profileRegion)) {
      throw new SettingsError(
        `${told}: region must be said, because that of the profile may not be used, ${profileRegion}: ${WITHOUT_SITE_LOG}.`,
      )
    }
    return settings
  }
  if (text === undefined) return [settingsOf([stage ?? DEFAULT_STAGE, {}])]
  const stages = Object.entries(parsed(text))
  const wanted = stage === undefined ? stages : stages.filter(([name]) => name === stage)
  if (wanted.length > 0) return wanted.map(settingsOf)
  const known = stages.map(([name]) => name).join(', ') || 'none'
  throw new SettingsError(
    stage === undefined
      ? `${SETTINGS_FILE} names no stage; {"dev": {}} would be one.`
      : `${SETTINGS_FILE} has no stage "${stage}"; it has: ${known}.`,
  )
}

function parsed(text: string): Record<string, object> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new SettingsError(`${SETTINGS_FILE} is not JSON: ${error.message}.`)
    }
  }
  throw new SettingsError(`${SETTINGS_FILE} must be an object of stages, like {"dev": {}}.`)
}

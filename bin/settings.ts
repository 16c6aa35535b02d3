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
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Node, parseTree } from 'jsonc-parser'
import * as z from 'zod'
import { regionFault } from '../lib/regions.ts'
import {
  DEFAULT_STAGE,
  SettingsError,
  type StagePlace,
  type StageSettings,
  stagePlace,
  stageSettings,
} from '../lib/stageSettings.ts'

const SETTINGS_FILE = 'payfriend.json'

/** The text of `payfriend.json`, if there is one. */
export function writtenSettings(): string | undefined {
  const file = resolve(import.meta.dirname, '..', SETTINGS_FILE)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

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
    const told = toldOf(stage)
    const settings = stageSettings(stage, given, told)
    const fault = settings.region || !profileRegion ? undefined : regionFault(profileRegion)
    if (fault) {
      throw new SettingsError(
        `${told}: region must be said, because that of the profile or of AWS_REGION ${fault}.`,
      )
    }
    return settings
  }
  if (text === undefined) return [settingsOf([stage ?? DEFAULT_STAGE, {}])]
  const stages = Object.entries(parsed(text))
  refuseSharedDomain(stages)
  const wanted = stage === undefined ? stages : stages.filter(([name]) => name === stage)
  if (wanted.length > 0) return wanted.map(settingsOf)
  throw stage === undefined
    ? new SettingsError(`${SETTINGS_FILE} names no stage; {"dev": {}} would be one.`)
    : unknownStage(stage, stages)
}

function unknownStage(stage: string, stages: readonly (readonly [string, object])[]) {
  const known = stages.map(([name]) => name).join(', ') || 'none'
  return new SettingsError(`${SETTINGS_FILE} has no stage "${stage}"; it has: ${known}.`)
}

/** CloudFront gives a name to one distribution of all accounts, so that of the second stage could not be made. */
function refuseSharedDomain(stages: readonly (readonly [string, object])[]): void {
  const holders = new Map<unknown, string>()
  for (const [stage, given] of stages) {
    const name = named.safeParse(given).data?.domain.name
    if (name === undefined) continue
    const holder = holders.get(name)
    if (holder !== undefined) {
      throw new SettingsError(
        `${toldOf(stage)}: domain.name is ${name}, which is the stage ${holder}'s: a name can be only one page's.`,
      )
    }
    holders.set(name, stage)
  }
}

const named = z.object({ domain: z.object({ name: z.string() }) })

const toldOf = (stage: string) => `Stage ${stage} in ${SETTINGS_FILE}`

/**
 * The account and region that a stage names, nothing if there is no `payfriend.json`. The rest of its settings is not
 * read: who looks at a deployed stage may have settings of another version.
 *
 * @throws SettingsError whose message says what is wrong
 */
export function placeOf(text: string | undefined, stage: string): StagePlace {
  if (text === undefined) return {}
  const stages = parsed(text)
  if (!Object.hasOwn(stages, stage)) throw unknownStage(stage, Object.entries(stages))
  return stagePlace(stages[stage], toldOf(stage))
}

function parsed(text: string): Record<string, object> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      refuseRepetitions(parseTree(text))
      return { ...value }
    }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new SettingsError(`${SETTINGS_FILE} is not JSON: ${error.message}.`)
    }
    throw error
  }
  throw new SettingsError(`${SETTINGS_FILE} must be an object of stages, like {"dev": {}}.`)
}

/** `JSON.parse` takes the last of two values with one name, and says nothing of the first. */
function refuseRepetitions(
  { type, children = [] }: Node = { type: 'null', offset: 0, length: 0 },
  path = '',
): void {
  const names = new Set<string>()
  for (const [i, child] of children.entries()) {
    const name = type === 'object' ? `${child.children?.[0]?.value}` : `${i}`
    const where = path === '' ? name : `${path}.${name}`
    if (names.has(name)) {
      throw new SettingsError(
        `${SETTINGS_FILE} says ${path === '' ? 'the stage ' : ''}${where} twice: take one of the two out.`,
      )
    }
    names.add(name)
    refuseRepetitions(type === 'object' ? child.children?.[1] : child, where)
  }
}

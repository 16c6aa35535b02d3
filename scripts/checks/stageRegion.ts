import { placeOf } from '../../bin/settings.ts'
import { regionFault } from '../../lib/regions.ts'
import { SettingsError } from '../../lib/stageSettings.ts'
import { CannotLook } from './cannotLook.ts'

/**
 * The region of a stage, for every command that looks at one: that of the option `--region`, or else that of the
 * stage's settings. Undefined if neither names one: then the SDK takes that of AWS_REGION or of the profile.
 *
 * @param said the options; without a stage, for a stack of another name, no settings belong to it
 * @param settings the text of `payfriend.json`, if there is one
 * @throws CannotLook
 */
export function stageRegion(
  said: { readonly stage?: string | undefined; readonly region?: string | undefined },
  settings: string | undefined,
): string | undefined {
  const { stage, region } = said
  if (region !== undefined) {
    const fault = regionFault(region)
    if (fault) throw new CannotLook(`--region ${fault}.`)
    return region
  }
  return stage === undefined ? undefined : placeIn(settings, stage).region
}

/** The account and region that the settings name. @throws CannotLook */
export function placeIn(settings: string | undefined, stage: string): ReturnType<typeof placeOf> {
  try {
    return placeOf(settings, stage)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new CannotLook(error.message)
  }
}

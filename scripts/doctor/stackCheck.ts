import { type Check, known, right, wrong } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'

/** Whether the last deployment came to its end. */
export const stackCheck = ({ stack, status }: DeployedStage): Check => ({
  title: 'stack',
  async look() {
    if (status.endsWith('_IN_PROGRESS')) {
      return known(`it is being changed right now (${status})`, 'Run this again when that is done.')
    }
    if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return right(`is deployed (${status})`)
    return wrong(
      `the last deployment did not come to its end (${status})`,
      `npm run deploy, after a look at the events of ${stack} in the console of CloudFormation`,
    )
  },
})

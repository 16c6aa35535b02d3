/** The check of the stack itself: whether a deployment can make it or change it. */
import type { StackStatus } from '@aws-sdk/client-cloudformation'
import * as z from 'zod'
import { type Check, type Finding, known, right, wrong } from './check.ts'
import { ofType, type Plan, type Standing } from './plan.ts'

/** The rights for what stands there by now. */
export const STANDING = [
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
] as const

export const standingStack = (plan: Plan): Check => ({
  title: 'stack',
  isGuard: true,
  needs: STANDING,
  async look() {
    const found = await plan.standing()
    if (!found) return right(`the name ${plan.stack} is free`)
    const { status } = found
    const finding = isStatus(status) ? STATES[status](plan, status) : unknown(plan, status)
    return finding.mark === '!' && endsKeeping(plan, found) ? noMoreKept(plan) : finding
  },
})

/** What empties a bucket when its stack is deleted: only where a stage keeps nothing. */
const EMPTIED = 'Custom::S3AutoDeleteObjects'
const emptied = z.object({ BucketName: z.object({ Ref: z.string() }) })

/** Whether a bucket that is kept now would be emptied with the stack: then nothing else is kept any more either. */
function endsKeeping({ template }: Plan, { resources }: Standing): boolean {
  const there = new Set(resources.map(({ LogicalResourceId }) => LogicalResourceId))
  return ofType(template, EMPTIED).some(
    ([id, { Properties }]) => there.has(emptied.parse(Properties).BucketName.Ref) && !there.has(id),
  )
}

const noMoreKept = ({ stack }: Plan): Finding =>
  wrong(
    `${stack} keeps its data now, and would not any more: tables and user pool would lose their protection, and who then removes the stage deletes them, the archive and all else`,
    'Take `keepData` out of payfriend.json; or deploy all the same, if you mean it.',
  )

type State = (plan: Plan, status: string) => Finding

const deployed: State = ({ stack }, status) =>
  known(`${stack} is deployed already (${status}); this would change it`)

const neverUp: State = ({ stack, aws }, status) => {
  const unprotect = `cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack}`
  return wrong(
    `${stack} never came up (${status}), and has to go before it is deployed again`,
    `${aws(unprotect)}, then ${aws(`cloudformation delete-stack --stack-name ${stack}`)}   (what was kept of it: docs/guides/deploying.md)`,
  )
}

/** The newest resources that failed, with AWS's reason. */
const failures = ({ stack, aws }: Plan) =>
  aws(
    `cloudformation describe-stack-events --stack-name ${stack} --query "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" --output text`,
  )

const busy: State = (plan, status) =>
  wrong(
    `${plan.stack} is being changed just now (${status})`,
    `Wait until that is over, and run this again. What happens: ${plan.aws(`cloudformation describe-stack-events --stack-name ${plan.stack} --max-items 5`)}`,
  )

const stuckOnTheWayBack: State = (plan, status) =>
  wrong(
    `an update of ${plan.stack} failed, and so did its way back (${status}): no deployment is taken until that has ended`,
    `${failures(plan)}   (mend what it names), then ${plan.aws(`cloudformation continue-update-rollback --stack-name ${plan.stack}`)}`,
  )

const halfUpdated: State = (plan, status) =>
  wrong(
    `an update of ${plan.stack} failed and was left as it was (${status})`,
    `${failures(plan)}   (mend what it names), then ${plan.aws(`cloudformation rollback-stack --stack-name ${plan.stack}`)}, and run this again`,
  )

const halfDeleted: State = (plan, status) =>
  wrong(
    `${plan.stack} could not be deleted to its end (${status}), and nothing but deleting it can be done`,
    `${failures(plan)}   (mend what it names), then ${plan.aws(`cloudformation delete-stack --stack-name ${plan.stack}`)}`,
  )

const halfImported: State = (plan, status) =>
  wrong(
    `an import into ${plan.stack} failed, and so did its way back (${status})`,
    `${failures(plan)}   (what it names, and docs/guides/runbook.md, "A new stack adopts what was kept")`,
  )

const unknown: State = (plan, status) =>
  wrong(`${plan.stack} is ${status}, which this version does not know`, failures(plan))

/** Every status that CloudFormation's SDK knows, so that none is without its next step. */
const STATES: Readonly<Record<StackStatus, State>> = {
  CREATE_COMPLETE: deployed,
  CREATE_FAILED: neverUp,
  CREATE_IN_PROGRESS: busy,
  // A deleted stack is found by its id only, never by its name.
  DELETE_COMPLETE: ({ stack }) => right(`the name ${stack} is free`),
  DELETE_FAILED: halfDeleted,
  DELETE_IN_PROGRESS: busy,
  IMPORT_COMPLETE: deployed,
  IMPORT_IN_PROGRESS: busy,
  IMPORT_ROLLBACK_COMPLETE: deployed,
  IMPORT_ROLLBACK_FAILED: halfImported,
  IMPORT_ROLLBACK_IN_PROGRESS: busy,
  REVIEW_IN_PROGRESS: neverUp,
  ROLLBACK_COMPLETE: neverUp,
  ROLLBACK_FAILED: neverUp,
  ROLLBACK_IN_PROGRESS: busy,
  UPDATE_COMPLETE: deployed,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: busy,
  UPDATE_FAILED: halfUpdated,
  UPDATE_IN_PROGRESS: busy,
  UPDATE_ROLLBACK_COMPLETE: deployed,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: busy,
  UPDATE_ROLLBACK_FAILED: stuckOnTheWayBack,
  UPDATE_ROLLBACK_IN_PROGRESS: busy,
}

const isStatus = (status: string): status is StackStatus => status in STATES

/** Who asks the embedded database and what they may: IAM's part, played from the route table. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../functions/composition.ts'
import { type LambdaName, lambdas } from '../../functions/routes.ts'

/** Makes the tables, and looks into them for tests: may do everything, as the account's owner may. */
const OWNER = 'local'
const ACCOUNT = '000000000000'

/** What an environment tells the embedded database of who asks; never a real key. */
export const keyOf = (who: LambdaName | typeof OWNER) => ({
  AWS_ACCESS_KEY_ID: who,
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: undefined,
})

/** The same world as one Lambda sees it: with a key of its own, which opens no more than its role in AWS. */
export const asLambda = (world: World, name: LambdaName): World => ({
  ...world,
  env: { ...world.env, ...keyOf(name) },
})

const rights = new Map(
  Object.entries(lambdas).map(([name, { rights }]) => [name, new Set<string>(rights)]),
)

/** Whose key a request is signed with, if anybody's. */
export function askerOf(authorization: string): string | undefined {
  const key = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization)?.[1]
  return key !== undefined && (key === OWNER || rights.has(key)) ? key : undefined
}

/** AWS's words for a call that its asker has no right to; nothing where they have. */
export function whyDenied(
  asker: string,
  action: string,
  { TableName, IndexName }: { readonly TableName?: unknown; readonly IndexName?: unknown },
): string | undefined {
  if (asker === OWNER) return undefined
  const right = `${TableName}${IndexName === undefined ? '' : `/${IndexName}`}:${action}`
  if (rights.get(asker)?.has(right)) {
    record(asker, right)
    return undefined
  }
  const index = IndexName === undefined ? '' : `/index/${IndexName}`
  return (
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/${asker}/${asker} is not authorized to perform: ` +
    `dynamodb:${action} on resource: arn:aws:dynamodb:local:${ACCOUNT}:table/${TableName ?? '*'}${index} ` +
    `because no identity-based policy allows the dynamodb:${action} action`
  )
}

/** A folder in which a run of all tests finds every right that was used: an empty file, named after it. */
const { RIGHTS_RECORD } = process.env
const recorded = new Set<string>()

function record(asker: string, right: string) {
  if (!RIGHTS_RECORD) return
  const used = `${asker} ${right}`
  if (recorded.has(used)) return
  recorded.add(used)
  writeFileSync(join(RIGHTS_RECORD, encodeURIComponent(used)), '')
}

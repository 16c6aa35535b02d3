/** An emulator of IAM for the embedded database: each Lambda has the rights that the route table gives it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../functions/composition.ts'
import { type LambdaName, lambdas } from '../../functions/routes.ts'

/** Creates the tables and reads them in tests. It has every right, like the AWS account's owner. */
const OWNER = 'local'
const ACCOUNT = '000000000000'

/** The environment that names the caller to the embedded database; its keys are never real. */
export const keyOf = (who: LambdaName | typeof OWNER) => ({
  AWS_ACCESS_KEY_ID: who,
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: undefined,
})

/** The same world for one Lambda: its key has the rights of its role in AWS and no others. */
export const asLambda = (world: World, name: LambdaName): World => ({
  ...world,
  env: { ...world.env, ...keyOf(name) },
})

const rights = new Map(
  Object.entries(lambdas).map(([name, { rights }]) => [name, new Set<string>(rights)]),
)

/** The caller whose key signed the request; undefined if the key is unknown. */
export function askerOf(authorization: string): string | undefined {
  const key = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization)?.[1]
  return key !== undefined && (key === OWNER || rights.has(key)) ? key : undefined
}

type Parameters = {
  readonly TableName?: unknown
  readonly IndexName?: unknown
  readonly RequestItems?: object
}

/** AWS's message for a call that the caller has no right to; undefined if it has the right. */
export function whyDenied(
  asker: string,
  action: string,
  { TableName, IndexName, RequestItems }: Parameters,
): string | undefined {
  if (asker === OWNER) return undefined
  // In AWS too the right to read an item is that to read it beside others (`lib/tables.ts`).
  const right = action === 'BatchGetItem' ? 'GetItem' : action
  const index = IndexName === undefined ? '' : `/${IndexName}`
  for (const table of RequestItems ? Object.keys(RequestItems) : [TableName]) {
    const needed = `${table}${index}:${right}`
    if (!rights.get(asker)?.has(needed)) return denial(asker, action, `${table ?? '*'}`, IndexName)
    record(asker, needed)
  }
  return undefined
}

function denial(asker: string, action: string, table: string, index: unknown): string {
  const resource = `${table}${index === undefined ? '' : `/index/${index}`}`
  return (
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/${asker}/${asker} is not authorized to perform: ` +
    `dynamodb:${action} on resource: arn:aws:dynamodb:local:${ACCOUNT}:table/${resource} ` +
    `because no identity-based policy allows the dynamodb:${action} action`
  )
}

/** A folder in which a run of all tests collects the rights that were used, each as the name of an empty file. */
const { RIGHTS_RECORD } = process.env
const recorded = new Set<string>()

function record(asker: string, right: string) {
  if (!RIGHTS_RECORD) return
  const used = `${asker} ${right}`
  if (recorded.has(used)) return
  recorded.add(used)
  writeFileSync(join(RIGHTS_RECORD, encodeURIComponent(used)), '')
}

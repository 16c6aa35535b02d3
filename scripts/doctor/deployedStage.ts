/** A stage as CloudFormation describes it; read first, because all checks need it. */
import {
  type CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation'
import * as z from 'zod'
import {
  type Provider,
  providers,
  type TextProvider,
  textProviders,
} from '../../functions/routes.ts'

export type DeployedStage = {
  readonly stack: string
  readonly account: string
  readonly region: string
  readonly provider: Provider
  /** Kept for one deployment after a change of provider. */
  readonly formerProvider: TextProvider | undefined
  readonly output: (name: string) => string | undefined
  /** The physical id of a resource, by its type and logical id. */
  readonly resource: (type: string, id: RegExp) => string | undefined
  /** A command to copy, for the same region and profile. */
  readonly aws: (command: string) => string
}

/** Each provider in words. */
export const NAMES = {
  authy: 'Authy',
  twilioVerify: 'Twilio Verify',
  none: 'no provider',
} as const satisfies Record<Provider, string>

/** The stage cannot be checked; the message says why, and what to do. */
export class CannotLook extends Error {}

/** More pages of resources than any stack has. */
const PAGES_MAX = 20

/** @throws CannotLook */
export async function deployedStage(
  client: CloudFormationClient,
  { stack, profile, signal }: { stack: string; profile: string | undefined; signal: AbortSignal },
): Promise<DeployedStage> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }), {
      abortSignal: signal,
    })
    const found = described.parse(Stacks?.[0])
    const [, , , region = '', account = ''] = found.StackId.split(':')
    const outputs = new Map(
      found.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    )
    const provider = providers.find((one) => one === outputs.get('Provider'))
    if (!provider) {
      throw new CannotLook(
        `There is a stack ${stack} in ${region}, but with nothing of Payfriend in its outputs (${found.StackStatus}): look at its events in the console of CloudFormation, and deploy again.`,
      )
    }
    const resources = await resourcesOf(client, stack, signal)
    return {
      stack,
      account,
      region,
      provider,
      formerProvider: textProviders.find((one) => one === outputs.get('FormerProvider')),
      output: (name) => outputs.get(name),
      resource: (type, id) =>
        resources.find(
          ({ ResourceType, LogicalResourceId = '' }) =>
            ResourceType === type && id.test(LogicalResourceId),
        )?.PhysicalResourceId,
      aws: (command) =>
        `aws ${command} --region ${region}${profile ? ` --profile ${profile}` : ''}`,
    }
  } catch (error) {
    if (error instanceof CannotLook) throw error
    throw new CannotLook(reasonOf(error, stack, signal))
  }
}

const described = z.object({
  StackId: z.string(),
  StackStatus: z.string(),
  Outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })).default([]),
})

async function resourcesOf(client: CloudFormationClient, stack: string, signal: AbortSignal) {
  const all: StackResourceSummary[] = []
  let token: string | undefined
  for (let entries = 0; entries < PAGES_MAX; entries += 1) {
    const entry = await client.send(
      new ListStackResourcesCommand({ StackName: stack, ...(token && { NextToken: token }) }),
      { abortSignal: signal },
    )
    all.push(...(entry.StackResourceSummaries ?? []))
    token = entry.NextToken
    if (!token) break
  }
  return all
}

/** The command that shows the newest lines of a Lambda's log. */
export function logOf({ resource, aws }: DeployedStage, lambda: string): string {
  const group = resource('AWS::Logs::LogGroup', new RegExp(`${lambda}Logs`))
  return group ? aws(`logs tail ${group} --since 1h`) : 'npm run deploy'
}

/** Names of the errors with which AWS and its SDK refuse or miss credentials. */
const NOBODY =
  /^(CredentialsProvider|TokenProvider|ExpiredToken|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|RequestExpired)/

function reasonOf(error: unknown, stack: string, signal: AbortSignal): string {
  if (signal.aborted) {
    return 'CloudFormation gave no answer in time: check your connection, and run this again.'
  }
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' }
  if (NOBODY.test(name)) {
    const said = message.replace(/\s+/g, ' ').replace(/[.\s]+$/, '')
    return `AWS does not accept these credentials (${said}): sign in as the AWS CLI does, or name a profile with --profile.`
  }
  if (name.startsWith('AccessDenied')) {
    return 'These credentials may not look at the stack: use some with cloudformation:DescribeStacks and ListStackResources.'
  }
  if (name === 'ValidationError' && message.includes('does not exist')) {
    return `There is no stack ${stack} in this account and region: name the stage with --stage and its region with --region, or deploy it first.`
  }
  if (message === 'Region is missing') return 'Say which region: --region eu-west-1, or AWS_REGION.'
  const code = error instanceof Error && 'code' in error ? error.code : name
  return `CloudFormation gave no answer that could be understood (${code}): check your connection, and run this again.`
}

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
import { CannotLook, whyNot } from './cannotLook.ts'

export type DeployedStage = {
  readonly stack: string
  readonly account: string
  readonly region: string
  readonly provider: Provider
  /** Kept for one deployment after a change of provider. */
  readonly formerProvider: TextProvider | undefined
  /** Whether the setting `codeCache` was on at the last deployment. */
  readonly hasCodeCache: boolean
  readonly output: (name: string) => string | undefined
  /** The physical id of a resource, by its type and logical id. */
  readonly resource: (type: string, id: RegExp) => string | undefined
  /** The physical ids of all resources of a type. */
  readonly resourcesOf: (type: string) => readonly string[]
  /** A command to copy, for the same region and profile. */
  readonly aws: (command: string) => string
}

/** Each provider in words. */
export const NAMES = {
  authy: 'Authy',
  twilioVerify: 'Twilio Verify',
  none: 'no provider',
} as const satisfies Record<Provider, string>

/** More pages of resources than any stack has. */
const PAGES_MAX = 20

/** @throws CannotLook */
export async function deployedStage(
  client: CloudFormationClient,
  asked: { stack: string; profile: string | undefined; signal: AbortSignal },
): Promise<DeployedStage> {
  const { stack, profile, signal } = asked
  try {
    const found = await standingStack(client, asked)
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
      hasCodeCache: outputs.has('CodeCache'),
      output: (name) => outputs.get(name),
      resource: (type, id) =>
        resources.find(
          ({ ResourceType, LogicalResourceId = '' }) =>
            ResourceType === type && id.test(LogicalResourceId),
        )?.PhysicalResourceId,
      resourcesOf: (type) =>
        resources.flatMap(({ ResourceType, PhysicalResourceId }) =>
          ResourceType === type && PhysicalResourceId !== undefined ? [PhysicalResourceId] : [],
        ),
      aws: awsCommand(region, profile),
    }
  } catch (error) {
    throw whyNot(error, { service: 'CloudFormation', denied: DENIED, profile, signal })
  }
}

const DENIED =
  'These credentials may not look at the stack: use some with cloudformation:DescribeStacks and ListStackResources.'

/** The stack that a command needs. @throws CannotLook */
export async function standingStack(
  client: CloudFormationClient,
  asked: Parameters<typeof deployedStage>[1],
): ReturnType<typeof describedStack> {
  const { stack, profile, signal } = asked
  try {
    return await describedStack(client, stack, signal)
  } catch (error) {
    if (isMissing(error)) {
      const region = await client.config.region()
      throw new CannotLook(
        `There is no stack ${stack} in ${region} with these credentials: name the stage with --stage and its region with --region, or deploy it first.`,
      )
    }
    throw whyNot(error, { service: 'CloudFormation', denied: DENIED, profile, signal })
  }
}

/** A stack's id, status and outputs. */
export async function describedStack(
  client: CloudFormationClient,
  stack: string,
  signal: AbortSignal,
): Promise<z.infer<typeof described>> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }), {
    abortSignal: signal,
  })
  return described.parse(Stacks?.[0])
}

/** CloudFormation has no error of its own for a stack that is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'ValidationError' &&
  error.message.includes('does not exist')

/** A command to copy, for this region and profile. */
export const awsCommand =
  (region: string, profile: string | undefined) =>
  (command: string): string =>
    `aws ${command} --region ${region}${profile ? ` --profile ${profile}` : ''}`

const described = z.object({
  StackId: z.string(),
  StackStatus: z.string(),
  Outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })).default([]),
})

/** Every resource of a stack. */
export async function resourcesOf(
  client: CloudFormationClient,
  stack: string,
  signal: AbortSignal,
): Promise<readonly StackResourceSummary[]> {
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

/** What happens to resources with irreplaceable data when their stack is deleted. */
import { type CfnElement, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Keep a resource that has deletion protection after its stack is deleted, or delete it if the stage keeps no data. If the
 * deployment that creates it fails, it stays too: CloudFormation cannot delete what is protected.
 */
export const removalPolicy = (keepData: boolean): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

/** Keep the resource after its stack is deleted, unless the deployment that creates it fails. */
const KEPT_UNLESS_NEW = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

/** The same for what has no deletion protection: it does not stay if the deployment that creates it fails. */
export const unprotectedRemovalPolicy = (keepData: boolean): RemovalPolicy =>
  keepData ? KEPT_UNLESS_NEW : RemovalPolicy.DESTROY

/**
 * Fix the logical id of a resource that is kept: with another id CloudFormation would create a new, empty one. In
 * Payfriend's own stack it is a plain name. In another stack, which may use that name itself, it stays the id that CDK
 * derives from the path.
 */
export function fixId(resource: CfnElement, logicalId: string): void {
  const stack = Stack.of(resource)
  const isOurs = resource.node.scopes.some(
    ({ node }) => node.scope === stack && node.id === ALONE_IN_STACK,
  )
  if (isOurs) resource.overrideLogicalId(logicalId)
}

/** The id that a resource has in its template, by which a rule's finding names it. */
export const logicalIdOf = (resource: IConstruct): string =>
  Stack.of(resource).resolve((resource.node.defaultChild as CfnElement).logicalId)

/** CDK leaves a construct with this id out of the logical ids of the resources in it. */
export const ALONE_IN_STACK = 'Default'

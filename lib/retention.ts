/** What happens to resources with irreplaceable data when their stack is deleted. */
import { type CfnElement, RemovalPolicy, Stack } from 'aws-cdk-lib'

/** Keep the resource after its stack is deleted, or delete it if the stage keeps no data. */
export const removalPolicy = (keepData: boolean): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

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

/** CDK leaves a construct with this id out of the logical ids of the resources in it. */
export const ALONE_IN_STACK = 'Default'

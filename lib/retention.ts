/** What holds something that cannot be made again, and what becomes of it when its stack is deleted. */
import { type CfnElement, RemovalPolicy, Stack } from 'aws-cdk-lib'

/** Kept for ever, or gone with a stage that has nothing to lose. */
export const removalPolicy = (keepData: boolean): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

/**
 * Fix the logical id of what is kept: under another, it would be another and empty one. In a stack that is
 * Payfriend's alone it is a plain name; in somebody else's, where the name may be theirs, it stays what
 * CDK makes of its path.
 */
export function fixId(resource: CfnElement, logicalId: string): void {
  const stack = Stack.of(resource)
  const isOurs = resource.node.scopes.some(
    ({ node }) => node.scope === stack && node.id === ALONE_IN_STACK,
  )
  if (isOurs) resource.overrideLogicalId(logicalId)
}

/** A construct of this id leaves no trace in the ids of what is in it. */
export const ALONE_IN_STACK = 'Default'

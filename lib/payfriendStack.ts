import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Payfriend, type PayfriendProps } from './payfriend.ts'
import { ALONE_IN_STACK } from './retention.ts'

/** One stage of Payfriend in a stack of its own, whose outputs name the steps left to the operator. */
export class PayfriendStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & PayfriendProps) {
    const { settings, lambdas, page } = props
    // What is kept would survive its stack, but with no stack that knows it.
    super(scope, id, { terminationProtection: settings.keepData, ...props })
    const payfriend = new Payfriend(this, ALONE_IN_STACK, {
      settings,
      ...(lambdas !== undefined && { lambdas }),
      ...(page && { page }),
    })
    for (const [name, { description, value }] of Object.entries(payfriend.outputs)) {
      new CfnOutput(this, name, { description, value })
    }
  }
}

import { join } from 'node:path'
import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

export type LambdaProps = {
  /** Holds `<name>/index.cjs`. */
  readonly folder: string
  readonly name: string
  readonly description: string
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly environment: Record<string, string>
  readonly logRetentionDays: RetentionDays
}

/** One Lambda with a role and a log group of its own. Its role starts with the right to write this log only. */
export class Lambda extends Construct {
  readonly function: LambdaFunction
  readonly role: Role
  readonly log: LogGroup

  constructor(scope: Construct, id: string, props: LambdaProps) {
    super(scope, id)
    this.log = new LogGroup(this, 'Logs', { retention: props.logRetentionDays })
    // Without AWS's managed policy, which lets a function write every log of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.log.logGroupArn],
      }),
    )
    // No reserved concurrency: a new AWS account has only ten in all.
    this.function = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(join(props.folder, props.name)),
      handler: 'index.handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: props.environment,
      role: this.role,
      logGroup: this.log,
    })
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaTracing',
      reason:
        'X-Ray needs a right to * and costs each start; every log line has the request id and the payment id.',
    })
  }
}

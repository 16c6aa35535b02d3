/** What `npm run evidence` and `npm run archive:mend` are told. */
import { parseArgs } from 'node:util'

/** It cannot be looked at, so nothing is said about the payment; says why. */
export class CannotLook extends Error {}

export type RecordOptions = {
  readonly paymentId: string
  /** The stack's name, or the folder of an archive on this machine. */
  readonly from: { readonly stack: string; readonly region?: string } | { readonly archive: string }
  readonly day?: string
  readonly json: boolean
}

const EVIDENCE = `npm run evidence -- PAYMENT_ID (--stage prod | --archive DIR) [--day 2026-11-22] [--json]

  --stage     in AWS, of this stage; --stack NAME instead, where Payfriend stands in another stack
  --region    where the stack is, if not where the AWS profile says
  --archive   on this machine: the folder \`archive\` of a DATA_DIR, or a copy of the bucket
  --day       the day (UTC) on which the payment was started, if the table does not know it
  --json      for programs`

const MEND = `npm run archive:mend -- PAYMENT_ID (--stage prod | --archive DIR)

  --stage     in AWS, of this stage; --stack NAME instead, where Payfriend stands in another stack
  --region    where the stack is, if not where the AWS profile says
  --archive   on this machine: the folder \`archive\` of a DATA_DIR`

const USAGE = { evidence: EVIDENCE, mend: MEND } as const

const OPTIONS = {
  stage: { type: 'string' },
  stack: { type: 'string' },
  region: { type: 'string' },
  archive: { type: 'string' },
  day: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Of what Payfriend makes; it can begin with a hyphen. */
const PAYMENT_ID = /^[\w-]{22}$/

/** What the command line asks for; throws `CannotLook` with how it is used. */
export function recordOptions(command: keyof typeof USAGE, argv: readonly string[]): RecordOptions {
  const refuse = (what: string): never => {
    throw new CannotLook(`${what}\n\n${USAGE[command]}`)
  }
  const isId = (arg: string, index: number) =>
    PAYMENT_ID.test(arg) && !VALUED.includes(argv[index - 1] ?? '')
  const [paymentId = refuse('Say which payment.'), ...others] = argv.filter(isId)
  const { stage, stack, region, archive, day, json } = parsed(
    argv.filter((arg, index) => !isId(arg, index)),
    refuse,
  )
  if (others.length > 0) refuse('Say one payment.')
  if (command === 'mend' && (day !== undefined || json))
    refuse('--day and --json are not for this.')
  if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day))
    refuse('--day must be like 2026-11-22.')
  const found = { paymentId, json, ...(day !== undefined && { day }) }
  const named = [stage, stack, archive].filter((one) => one !== undefined)
  if (named.length !== 1) refuse('Say where: --stage, --stack or --archive.')
  if (archive !== undefined) {
    if (region !== undefined) refuse('--region is for a stage.')
    return { ...found, from: { archive } }
  }
  const from = { stack: stack ?? `Payfriend-${stage}`, ...(region !== undefined && { region }) }
  return { ...found, from }
}

const VALUED = Object.entries(OPTIONS).flatMap(([name, { type }]) =>
  type === 'string' ? [`--${name}`] : [],
)

function parsed(args: string[], refuse: (what: string) => never) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

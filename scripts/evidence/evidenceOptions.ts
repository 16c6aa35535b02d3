/** The command lines of `npm run evidence` and `npm run archive:mend`. */
import { parseArgs } from 'node:util'
import { CannotLook } from '../checks/cannotLook.ts'

/** Where a stage in AWS is, as far as the options say it. */
export type StageOptions = {
  readonly stack: string
  readonly stage?: string
  readonly region?: string
  readonly profile?: string
}

/** `archive` is the folder of an archive on this machine. */
export type PaymentTrailOptions = {
  readonly paymentId: string
  readonly from: StageOptions | { readonly archive: string }
  readonly day?: string
  readonly json: boolean
}

/** Options for one payment, or for the history of one payer's account. */
export type EvidenceOptions =
  | (PaymentTrailOptions & { readonly openssl: boolean })
  | (Pick<PaymentTrailOptions, 'from' | 'json'> & { readonly payerId: string })

const EVIDENCE = `npm run evidence -- PAYMENT_ID (--stage prod | --archive DIR) [--day 2026-11-22] [--json | --openssl]
npm run evidence -- --payer PAYER_ID (--stage prod | --archive DIR) [--json]

  --stage     in AWS, of this stage; --stack NAME instead, where Payfriend stands in another stack
  --region    where it is; if not said, that of the stage in payfriend.json, AWS_REGION, or that of the profile
  --profile   whose credentials; AWS_PROFILE if not said
  --archive   on this machine: the folder \`archive\` of a DATA_DIR, or a copy of the bucket
  --day       the day (UTC) on which the payment was started, if the table does not know it
  --payer     what happened to this payer's account; the id is \`sub\` of their token
  --json      for programs
  --openssl   the commands by which anybody verifies the signatures of a device without Payfriend`

const MEND = `npm run archive:mend -- PAYMENT_ID (--stage prod | --archive DIR)

  --stage     in AWS, of this stage; --stack NAME instead, where Payfriend stands in another stack
  --region    where it is; if not said, that of the stage in payfriend.json, AWS_REGION, or that of the profile
  --profile   whose credentials; AWS_PROFILE if not said
  --archive   on this machine: the folder \`archive\` of a DATA_DIR`

const OPTIONS = {
  stage: { type: 'string' },
  stack: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  archive: { type: 'string' },
  day: { type: 'string' },
  payer: { type: 'string' },
  json: { type: 'boolean', default: false },
  openssl: { type: 'boolean', default: false },
} as const

/** The form of Payfriend's payment ids, which can begin with a hyphen. */
const PAYMENT_ID = /^[\w-]{22}$/

/** Parse the command line of `npm run evidence`; throws `CannotLook` with the usage. */
export function evidenceOptions(argv: readonly string[]): EvidenceOptions {
  const refuse = refusing(EVIDENCE)
  const { ids, values } = parsed(argv, refuse)
  const { day, json, openssl, payer } = values
  if (json && openssl) refuse('Say --json or --openssl.')
  if (payer === undefined) {
    if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day))
      refuse('--day must be like 2026-11-22.')
    const paymentId = oneOf(ids, refuse)
    return {
      paymentId,
      json,
      openssl,
      ...(day !== undefined && { day }),
      from: placeIn(values, refuse),
    }
  }
  if (payer === '') refuse('Say which payer.')
  if (ids.length > 0) refuse('Say a payment or a payer.')
  if (day !== undefined || openssl) refuse('--day and --openssl are for a payment.')
  return { payerId: payer, json, from: placeIn(values, refuse) }
}

/** Parse the command line of `npm run archive:mend`; throws `CannotLook` with the usage. */
export function mendOptions(argv: readonly string[]): PaymentTrailOptions {
  const refuse = refusing(MEND)
  const { ids, values } = parsed(argv, refuse)
  const { day, json, openssl, payer } = values
  if (day !== undefined || json || openssl || payer !== undefined)
    refuse('--day, --json, --openssl and --payer are not for this.')
  return { paymentId: oneOf(ids, refuse), json, from: placeIn(values, refuse) }
}

type Refuse = (what: string) => never

const refusing =
  (usage: string): Refuse =>
  (what) => {
    throw new CannotLook(`${what}\n\n${usage}`)
  }

function oneOf([id, ...others]: readonly string[], refuse: Refuse): string {
  if (others.length > 0) refuse('Say one payment.')
  return id ?? refuse('Say which payment.')
}

function placeIn(
  { stage, stack, region, profile, archive }: ReturnType<typeof parsed>['values'],
  refuse: Refuse,
): PaymentTrailOptions['from'] {
  const named = [stage, stack, archive].filter((one) => one !== undefined)
  if (named.length !== 1) refuse('Say where: --stage, --stack or --archive.')
  if (archive !== undefined) {
    if (region !== undefined) refuse('--region is for a stage.')
    if (profile !== undefined) refuse('--profile is for a stage.')
    return { archive }
  }
  return {
    stack: stack ?? `Payfriend-${stage}`,
    ...(stage !== undefined && { stage }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  }
}

const VALUED = Object.entries(OPTIONS).flatMap(([name, { type }]) =>
  type === 'string' ? [`--${name}`] : [],
)

/** The payment ids among the arguments, and the parsed options. */
function parsed(argv: readonly string[], refuse: Refuse) {
  const isId = (arg: string, index: number) =>
    PAYMENT_ID.test(arg) && !VALUED.includes(argv[index - 1] ?? '')
  try {
    const args = argv.filter((arg, index) => !isId(arg, index))
    return { ids: argv.filter(isId), values: parseArgs({ args, options: OPTIONS }).values }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

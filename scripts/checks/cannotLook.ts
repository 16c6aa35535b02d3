/** Nothing can be checked; the message says why, and what to do. */
export class CannotLook extends Error {}

/** What asks AWS: `npm start` alone does not install its packages. @throws CannotLook */
export async function installed<T>(loaded: Promise<T>): Promise<T> {
  try {
    return await loaded
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw error
    }
    throw new CannotLook('The packages that ask AWS are not installed: run npm ci first.')
  }
}

/** Names of the errors with which AWS and its SDK refuse or miss credentials. */
const NOBODY =
  /^(CredentialsProvider|TokenProvider|ExpiredToken|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|RequestExpired)/

/**
 * Why the first question to AWS, on which all checks build, got no answer.
 *
 * @param asked the service by its name, the sentence for credentials that may not ask it, and the profile of --profile
 */
export function whyNot(
  error: unknown,
  asked: {
    readonly service: string
    readonly denied: string
    readonly profile: string | undefined
    readonly signal: AbortSignal
  },
): CannotLook {
  if (error instanceof CannotLook) return error
  return new CannotLook(sentenceOf(error, asked))
}

function sentenceOf(
  error: unknown,
  { service, denied, profile = process.env.AWS_PROFILE, signal }: Parameters<typeof whyNot>[1],
): string {
  if (signal.aborted) {
    return `${service} gave no answer in time: check your connection, and run this again.`
  }
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' }
  if (NOBODY.test(name)) {
    if (name === 'CredentialsProviderError' && /^Could not load credentials/.test(message)) {
      if (profile) {
        return `There are no credentials of the profile "${profile}" here: is that its name (aws configure list-profiles)? If it is, sign in with it as the AWS CLI does.`
      }
      return 'There are no credentials of AWS here: sign in as the AWS CLI does, or name a profile with --profile.'
    }
    const said = message.replace(/\s+/g, ' ').replace(/[.\s]+$/, '')
    return `AWS does not accept these credentials (${said}): sign in as the AWS CLI does, or name a profile with --profile.`
  }
  if (name.startsWith('AccessDenied')) return denied
  if (message === 'Region is missing')
    return 'No region is named: say `region` in payfriend.json, --region eu-west-1, or AWS_REGION.'
  const code = error instanceof Error && 'code' in error ? error.code : name
  return `${service} gave no answer that could be understood (${code}): check your connection, and run this again.`
}

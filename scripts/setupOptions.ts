/** The command line of `npm run setup:verify`, and its key from the environment. */
import { parseArgs } from 'node:util'

export const API_URL = 'https://verify.twilio.com'
const DEFAULT_NAME = 'Payfriend'
export const PAYMENTS_SUFFIX = ' payments'
/** Twilio's documents say 30 in one place and 32 in another. */
const FRIENDLY_NAME_MAX = 30
const NAME_MAX = FRIENDLY_NAME_MAX - PAYMENTS_SUFFIX.length
/** Twilio takes a name with more digits for a phone number and refuses it. */
const NAME_DIGITS_MAX = 4

export const USAGE = `npm run setup:verify -- [--name "Acme Pay"] [--api-url https://…] [--yes]

  TWILIO_API_KEY, TWILIO_API_SECRET   in the environment: an API key (SK…) of the account, and its secret
  --name      what the services are called, and so what the texts begin with; ${DEFAULT_NAME} if not said
  --api-url   another address of Twilio's Verify; ${API_URL} if not said
  --yes       do it without asking`

/** The command was used wrongly; the message says what to change. */
export class UsageError extends Error {}

/** Parse the command line; throws `UsageError`. */
export function optionsOf(argv: readonly string[]) {
  const { name, 'api-url': apiUrl, yes, help } = parsedArgs(argv)
  return { name: nameOf(name), apiUrl: apiUrlOf(apiUrl), yes, help }
}

function parsedArgs(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        name: { type: 'string', default: DEFAULT_NAME },
        'api-url': { type: 'string', default: API_URL },
        yes: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${what}\n\n${USAGE}`)
  }
}

function nameOf(given: string): string {
  const name = given.trim()
  const digits = name.replace(/\D/g, '').length
  if (!/^[\p{L}\p{M}\d _-]+$/u.test(name) || name.length > NAME_MAX || digits > NAME_DIGITS_MAX) {
    throw new UsageError(
      `--name must be 1 to ${NAME_MAX} letters, digits (${NAME_DIGITS_MAX} at most), spaces, - and _, because "${PAYMENTS_SUFFIX.trim()}" is added to it and Twilio takes ${FRIENDLY_NAME_MAX} characters in all and nothing that could be a phone number or a link.`,
    )
  }
  // The service for phones would have the name of a service for payments.
  if (name.toLowerCase().endsWith(PAYMENTS_SUFFIX)) {
    throw new UsageError(
      `--name must not end in "${PAYMENTS_SUFFIX.trim()}", which is added to it for the service that payments get.`,
    )
  }
  return name
}

function apiUrlOf(given: string): string {
  const url = URL.parse(given)
  const isOwn = url?.protocol === 'http:' && LOOPBACK.includes(url.hostname)
  if (url && (url.protocol === 'https:' || isOwn) && url.pathname === '/') return url.origin
  throw new UsageError(
    '--api-url must be an address that begins with https:// and has no path, because the key goes there.',
  )
}
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** The API key from the environment; throws `UsageError`. */
export function keyOf({ TWILIO_API_KEY: apiKey, TWILIO_API_SECRET: apiSecret }: Environment) {
  if (!apiKey || !apiSecret) {
    const lacking = [!apiKey && 'TWILIO_API_KEY', !apiSecret && 'TWILIO_API_SECRET']
    throw new UsageError(
      `Set ${lacking.filter(Boolean).join(' and ')}: an API key (SK…) of your Twilio account and its secret, made in Twilio's console under API keys.`,
    )
  }
  if (!/^SK[0-9a-fA-F]{32}$/.test(apiKey)) {
    throw new UsageError(
      "TWILIO_API_KEY must be the SID of an API key, SK and 32 of 0-9 a-f; the account's own SID (AC…) and its Auth Token are not for this.",
    )
  }
  if (/\s/.test(apiSecret)) {
    throw new UsageError('TWILIO_API_SECRET must be the secret alone, with no space or line break.')
  }
  return { apiKey, apiSecret }
}
type Environment = Readonly<Record<string, string | undefined>>

import { NoAnswer } from './check.ts'

export type WebAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Send a request to an address of the stage; a redirection is an answer and is not followed.
 *
 * @throws NoAnswer if the server does not answer
 */
export async function webAnswer(
  url: string,
  signal: AbortSignal,
  init: { readonly method?: string; readonly body?: string; readonly token?: string } = {},
): Promise<WebAnswer> {
  try {
    const { token, ...request } = init
    const response = await fetch(url, {
      ...request,
      headers: {
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      redirect: 'manual',
      signal,
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    throw new NoAnswer(URL.parse(url)?.host ?? 'an address', reasonOf(error))
  }
}

/** The text parsed as JSON; undefined if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The reason of a failed `fetch`, which is in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}

import { NoAnswer } from './check.ts'

export type WebAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Ask an address of the stage; a redirection is an answer and is not followed.
 *
 * @throws NoAnswer when nobody is there
 */
export async function webAnswer(
  url: string,
  signal: AbortSignal,
  init: { readonly method?: string; readonly body?: string } = {},
): Promise<WebAnswer> {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, {
      ...init,
      ...(init.body !== undefined && { headers }),
      redirect: 'manual',
      signal,
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    throw new NoAnswer(URL.parse(url)?.host ?? 'an address', reasonOf(error))
  }
}

/** What the text says as JSON, if it is JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `fetch` hides what happened in the cause of what it throws. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}

import type { IncomingHttpHeaders } from 'node:http'
import type { DatabaseCall } from './databaseEngine.ts'

/** An engine's answer with its body as it is sent. */
export type SentReply = { readonly status: number; readonly text: string }

/** A request as the SDK hands it over: serialized and signed. */
type Signed = { readonly headers: IncomingHttpHeaders; readonly body: string | Uint8Array }

const decoder = new TextDecoder()

/**
 * The `requestHandler` of an SDK client whose signed requests are handed to an engine instead of sent. The engine checks each
 * as one that came to its address.
 */
export const handingTo = (answer: (call: DatabaseCall) => Promise<SentReply>) => ({
  async handle({ headers: { authorization, 'x-amz-target': target }, body }: Signed) {
    const { status, text } = await answer({
      headers: { authorization, 'x-amz-target': target },
      body: typeof body === 'string' ? body : decoder.decode(body),
    })
    return {
      response: {
        statusCode: status,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(text),
      },
    }
  },
})

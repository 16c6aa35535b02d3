/** Test support: what `npm run token` prints. */
import type { Payfriend } from '../../local/payfriend.ts'
import { main } from '../../scripts/token.ts'

/** An access token of somebody who can pay then. */
export async function tokenOf({ pageUrl }: Payfriend, email: string): Promise<string> {
  const said: string[] = []
  const complaints: string[] = []
  const code = await main(
    [email, '--port', new URL(pageUrl).port],
    {},
    { say: (line) => void said.push(line), complain: (line) => void complaints.push(line) },
  )
  const [token] = said
  if (code !== 0 || token === undefined) throw new Error(complaints.join('\n'))
  return token
}

/** A command's terminal, for its output and its questions. */
import { createInterface } from 'node:readline/promises'

/** `ask` is missing if the command does not run in a terminal. */
export type Io = {
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
  readonly ask?: ((question: string) => Promise<string>) | undefined
}

export const terminal: Io = {
  say: (line) => console.log(line),
  complain: (line) => console.error(line),
  ask: process.stdin.isTTY && process.stdout.isTTY ? askInTerminal : undefined,
}

/** The answer; an empty text after Ctrl-C or the end of the input. */
async function askInTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  const answer = await Promise.race([lines.question(question), closed])
  lines.close()
  return answer
}

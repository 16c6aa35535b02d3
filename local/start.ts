/** `npm start`: the whole of Payfriend on this machine. */
import './environment.ts'
import * as z from 'zod'
import { startPayfriend } from './payfriend.ts'

/** In AWS a schedule sweeps every minute; on a laptop nobody wants to wait that long. */
const SWEEP_EVERY_MS = 5000

const PORT_RULE = 'must be a number up to 65533'

const settings = z
  .object({
    PORT: z
      .string()
      .regex(/^\d{1,5}$/, PORT_RULE)
      .transform(Number)
      .refine((port) => port <= 65_533, PORT_RULE)
      .default(3000),
    DATA_DIR: z.string().min(1).optional(),
  })
  .safeParse(process.env)
if (!settings.success) {
  const wrong = settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  console.error(`This setting is wrong: ${wrong.join('; ')}`)
  process.exit(2)
}
const { PORT, DATA_DIR } = settings.data

try {
  const payfriend = await startPayfriend({ port: PORT, dataDir: DATA_DIR, env: process.env })
  const sweeping = setInterval(() => {
    payfriend.sweep().catch((error: unknown) => console.error(error))
  }, SWEEP_EVERY_MS)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      clearInterval(sweeping)
      await payfriend.close()
    })
  }
  const { pageUrl, signInUrl, phone } = payfriend
  console.log(
    [
      'Payfriend is ready.',
      `  The page:          ${pageUrl}`,
      `  The pretend phone: ${phone?.url ?? `none: ${providerUrl()} is used`}`,
      `  Sign-in:           ${signInUrl}`,
      DATA_DIR
        ? `Everything is kept in ${DATA_DIR}.`
        : 'Nothing is kept: with Ctrl-C all is forgotten.',
    ].join('\n'),
  )
} catch (error) {
  console.error(plainly(error))
  process.exit(1)
}

function providerUrl(): string | undefined {
  const { PROVIDER, VERIFY_API_URL, AUTHY_API_URL } = process.env
  return PROVIDER === 'twilioVerify' ? VERIFY_API_URL : AUTHY_API_URL
}

/** One clear sentence for what goes wrong on other people's machines. */
function plainly(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another with PORT, for instance: PORT=4000 npm start`
  }
  return error instanceof Error ? error.message : String(error)
}

/** What `npm run bench:cold` is asked for. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('a provider that there is not is refused, with those that there are', () => {
  const env = { ...process.env, PROVIDER: 'verify', RUNS: '0' }
  const { status, stderr } = spawnSync(process.execPath, ['bench/cold.ts'], { env })
  expect(status).toBe(1)
  expect(String(stderr)).toContain('PROVIDER: there is no verify, only authy and twilioVerify')
})

/** Sabotages of the check that a request came through the firewall. */
import type { Sabotage } from './sabotages.ts'

const caughtBy = ['test/handlers/originCheck.test.ts']
const inFile =
  (file: string) =>
  (name: string, from: string, to: string): Sabotage => ({ name, file, from, to, caughtBy })

const check = inFile('functions/http/originCheck.ts')
const pipeline = inFile('functions/http/endpoint.ts')

export const firewallSabotages: readonly Sabotage[] = [
  check(
    'the firewall’s secret may be left out',
    "const given = digest(headers[ORIGIN_HEADER] ?? '')",
    "if (headers[ORIGIN_HEADER] === undefined) return\n    const given = digest(headers[ORIGIN_HEADER] ?? '')",
  ),
  check(
    'any secret passes the firewall',
    'if (known.some((one) => timingSafeEqual(one, given))) return',
    'if (known.some((one) => timingSafeEqual(one, one))) return',
  ),
  check(
    'the firewall’s next secret is not taken',
    'known.some((one)',
    'known.slice(0, 1).some((one)',
  ),
  check(
    'the firewall’s secrets are taken as one text',
    "parsed.data?.split(',').map(digest)",
    'parsed.data === undefined ? undefined : [digest(parsed.data)]',
  ),
  {
    name: 'a page that its own API refuses is heard of only where nothing comes through',
    file: 'lib/monitoring/firewallAlarms.ts',
    from: 'FILL(unknown, 0) + IF(FILL(through, 0) == 0, FILL(missing, 0), 0)',
    to: 'IF(FILL(through, 0) == 0, FILL(missing, 0) + FILL(unknown, 0), 0)',
    caughtBy: ['test/lib/alarms.test.ts'],
  },
  {
    name: 'a secret that is not known counts as one that is missing',
    file: 'functions/http/originCheck.ts',
    from: "headers[ORIGIN_HEADER] ? 'OriginSecretUnknown' : 'OriginSecretMissing'",
    to: "'OriginSecretMissing'",
    caughtBy: ['test/handlers/counting.test.ts'],
  },
  {
    name: 'a stranger with a made-up secret sets off the alarm of an outage',
    file: 'functions/http/originCheck.ts',
    from: "if (open === 'device') count",
    to: "if (open === 'device' && !headers[ORIGIN_HEADER]) count",
    caughtBy: ['test/handlers/counting.test.ts'],
  },
  {
    name: 'a flood of strangers past the firewall is not heard of',
    file: 'lib/monitoring/firewallAlarms.ts',
    from: 'FILL(strangers, 0) + FILL(missing, 0)',
    to: 'FILL(strangers, 0) * 0 + FILL(missing, 0)',
    caughtBy: ['test/lib/alarms.test.ts'],
  },
  check(
    'a malformed secret switches the firewall’s check off',
    "if (!parsed.success) throw new Error('This setting is wrong: ORIGIN_SECRETS')",
    '',
  ),
  pipeline(
    'payers’ routes do not ask for the firewall’s secret',
    "return pipeline(originCheck(world.env, 'payers'), async (event: PayerEventName) => {",
    'return pipeline(byAnyAddress, async (event: PayerEventName) => {',
  ),
  pipeline(
    'devices’ routes do not ask for the firewall’s secret',
    "return pipeline(originCheck(env, 'device'), async (event: APIGatewayProxyEventV2) => {",
    'return pipeline(byAnyAddress, async (event: APIGatewayProxyEventV2) => {',
  ),
  pipeline(
    'the firewall’s secret is looked at after the handler',
    '      checkOrigin(event.headers)\n      return answered(await run(event))\n',
    '      const answer = await run(event)\n      checkOrigin(event.headers)\n      return answered(answer)\n',
  ),
]

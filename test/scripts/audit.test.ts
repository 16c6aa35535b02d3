import { describe, expect, test } from 'vitest'
import { tell, verdictOf } from '../../scripts/audit.ts'

/** In the form of npm's `npm audit --json`: one weakness, and a package that has it through another. */
const advised = {
  auditReportVersion: 2,
  vulnerabilities: {
    'leaky-parser': {
      name: 'leaky-parser',
      severity: 'high',
      isDirect: false,
      via: [
        {
          source: 1099999,
          name: 'leaky-parser',
          dependency: 'leaky-parser',
          title: 'Prototype pollution in leaky-parser',
          url: 'https://github.com/advisories/GHSA-xxxx-xxxx-xxxx',
          severity: 'high',
          cwe: ['CWE-1321'],
          cvss: { score: 7.5, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
          range: '<2.0.1',
        },
      ],
      effects: ['uses-it'],
      range: '<2.0.1',
      nodes: ['node_modules/leaky-parser'],
      fixAvailable: true,
    },
    'uses-it': {
      name: 'uses-it',
      severity: 'moderate',
      isDirect: true,
      via: ['leaky-parser'],
      effects: [],
      range: '1.0.0 - 1.4.0',
      nodes: ['node_modules/uses-it'],
      fixAvailable: { name: 'uses-it', version: '2.0.0', isSemVerMajor: true },
    },
  },
  metadata: {
    vulnerabilities: { info: 0, low: 0, moderate: 1, high: 1, critical: 0, total: 2 },
    dependencies: { prod: 60, dev: 540, optional: 4, peer: 0, peerOptional: 0, total: 604 },
  },
}
const clean = {
  ...advised,
  vulnerabilities: {},
  metadata: {
    ...advised.metadata,
    vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 },
  },
}

/** As npm 11 printed them, against registries that have no audit and hosts that are not there. */
const URL = 'https://registry.npmjs.org/-/npm/v1/security/advisories/bulk'
const noEndpoint = {
  message: `405 Method Not Allowed - POST ${URL}`,
  method: 'POST',
  uri: URL,
  headers: { allow: ['GET,HEAD'], 'content-length': ['0'] },
  statusCode: 405,
  body: '',
  error: { summary: '', detail: '' },
}
const unreachable = (reason: string) => ({
  message: `request to ${URL} failed, reason: ${reason}`,
  error: { summary: '', detail: '' },
})

const judge = (answer: unknown, level: 'high' | 'critical' | 'moderate' = 'high') => {
  const verdict = verdictOf(typeof answer === 'string' ? answer : JSON.stringify(answer), level)
  return { ...verdict, ...tell('what is deployed', level, verdict) }
}

test('a weakness at the level fails, by name', () => {
  expect(judge(advised)).toMatchObject({ outcome: 'found', ok: false })
  expect(judge(advised).said).toContain('leaky-parser <2.0.1 (high)')
  expect(judge(advised).said).not.toContain('uses-it')
})

test('one above the level fails too, and one below does not', () => {
  expect(judge(advised, 'moderate')).toMatchObject({ names: { length: 2 }, ok: false })
  expect(judge(advised, 'critical')).toMatchObject({ outcome: 'clean', ok: true })
})

test('a report without weaknesses is clean', () => {
  expect(judge(clean)).toMatchObject({ outcome: 'clean', ok: true })
})

test.each([
  ['a registry without an audit', noEndpoint],
  ['a registry that does not know the address', { ...noEndpoint, statusCode: 404 }],
  ['no name server', unreachable('getaddrinfo ENOTFOUND registry.npmjs.org')],
  ['a closed port', unreachable('connect ECONNREFUSED 127.0.0.1:1')],
])('%s is said loudly to have audited nothing, and fails nothing', (_, answer) => {
  expect(judge(answer)).toMatchObject({ outcome: 'notAudited', ok: true })
  expect(judge(answer).said).toMatch(/^NOTHING WAS AUDITED/)
})

describe('fails, because nobody knows then:', () => {
  test.each([
    ['a server’s error', { ...noEndpoint, statusCode: 500, message: '500 Internal Server Error' }],
    ['a token that is refused', { ...noEndpoint, statusCode: 401, message: '401 Unauthorized' }],
    ['a certificate that is not trusted', unreachable('self-signed certificate')],
    ['nothing at all', ''],
    ['no JSON', 'npm error code ENOLOCK'],
    ['another version of the report', { ...clean, auditReportVersion: 3 }],
    [
      'a report of no packages',
      { ...clean, metadata: { ...clean.metadata, dependencies: { total: 0 } } },
    ],
    ['a count without its names', { ...advised, vulnerabilities: {} }],
  ])('%s', (_, answer) => {
    expect(judge(answer)).toMatchObject({ outcome: 'failed', ok: false })
  })
})

/** The workflow of `examples/github-actions/` against its rules; no run of it has been seen. */
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type Job, parsed, text, type Workflow } from './workflow.ts'

describe("GitHub's parser", () => {
  test('takes the workflow as it is', async () => {
    expect((await parsed()).errors).toEqual([])
  })

  test.each([
    ['a key that no job has', 'timeout-minutes: 20', 'timeout: 20'],
    ['a right that there is not', 'id-token: write', 'id-tokens: write'],
    ['a job that needs one that is not there', 'needs: test', 'needs: tests'],
    ['an expression that is none', 'github.event_name ==', 'github.event_name =>'],
    ['a step with two tasks', '- run: npm ci', '- uses: x/y@v1\n        run: npm ci'],
  ])('would refuse %s', async (_, good, bad) => {
    expect(text).toContain(good)
    expect((await parsed(text.replace(good, bad))).errors).not.toEqual([])
  })
})

const AWS = /^aws-actions\/configure-aws-credentials@/
const CHECKOUT = /^actions\/checkout@/
const uses = ({ steps }: Job, action: RegExp) => steps.some((one) => action.test(one.uses ?? ''))
const runs = ({ steps }: Job) => steps.map(({ run }) => run ?? '').join('\n')
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)

/** What a job has to be allowed for what it does, and nothing else. */
const needed = (job: Job) => ({
  ...(uses(job, CHECKOUT) && { contents: 'read' }),
  ...(uses(job, AWS) && { 'id-token': 'write' }),
  ...(runs(job).includes('gh pr comment') && { 'pull-requests': 'write' }),
})

/** Which run gets the role that compares. */
const OWN =
  "github.event_name == 'push' || " +
  'github.event.pull_request.head.repo.full_name == github.repository && ' +
  "github.actor != 'dependabot[bot]' && github.event.pull_request.user.login != 'dependabot[bot]'"

/** What is against a rule, and a change of the workflow that would be. */
const RULES: Record<
  string,
  { against: (workflow: Workflow, text: string) => unknown[]; good: string; bad: string }
> = {
  'no key is stored: AWS is reached by a role alone': {
    against: (workflow, text) => [
      ...(text.match(/(?<!--without-)\bsecrets\b|access.key|session-token/gi) ?? []),
      ...stepsOf(workflow).filter(
        (step) =>
          AWS.test(step.uses ?? '') && !step.with?.['role-to-assume']?.startsWith(`\${{ vars.`),
      ),
    ],
    good: `role-to-assume: \${{ vars.AWS_DEPLOY_ROLE }}`,
    bad: `aws-access-key-id: \${{ secrets.AWS_KEY }}`,
  },
  'each action is pinned to a commit, with its release beside it': {
    against: (_, text) =>
      [...text.matchAll(/uses: (.*)/g)]
        .map(([, used = '']) => used)
        .filter((used) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)),
    good: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
    bad: 'actions/checkout@v7',
  },
  'a job has the rights that it needs, and the workflow has none': {
    against: ({ permissions, jobs }) => [
      ...Object.keys(permissions),
      ...Object.values(jobs).filter(
        (job) => !isDeepStrictEqual({ ...job.permissions }, needed(job)),
      ),
    ],
    good: 'contents: read\n    steps',
    bad: 'contents: write\n    steps',
  },
  'only what is on main is deployed, after its tests, and somebody has to approve it': {
    against: ({ on, jobs }) =>
      Object.values(jobs).filter(
        (job) =>
          runs(job).includes('npm run deploy') &&
          !(
            job.environment === 'production' &&
            isDeepStrictEqual(job.needs, ['test', 'show']) &&
            job.if === "github.event_name == 'push'" &&
            isDeepStrictEqual(on.push, { branches: ['main'] })
          ),
      ),
    good: '    environment: production\n',
    bad: '',
  },
  'a pull request gets a role only from a branch of the repository itself, and not from Dependabot':
    {
      against: ({ jobs }) =>
        Object.values(jobs).filter(
          (job) =>
            uses(job, AWS) &&
            job.environment === undefined &&
            job.if?.trim().replace(/\s+/g, ' ') !== OWN,
        ),
      good: " && github.event.pull_request.user.login != 'dependabot[bot]'",
      bad: '',
    },
  'code of the repository meets no right to write to GitHub': {
    against: ({ jobs }) =>
      Object.values(jobs).filter(
        (job) =>
          (uses(job, CHECKOUT) || /\bnp[mx] /.test(runs(job))) &&
          Object.entries(job.permissions ?? {}).some(
            ([right, how]) => how === 'write' && right !== 'id-token',
          ),
      ),
    good: 'steps:\n      - uses: actions/download-artifact@',
    bad: 'steps:\n      - uses: actions/checkout@',
  },
  'nothing that somebody else wrote becomes part of a script': {
    against: (workflow) => stepsOf(workflow).filter(({ run }) => run?.includes(`\${{`)),
    good: 'gh pr comment "$NUMBER"',
    bad: `gh pr comment \${{ github.event.pull_request.title }}`,
  },
  'what is checked out holds no token of GitHub': {
    against: (workflow) =>
      stepsOf(workflow).filter(
        (step) => CHECKOUT.test(step.uses ?? '') && step.with?.['persist-credentials'] !== 'false',
      ),
    good: 'persist-credentials: false',
    bad: 'fetch-depth: 1',
  },
  'each job ends by itself': {
    against: ({ jobs }) => Object.values(jobs).filter((job) => !job['timeout-minutes']),
    good: '    timeout-minutes: 10\n',
    bad: '',
  },
  'what the lock file names is installed, and nothing of it runs meanwhile': {
    against: ({ jobs }) =>
      Object.values(jobs).filter(
        (job) =>
          uses(job, CHECKOUT) && !job.steps.some(({ run }) => run === 'npm ci --ignore-scripts'),
      ),
    good: 'run: npm ci --ignore-scripts',
    bad: 'run: npm ci',
  },
  'each script of npm is there': {
    against: (workflow) =>
      stepsOf(workflow).flatMap(({ run = '' }) =>
        [...run.matchAll(/npm (?:run )?([a-z:]+)/g)]
          .map(([, name = '']) => name)
          .filter((name) => name !== 'ci' && !(name in packageJson.scripts)),
      ),
    good: 'npm run synth',
    bad: 'npm run synthesize',
  },
}

describe.each(Object.entries(RULES))('%s', (_, { against, good, bad }) => {
  test('holds', async () => {
    expect(against((await parsed()).workflow, text)).toEqual([])
  })

  test('would be seen if it did not', async () => {
    expect(text).toContain(good)
    const spoilt = text.replace(good, () => bad)
    expect(against((await parsed(spoilt)).workflow, spoilt)).not.toEqual([])
  })
})

test('it tests, synthesizes, compares, shows, looks before and after, and deploys', async () => {
  const { test, diff, show, deploy } = (await parsed()).workflow.jobs
  expect(test && runs(test)).toMatch(/npm run check\nnpm test\nnpm run synth$/)
  expect(diff && runs(diff)).toMatch(/cdk diff .* --method template/)
  expect(show && runs(show)).toMatch(/GITHUB_STEP_SUMMARY[\s\S]*gh pr comment/)
  expect(deploy && runs(deploy)).toMatch(
    /npm run preflight[\s\S]*npm run deploy[\s\S]*npm run doctor/,
  )
})

/** Whom the README of `examples/github-actions/` lets into an AWS account, and what for. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const FOLDER = resolve(import.meta.dirname, '../../examples/github-actions')
const workflow = readFileSync(`${FOLDER}/deploy.yml`, 'utf8')
const readme = readFileSync(`${FOLDER}/README.md`, 'utf8')
const policies = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) =>
  JSON.parse(json),
)
const [trust, looking] = policies.map(({ Statement }) => Statement[0])
const GITHUB = 'token.actions.githubusercontent.com'

test('the README names the variables of the workflow', () => {
  const variables = workflow.match(/vars\.\w+/g) ?? []
  expect(variables.length).toBeGreaterThan(0)
  for (const name of variables) expect(readme).toContain(`\`${name.replace('vars.', '')}\``)
})

test('nobody is let in to deploy but this workflow, on main of this repository, in its environment', () => {
  const [, environment] = /^ {4}environment: (\w+)$/m.exec(workflow) ?? []
  expect(policies).toHaveLength(2)
  expect(Object.keys(trust.Condition)).toEqual(['StringEquals'])
  expect(trust.Condition.StringEquals).toEqual({
    [`${GITHUB}:aud`]: 'sts.amazonaws.com',
    [`${GITHUB}:sub`]: [
      `repo:OWNER/REPOSITORY:environment:${environment}`,
      `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:${environment}`,
    ],
    [`${GITHUB}:repository_id`]: 'REPOSITORY_ID',
    [`${GITHUB}:ref`]: 'refs/heads/main',
    [`${GITHUB}:job_workflow_ref`]: 'OWNER/REPOSITORY/.github/workflows/deploy.yml@refs/heads/main',
  })
})

test('the role that compares sees what a stack is made of, and may take no other role', () => {
  expect(policies[1].Statement).toHaveLength(1)
  expect(looking.Action).toEqual(['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'])
  expect(looking.Resource).toMatch(/^arn:aws:cloudformation:[\w-]+:\d{12}:stack\/Payfriend-\*\/\*$/)
  expect(readme).not.toMatch(/lookup-role/)
  for (const form of ['pull_request', 'ref:refs/heads/main']) {
    expect(readme).toContain(`\`repo:OWNER/REPOSITORY:${form}\``)
    expect(readme).toContain(`\`repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:${form}\``)
  }
})

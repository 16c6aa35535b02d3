/** The types of the client, made from `openapi.json`: each schema by its name, and what each route takes and gives. */
import { resolve } from 'node:path'
import { compile, type JSONSchema } from 'json-schema-to-typescript'

export const CLIENT_FILE = resolve(import.meta.dirname, '../client/api.ts')

/** As much of openapi.json as the types are made of. */
export type ApiFile = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

type Ref = { readonly $ref: string }
type Content = Readonly<Record<string, { readonly schema: Ref | { readonly oneOf: Ref[] } }>>
type Operation = {
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required?: boolean
    readonly description?: string
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content: Content }>>
}

const BANNER = `/**
 * Made from docs/api/openapi.json by \`npm run openapi\`; a change made here would be lost.
 *
 * What the API takes and gives, by the names of its schemas, and every route that a payer's token may call.
 */`

/** The text of the client's types. */
export async function clientTypes(api: ApiFile): Promise<string> {
  const { schemas } = api.components
  const definitions = JSON.parse(
    JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/'),
  )
  const root: JSONSchema = { type: 'object', additionalProperties: false, definitions }
  const types = await compile(root, ROOT, {
    unreachableDefinitions: true,
    // Else a list of up to 100 would be a hundred types.
    ignoreMinAndMaxItems: true,
    bannerComment: '',
    style: { semi: false, singleQuote: true, printWidth: 100 },
  })
  const named = types
    .replace(`export interface ${ROOT} {}\n`, '')
    .replaceAll(/( \*\n)? \* This interface was referenced by [^\n]+\n \* via the [^\n]+\n/g, '')
    .replaceAll(/\/\*\*\n \*\/\n/g, '')
  return `${BANNER}\n${named.trim()}\n\n${routesOf(api)}`
}
const ROOT = 'NothingOfTheApi'

/** One type with what each route takes, gives and refuses. */
function routesOf({ paths, components }: ApiFile): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, Operation>>)
      // The rest is called with a device's key, or by a provider.
      .filter(([, { security }]) => security === undefined)
      .map(([method, operation]) => routeOf(`${method.toUpperCase()} ${path}`, operation)),
  )

  function routeOf(route: string, operation: Operation): string {
    const { summary, parameters = [], requestBody, responses } = operation
    const members = (['path', 'query', 'header'] as const).flatMap((place) => {
      const here = parameters.filter((one) => one.in === place)
      if (here.length === 0) return []
      const fields = here.map(({ name, required }) => `'${name}'${required ? '' : '?'}: string`)
      const isNeeded = here.some(({ required }) => required)
      return [`${place}${isNeeded ? '' : '?'}: { ${fields.join('; ')} }`]
    })
    if (requestBody) members.push(`body: ${namesIn(requestBody.content, JSON_TYPE).join(' | ')}`)
    const given = Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([, { content }]) => namesIn(content, JSON_TYPE))
    const refused = Object.values(responses).flatMap(({ content }) =>
      namesIn(content, 'application/problem+json').map((name) => codeOf(name)),
    )
    members.push(`answer: ${[...new Set(given)].join(' | ')}`)
    members.push(`refusals: ${[...new Set(refused)].map((code) => `'${code}'`).join(' | ')}`)
    return `  /** ${summary}. */\n  '${route}': {\n${members.map((one) => `    ${one}\n`).join('')}  }\n`
  }

  function codeOf(schema: string): string {
    const { properties } = components.schemas[schema] as {
      properties: { code: { const: string } }
    }
    return properties.code.const
  }

  return `/** Every route that a payer's token may call. */\nexport interface Routes {\n${routes.join('')}}\n`
}
const JSON_TYPE = 'application/json'

function namesIn(content: Content, type: string): string[] {
  const { schema } = content[type] ?? {}
  if (!schema) return []
  return ('oneOf' in schema ? schema.oneOf : [schema]).map(
    ({ $ref }) => $ref.split('/').at(-1) ?? '',
  )
}

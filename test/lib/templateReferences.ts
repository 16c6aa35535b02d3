/**
 * Test support: all that a template refers to, in every place and by every function with which CloudFormation lets it
 * refer, held against what the template has.
 */

type Resource = {
  readonly Type: string
  readonly Properties?: object
  readonly DependsOn?: string | readonly string[]
  readonly Condition?: string
}

/** A template, as far as it is looked at here. */
export type TemplateJson = {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Parameters?: Readonly<Record<string, object>>
  readonly Mappings?: Readonly<Record<string, object>>
  readonly Conditions?: Readonly<Record<string, object>>
  readonly Outputs?: Readonly<Record<string, { readonly Condition?: string }>>
  readonly Rules?: Readonly<Record<string, object>>
}

const PSEUDO_PARAMETERS = [
  'AccountId',
  'NoValue',
  'NotificationARNs',
  'Partition',
  'Region',
  'StackId',
  'StackName',
  'URLSuffix',
].map((name) => `AWS::${name}`)

/**
 * What a template refers to and does not have: a sentence each.
 *
 * @param hasAttribute whether a resource of this type has this attribute
 */
export function referenceFlaws(
  template: TemplateJson,
  hasAttribute: (type: string, attribute: string) => boolean,
): string[] {
  const { Resources, Parameters = {}, Mappings = {}, Conditions = {}, Outputs = {} } = template

  const isMissing = (name: unknown, at: string) => `${at}: there is no ${name} to refer to`

  const refFlaws = (name: unknown, at: string, isEarly: boolean): string[] => {
    const isThere =
      PSEUDO_PARAMETERS.includes(String(name)) ||
      String(name) in Parameters ||
      // Conditions and rules are judged before there is any resource.
      (!isEarly && String(name) in Resources)
    return isThere ? [] : [isMissing(name, at)]
  }

  const attributeFlaws = (id: string, attribute: unknown, at: string): string[] => {
    const type = Resources[id]?.Type
    if (type === undefined) return [isMissing(id, at)]
    // The name of an attribute may itself be known only when it is deployed.
    if (typeof attribute !== 'string') return []
    return hasAttribute(type, attribute) ? [] : [`${at}: ${id} has no ${attribute}`]
  }

  const conditionFlaws = (name: unknown, at: string): string[] =>
    name === undefined || String(name) in Conditions ? [] : [`${at}: there is no condition ${name}`]

  const substituteFlaws = (inner: unknown, at: string, isEarly: boolean): string[] => {
    const [text, variables = {}] = Array.isArray(inner) ? inner : [inner]
    const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name)
    return [
      ...names
        .map((name) => name.trim())
        .filter((name) => !(name in variables))
        .flatMap((name) => {
          const [id = '', ...attribute] = name.split('.')
          return attribute.length > 0
            ? attributeFlaws(id, attribute.join('.'), at)
            : refFlaws(name, at, isEarly)
        }),
      ...walk(variables, at, isEarly),
    ]
  }

  const walk = (value: unknown, at: string, isEarly = false): string[] => {
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([key, inner]) => {
      switch (key) {
        case 'Ref':
          return refFlaws(inner, at, isEarly)
        case 'Fn::GetAtt': {
          const [id = '', ...attribute] = Array.isArray(inner) ? inner : String(inner).split('.')
          const name = attribute.length > 1 ? attribute.join('.') : attribute[0]
          return [...attributeFlaws(id, name, at), ...walk(attribute, at, isEarly)]
        }
        case 'Fn::Sub':
          return substituteFlaws(inner, at, isEarly)
        case 'Fn::If':
          return [...conditionFlaws(inner[0], at), ...walk(inner.slice(1), at, isEarly)]
        case 'Fn::FindInMap': {
          const [name] = inner
          const isThere = typeof name !== 'string' || name in Mappings
          return [...(isThere ? [] : [`${at}: there is no mapping ${name}`]), ...walk(inner, at)]
        }
        case 'Condition':
          // Elsewhere a property's own name, as in a policy.
          if (isEarly) return conditionFlaws(inner, at)
      }
      return walk(inner, at, isEarly)
    })
  }

  return [
    ...Object.entries(Resources).flatMap(
      ([id, { Type: _, DependsOn = [], Condition, ...others }]) => [
        ...[DependsOn].flat().flatMap((one) => (one in Resources ? [] : [isMissing(one, id)])),
        ...conditionFlaws(Condition, id),
        ...walk(others, id),
      ],
    ),
    ...Object.entries(Outputs).flatMap(([name, { Condition, ...others }]) => {
      const at = `Outputs.${name}`
      return [...conditionFlaws(Condition, at), ...walk(others, at)]
    }),
    ...(['Conditions', 'Rules'] as const).flatMap((section) =>
      Object.entries(template[section] ?? {}).flatMap(([name, one]) =>
        walk(one, `${section}.${name}`, true),
      ),
    ),
  ]
}

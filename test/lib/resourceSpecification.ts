/**
 * Test support: a template held against AWS's own specification of its resources. It knows types, properties, which of
 * them are required, their attributes, and lists of allowed values; not lengths, patterns, or what two properties must hold together.
 */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import { referenceFlaws, type TemplateJson } from './templateReferences.ts'

type Resource = NonNullable<ReturnType<typeof resourceOf>>
type Properties = Resource['properties']
type PropertyType = Properties[string]['type']

// Loaded where it is first needed: it takes half a second and some 100 MB.
let loaded: ReturnType<typeof loadAwsServiceSpecSync> | undefined
const specification = () => {
  loaded ??= loadAwsServiceSpecSync()
  return loaded
}

const resourceOf = (type: string) =>
  specification().lookup('resource', 'cloudFormationType', 'equals', type)[0]

/** The property or properties by which CloudFormation finds a resource of this type that is there already. */
export const identifierOf = (type: string): readonly string[] =>
  resourceOf(type)?.primaryIdentifier ?? []

/** What AWS's specification does not know in a template, or asks for in vain: a sentence each. */
export function flawsOf(template: TemplateJson): string[] {
  const resources = Object.entries(template.Resources).flatMap(
    ([id, { Type, Properties = {} }]) => {
      if (isCustom(Type)) return []
      const resource = resourceOf(Type)
      return resource
        ? objectFlaws(resource.properties, Properties, id)
        : [`${id}: there is no ${Type}`]
    },
  )
  return [...resources, ...referenceFlaws(template, hasAttribute)]
}

/** What a Lambda of CDK's own makes; nobody but that Lambda knows its properties and attributes. */
const isCustom = (type: string) => type.startsWith('Custom::')

function hasAttribute(type: string, attribute: string): boolean {
  const known = resourceOf(type)
  return isCustom(type) || known === undefined || attribute in known.attributes
}

function objectFlaws(known: Properties, given: object, at: string): string[] {
  const missing = Object.entries(known).filter(
    ([name, { required }]) => required && !(name in given),
  )
  return [
    ...missing.map(([name]) => `${at}: ${name} is missing`),
    ...Object.entries(given).flatMap(([name, value]) => {
      const property = known[name]
      return property
        ? valueFlaws(property.type, value, `${at}.${name}`)
        : [`${at}: there is no ${name}`]
    }),
  ]
}

function valueFlaws(type: PropertyType, value: unknown, at: string): string[] {
  if (isObject(value) && 'Fn::If' in value) {
    const [, ...either] = value['Fn::If'] as readonly unknown[]
    return either.flatMap((one) => valueFlaws(type, one, at))
  }
  // Known only when it is deployed.
  if (isIntrinsic(value) || type.type === 'json') return []
  const isNot = (what: string) => [`${at}: ${JSON.stringify(value)} is no ${what}`]
  switch (type.type) {
    case 'string':
      if (typeof value !== 'string') return isNot('text')
      return type.allowedValues?.includes(value) === false ? isNot('allowed text') : []
    case 'date-time':
      return typeof value === 'string' ? [] : isNot('time')
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : isNot('number')
    case 'boolean':
      return typeof value === 'boolean' ? [] : isNot('boolean')
    case 'null':
      return value === null ? [] : isNot('null')
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? [] : isNot('tag')
    case 'array':
      if (!Array.isArray(value)) return isNot('list')
      return value.flatMap((one, i) => valueFlaws(type.element, one, `${at}.${i}`))
    case 'map':
      if (!isObject(value)) return isNot('map')
      return Object.entries(value).flatMap(([key, one]) =>
        valueFlaws(type.element, one, `${at}.${key}`),
      )
    case 'ref': {
      if (!isObject(value)) return isNot('object')
      const { properties } = specification().get('typeDefinition', type.reference)
      return objectFlaws(properties, value, at)
    }
    case 'union': {
      const all = type.types.map((one) => valueFlaws(one, value, at))
      return all.some((flaws) => flaws.length === 0) ? [] : (all[0] ?? [])
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isIntrinsic = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).length === 1 &&
  Object.keys(value).every((key) => key === 'Ref' || key.startsWith('Fn::'))

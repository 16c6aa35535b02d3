/**
 * Types for the parts of dynalite 4.0.0 that are used, its engine without its HTTP server; it ships no
 * types. These modules are not its public API, so the version is pinned and `test/local/database.test.ts`
 * uses every one of them.
 */

declare module 'dynalite/db/index.js' {
  import type { AttributeValue } from 'aws-lambda'

  export type IndexKey = { readonly AttributeName: string }
  export type Index = { readonly IndexName: string; readonly KeySchema: readonly IndexKey[] }
  export type Table = {
    readonly TableStatus: string
    readonly KeySchema: readonly IndexKey[]
    readonly GlobalSecondaryIndexes?: readonly Index[]
  }
  export type Item = Record<string, AttributeValue>
  export type Done = (error?: unknown) => void

  /** An open database. */
  export type Store = {
    readonly db: { open(): Promise<void>; close(done: Done): void }
    /** Called by every action, with or without a flag before the callback. */
    getTable(name: string, ...flagAndDone: unknown[]): void
    /** Returns the same object for the same table. */
    getItemDb(tableName: string): { put(key: string, item: Item, done: Done): void }
  }

  /** The engine calls this through the module's object, before it writes an item or an index. */
  export type UpdateIndexes = (
    store: Store,
    table: Table,
    before: Item | undefined,
    after: Item | undefined,
    done: Done,
  ) => void

  const engine: {
    create(options: {
      /** A folder for LevelDB; in memory without one. */
      path?: string
      createTableMs: number
    }): Store
    /** An error with `statusCode` 400 and the body of a ValidationException. */
    validationError(message: string): Error
    /** Whether a comparison such as `GT` holds between two values. */
    compare(comparison: string, one: object, other: object): boolean
    updateIndexes: UpdateIndexes
  }
  export default engine
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js'

  /** The parameters of an operation: a type's name, or its name, children and constraints. */
  export type Types = { readonly [parameter: string]: string | Type }
  export type Type = { readonly type: string; readonly children?: string | Type | Types }

  const validations: {
    /** Throws a SerializationException for a wrong type, and drops what it does not know. */
    checkTypes(data: object, types: Types): object
    checkValidations(data: object, types: Types, custom: unknown, store: Store): void
  }
  export default validations
}

declare module 'dynalite/validations/*.js' {
  import type { Types } from 'dynalite/validations/index.js'

  const validation: { readonly types: Types; readonly custom?: unknown }
  export default validation
}

declare module 'dynalite/actions/*.js' {
  import type { Store } from 'dynalite/db/index.js'

  const action: (store: Store, data: object, done: (error: unknown, result: object) => void) => void
  export default action
}

declare module 'dynalite/db/*Parser.js' {
  import type { Parse } from './rememberedParse.ts'

  /** The engine calls `parse` through this object. */
  const parser: { parse: Parse }
  export default parser
}

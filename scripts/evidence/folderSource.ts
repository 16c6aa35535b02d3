import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startDatabase } from '../../local/database/database.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { storedItem } from './storedItem.ts'

/**
 * An archive in a folder of files. The table is that of `DYNAMODB_ENDPOINT`, or the embedded database's beside the
 * archive in a `DATA_DIR`.
 */
export async function folderSource(
  archive: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EvidenceSource> {
  if (!existsSync(archive)) throw new CannotLook(`There is no folder ${archive}.`)
  const tables = join(archive, '..', 'tables')
  let database: ReturnType<typeof startDatabase> | undefined

  async function endpoint(): Promise<string | undefined> {
    if (env.DYNAMODB_ENDPOINT) return env.DYNAMODB_ENDPOINT
    if (!existsSync(tables)) return undefined
    database ??= startDatabase({ dataDir: tables })
    return (await database).endpoint
  }

  return {
    async entries(folder) {
      const names = existsSync(join(archive, folder)) ? await readdir(join(archive, folder)) : []
      // A file whose name begins with a dot is an unfinished entry, or the file system's own.
      const entries = names.filter((name) => !name.startsWith('.')).sort()
      return Promise.all(
        entries.map(async (name) => {
          const file = join(archive, folder, name)
          const text = (await stat(file)).isFile() ? await readFile(file, 'utf8') : ''
          return { key: `${folder}${name}`, text, versions: 1, isDeleted: false }
        }),
      )
    },

    async keep({ key, text }) {
      const file = join(archive, key)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text, { flag: 'wx' })
    },

    async item(table, id) {
      let url: string | undefined
      try {
        url = await endpoint()
      } catch {
        return { why: 'it is in use: stop `npm start` first' }
      }
      if (!url) return { why: `there is none in ${tables}` }
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
      const client = new DynamoDBClient({ endpoint: url, region: 'local', credentials })
      const { PAYMENTS_TABLE = 'payments', PAYERS_TABLE = 'users' } = env
      const name = { payments: PAYMENTS_TABLE, users: PAYERS_TABLE }[table]
      return storedItem(client, { table, name, id })
    },

    async close() {
      const started = await database?.catch(() => undefined)
      await started?.close()
    },
  }
}

import { randomUUID } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type LocalServer, startLocalServer } from './localServer.ts'

/** The bucket's name; its objects are files in a folder. */
export const LOCAL_BUCKET = 'archive'

/** The path of an entry of a payment or a payer; no other path, so that none leads out of the folder. */
const PATH = new RegExp(
  `^/${LOCAL_BUCKET}/((\\d{4}-\\d{2}-\\d{2}/[\\w-]+/\\d{3,}|payers/[\\w%-]+/\\d{6,})\\.json)$`,
)

/** Start an emulator of the part of S3 that the archive needs: an object is written once, under an entry's key. */
export const startLocalBucket = (folder: string): Promise<LocalServer> =>
  startLocalServer(async ({ method, url = '', headers }, body, response) => {
    const refuse = (status: number, code: string) =>
      void response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`)
    const [, key] = PATH.exec(pathIn(url)) ?? []
    if (method !== 'PUT') return refuse(405, 'MethodNotAllowed')
    if (!key) return refuse(403, 'AccessDenied')
    if (headers['if-none-match'] !== '*') return refuse(403, 'AccessDenied')
    if (!(await written(join(folder, key), body))) return refuse(412, 'PreconditionFailed')
    response.writeHead(200).end()
  })

/** The path decoded, like a key in S3; an empty string if it cannot be decoded. */
function pathIn(url: string): string {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname)
  } catch {
    return ''
  }
}

/** Write the whole file or nothing; false if the file exists, which is never overwritten. */
async function written(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true })
  const draft = join(dirname(file), `.${randomUUID()}`)
  await writeFile(draft, text)
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft)
  }
}

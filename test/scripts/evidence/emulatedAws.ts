/** Test support: a stack's outputs, and a bucket that keeps every version, as AWS answers for them. */
import { startStandIn } from '../../harness/trailHarness.ts'

export const STACK = 'Payfriend-prod'
const BUCKET = 'the-archive'
const OUTPUTS = {
  ArchiveBucket: BUCKET,
  PaymentsTableName: 'payments',
  PayersTableName: 'users',
}

type Version = { readonly key: string; readonly id: string; readonly text: string | undefined }

/** So few that a list has more than one part. */
const LISTED_AT_ONCE = 2

export async function startEmulatedAws() {
  /** From the newest to the first; without a text it is the mark of a deletion. */
  const versions: Version[] = []
  let puts = 0
  let isFull = false
  let isClosed = false
  const outputs: Record<string, string> = { ...OUTPUTS }
  const put = (key: string, text: string | undefined) => {
    puts += 1
    versions.unshift({ key, text, id: `v${puts}` })
  }
  const newest = (key: string) => versions.find((version) => version.key === key)

  const server = await startStandIn(({ method, path, headers, text }) => {
    const url = new URL(path, 'http://localhost')
    if (url.pathname === '/') {
      const { StackName } = Object.fromEntries(new URLSearchParams(text))
      return StackName === STACK
        ? { status: 200, body: outputsOf(outputs) }
        : { status: 400, body: errorOf(`Stack with id ${StackName} does not exist`) }
    }
    const key = decodeURIComponent(url.pathname.slice(`/${BUCKET}/`.length))
    const query = Object.fromEntries(url.searchParams)
    if (method === 'PUT') {
      const isThere = headers['if-none-match'] === '*' && newest(key)?.text !== undefined
      if (isThere || isFull) {
        return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' }
      }
      put(key, text)
      return { status: 200 }
    }
    if (isClosed) return { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
    if ('versions' in query) return { status: 200, body: listed(versions, query) }
    const found = versions.find(({ id }) => id === query.versionId)
    return found?.key === key
      ? { status: 200, body: found.text ?? '' }
      : { status: 404, body: '<Error><Code>NoSuchVersion</Code></Error>' }
  })

  return {
    url: server.url,
    put,
    /** Each entry is there already, for who writes. */
    takesNothing(now: boolean) {
      isFull = now
    },
    /** The bucket lets nobody read. */
    readsNothing(now: boolean) {
      isClosed = now
    },
    /** A stage from before this output has none. */
    hasOutput(name: keyof typeof OUTPUTS, now: boolean) {
      if (now) outputs[name] = OUTPUTS[name]
      else delete outputs[name]
    },
    remove: (key: string) => put(key, undefined),
    /** As nobody can who does not hold the lock. */
    forget(key: string) {
      versions.splice(0, versions.length, ...versions.filter((version) => version.key !== key))
    },
    textOf: (key: string) => newest(key)?.text,
    versionsOf: (key: string) => versions.filter((version) => version.key === key).length,
    close: server.close,
  }
}

function listed(all: readonly Version[], query: Record<string, string>): string {
  const found = all
    .filter(({ key }) => key.startsWith(query.prefix ?? ''))
    // Stable: of one key the newest stays first.
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const marker = found.findIndex(
    ({ key, id }) => key === query['key-marker'] && id === query['version-id-marker'],
  )
  const part = found.slice(marker + 1, marker + 1 + LISTED_AT_ONCE)
  const last = part.at(-1)
  const isTruncated = last !== undefined && last !== found.at(-1)
  const entries = part.map(({ key, id, text }) => {
    const isLatest = all.find((version) => version.key === key)?.id === id
    const tag = text === undefined ? 'DeleteMarker' : 'Version'
    return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest></${tag}>`
  })
  const next = `<NextKeyMarker>${last?.key}</NextKeyMarker><NextVersionIdMarker>${last?.id}</NextVersionIdMarker>`
  return `<ListVersionsResult><IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? next : ''}${entries.join('')}</ListVersionsResult>`
}

const output = (key: string, value: string) =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`

const outputsOf = (outputs: Readonly<Record<string, string>>) =>
  '<DescribeStacksResponse><DescribeStacksResult><Stacks><member>' +
  `<StackName>${STACK}</StackName><StackId>arn:aws:cloudformation:eu-west-1:111122223333:stack/${STACK}/0</StackId><CreationTime>2026-11-21T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>` +
  `<Outputs>${Object.entries(outputs)
    .map(([key, value]) => output(key, value))
    .join('')}</Outputs>` +
  '</member></Stacks></DescribeStacksResult></DescribeStacksResponse>'

const errorOf = (message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`

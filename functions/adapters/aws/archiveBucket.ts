import { PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import type { Archive } from '../../core/ports.ts'

/** The archive as a bucket: an object for each entry, written once and never overwritten. */
export const archiveBucket = (client: S3Client, bucket: string): Archive => ({
  async keep({ key, text }) {
    const put = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: text,
      ContentType: 'application/json',
      IfNoneMatch: '*',
    })
    try {
      await client.send(put)
    } catch (error) {
      if (!isThere(error)) throw error
    }
  },
})

/** 412: the object exists already. 409, for two writes at once, is not this: neither may have succeeded. */
const isThere = (error: unknown) =>
  error instanceof S3ServiceException && error.name === 'PreconditionFailed'

/** Test support: ways to break one thing of a healthy stage. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import type { RecordedStage } from './recordedStage.ts'

export const secret =
  (SecretString: string) =>
  ({ aws }: RecordedStage) => {
    aws.secrets.on(GetSecretValueCommand).resolves({ SecretString })
  }
export const withoutHeader = (path: string, name: string) => (stage: RecordedStage) => {
  const healthy = stage.answers[path]
  stage.answers[path] = (request) => {
    const { headers: { [name]: _, ...headers } = {}, ...answer } = healthy?.(request) ?? {
      status: 500,
    }
    return { ...answer, headers }
  }
}
export const answering =
  (path: string, status: number, body = '', headers: Record<string, string> = {}) =>
  ({ answers }: RecordedStage) => {
    answers[path] = () => ({ status, headers, body })
  }

/** At the emulated Twilio: change a service, or delete it. */
export async function setService({ phone }: RecordedStage, sid: string, settings?: object) {
  const authorization = `Basic ${btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`)}`
  const answer = await fetch(`${phone.url}/v2/Services/${sid}`, {
    method: settings ? 'POST' : 'DELETE',
    headers: { authorization },
    ...(settings && { body: new URLSearchParams(Object.entries(settings)) }),
  })
  if (!answer.ok) throw new Error(`the emulated Twilio answered ${answer.status}`)
}

import { LOCAL_VERIFY } from './verifyApi.ts'

/** The Lambdas' settings that put the pretend phone at `url` in the place of either provider. */
export const pretendProvider = (url: string, authyKey: string) => ({
  AUTHY_API_URL: url,
  AUTHY_API_KEY: authyKey,
  VERIFY_API_URL: url,
  VERIFY_API_KEY: LOCAL_VERIFY.apiKey,
  VERIFY_API_SECRET: LOCAL_VERIFY.apiSecret,
  VERIFY_PAYMENTS_SERVICE: LOCAL_VERIFY.paymentsServiceSid,
  VERIFY_PHONES_SERVICE: LOCAL_VERIFY.phonesServiceSid,
})

import { LOCAL_VERIFY, type VerifyOptions } from './verifyApi.ts'

/** The Lambdas' settings that put the pretend phone at `url` in the place of either provider. */
export const emulatedProvider = (
  url: string,
  authyKey: string,
  verify: VerifyOptions = LOCAL_VERIFY,
) => ({
  AUTHY_API_URL: url,
  AUTHY_API_KEY: authyKey,
  VERIFY_API_URL: url,
  VERIFY_API_KEY: verify.apiKey,
  VERIFY_API_SECRET: verify.apiSecret,
  VERIFY_PAYMENTS_SERVICE: verify.paymentsServiceSid,
  VERIFY_PHONES_SERVICE: verify.phonesServiceSid,
})

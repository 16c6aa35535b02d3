import { LOCAL_VERIFY, type VerifyOptions } from './verifyApi.ts'

/** The Lambdas' settings that use the pretend phone at `url` as the provider. */
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

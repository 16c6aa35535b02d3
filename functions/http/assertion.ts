import * as z from 'zod'

/** The members that are read of `toJSON()` of what `navigator.credentials.get()` gave. */
export const assertion = z.object({
  id: z.string(),
  rawId: z.string(),
  type: z.string(),
  response: z.object({
    clientDataJSON: z.string(),
    authenticatorData: z.string(),
    signature: z.string(),
  }),
})

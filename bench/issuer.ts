/** An issuer of the bench's own, because signing a thousand payers in would take long. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { CLIENT_ID, SCOPE } from './parts.ts'

export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }
  const http = createServer((request, response) => {
    const { port } = http.address() as AddressInfo
    const self = `http://localhost:${port}`
    const discovery = { issuer: self, jwks_uri: `${self}/keys` }
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [key] } : discovery))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(http.address() as AddressInfo).port}`
  const tokenOf = (sub: string, email: string) =>
    new SignJWT({ token_use: 'access', client_id: CLIENT_ID, scope: SCOPE, email })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setSubject(sub)
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  return { issuer, tokenOf, closeIssuer: () => http.close() }
}

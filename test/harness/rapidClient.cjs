/**
 * Put before the Lambda runtime client (aws-lambda-ric): in place of the one part of it that has to
 * be compiled, a small HTTP client. The runtime client itself runs as AWS wrote it.
 *
 * Plain JavaScript, so that a cold start is not measured with a TypeScript parser in it.
 */
const { Agent, request } = require('node:http')
const { registerHooks } = require('node:module')
const { pathToFileURL } = require('node:url')

const hooks = registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== './rapid-client.node') return next(specifier, context)
    hooks.deregister()
    return { url: pathToFileURL(__filename).href, format: 'commonjs', shortCircuit: true }
  },
})

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
/** The answer under way: the original sends it before it returns, so the next question comes after. */
let told = Promise.resolve()

exports.next = async () => {
  await told
  const { headers, body } = await ask('GET', '/invocation/next')
  return { headers, bodyJson: body }
}

exports.done = (id, body) => {
  told = ask('POST', `/invocation/${id}/response`, body)
}

exports.error = (id, body) => {
  told = ask('POST', `/invocation/${id}/error`, body)
}

function ask(method, path, body) {
  const headers = { 'content-type': 'application/json' }
  const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime${path}`
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ headers: response.headers, body: text })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Types for the parts of autocannon that are used; it ships no types. */
declare module 'autocannon' {
  type Request = {
    method: 'GET' | 'POST'
    path: string
    headers: Record<string, string>
    body?: string
  }
  type Result = {
    requests: { total: number }
    latency: Percentiles
    non2xx: number
    errors: number
    timeouts: number
  }
  type Percentiles = { p50: number; p99: number }
  export default function autocannon(options: {
    url: string
    connections: number
    /** Seconds. */
    duration?: number
    /** Of requests, instead of a duration. */
    amount?: number
    requests: { setupRequest: (request: Request) => Request }[]
  }): Promise<Result> & { on(event: 'response', heard: () => void): void }
}

/**
 * The answers that API Gateway gives without a Lambda. They are not refusals and have no code. Our own 401 and 500, and
 * the laptop's gateway, use the same texts.
 */
export const GATEWAY_ANSWERS = {
  401: { message: 'Unauthorized', meaning: 'No token, or one that is not good here.' },
  403: { message: 'Forbidden', meaning: 'The token lacks the scope `payfriend/pay`.' },
  404: { message: 'Not Found', meaning: 'There is no such route.' },
  413: { message: 'Request Entity Too Large', meaning: 'The body is far too long.' },
  429: { message: 'Too Many Requests', meaning: 'Too many requests.' },
  500: {
    message: 'Internal Server Error',
    meaning: 'A fault of ours. Nothing is approved by it.',
  },
  503: { message: 'Service Unavailable', meaning: 'A fault of ours. Nothing is approved by it.' },
} as const satisfies Readonly<Record<number, { message: string; meaning: string }>>

export type GatewayStatus = keyof typeof GATEWAY_ANSWERS

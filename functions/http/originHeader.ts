/** The header with which CloudFront shows that a request came by the page's address, and so through its firewall. */
export const ORIGIN_HEADER = 'origin-secret'

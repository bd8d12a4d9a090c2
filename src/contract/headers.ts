/** The names of headers and media types with a meaning in the API. */
export const HEADER = {
  version: 'PromptForge-Version',
  channel: 'PromptForge-Channel',
  environment: 'PromptForge-Environment',
  idempotencyKey: 'Idempotency-Key',
  /** In every response: the API's major version, so that a client can tell a registry from other servers. */
  api: 'PromptForge-Api',
  /** In every response that the server logs: the value of "trace" in the line of the server's log. */
  requestId: 'Request-Id',
} as const;

export const API_VERSION = 1;
export const MEDIA = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  diff: 'text/x-diff; charset=utf-8',
} as const;

/** What asks for no key: whether the process and its database answer, and the API's own document. */
import { openApiDocument } from '../../../contract/openapi.ts';
import { logHead } from '../../store/log.ts';
import { COMMON_HEADERS, jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';

export const handleHealthz: Handler<'healthz'> = async () => jsonAnswer(200, { status: 'ok' });

export const handleReadyz: Handler<'readyz'> = async ({ store }) => {
  await store.read(logHead);
  return jsonAnswer(200, { status: 'ok' });
};

let document: string | undefined;

export const handleOpenapi: Handler<'openapi'> = async () => {
  document ??= JSON.stringify(openApiDocument());
  return {
    status: 200,
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
    },
    body: document,
  };
};

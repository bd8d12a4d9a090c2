/** In the place of GitHub's and GitLab's API: comments of one pull request. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface CommentsApi extends AsyncDisposable {
  readonly url: string;
  readonly comments: { id: number; body: string }[];
  /** Of each request: `POST /repos/…`, and the header that holds the token. */
  readonly requests: { readonly request: string; readonly token: string | undefined }[];
  /** Answers every write with this status. */
  refuseWith(status: number | undefined): void;
}

export async function aCommentsApi(): Promise<CommentsApi> {
  const comments: { id: number; body: string }[] = [];
  const requests: { request: string; token: string | undefined }[] = [];
  let refusal: number | undefined;
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const path = url.split('?', 1)[0] ?? '';
    const token = headers.authorization ?? headers['private-token'];
    requests.push({ request: `${method} ${path}`, token: token === undefined ? undefined : String(token) });
    const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    if (method === 'GET') return void answer(200, comments);
    if (refusal !== undefined) return void answer(refusal, { message: 'Resource not accessible' });
    const { body } = (await json(request)) as { body: string };
    const id = Number(/\/(\d+)$/.exec(path)?.[1]);
    const own = method === 'POST' ? undefined : comments.find(comment => comment.id === id);
    if (method !== 'POST' && own === undefined) return void answer(404, {});
    if (own !== undefined) own.body = body;
    else comments.push({ id: 100 + comments.length, body });
    answer(200, {});
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    refuseWith(status) {
      refusal = status;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

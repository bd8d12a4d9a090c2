/** Health of the process and its database, its metrics, and the OpenAPI document of the API. */
import { openApiDocument } from '../../../contract/openapi.ts';
import { Problem } from '../../../core/problem.ts';
import { roleIncludes } from '../../../core/role.ts';
import { readIntact } from '../../proof/intact-store.ts';
import { COMMON_HEADERS, jsonAnswer } from '../http-response.ts';
import type { Handler, ProcessStatus } from '../route-context.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const METRICS_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const handleHealthz: Handler<'healthz'> = async ({ standing }) => {
  checkNotStopping(standing);
  return jsonAnswer(200, { status: 'ok' });
};

export const handleReadyz: Handler<'readyz'> = async ({ store, integrity, standing }) => {
  checkNotStopping(standing);
  await shared(store, 'ready', () => readIntact(store, integrity, async () => {}));
  return jsonAnswer(200, { status: 'ok', database: 'ok', log: standing.log() });
};

function checkNotStopping({ stopping }: ProcessStatus): void {
  if (stopping()) throw new Problem('unavailable', 'This process is stopping. Send requests to another one.');
}

/** Readers see only metrics of the process; those of prompts and promotions are for keys that may read the log. */
export const handleMetrics: Handler<'metrics'> = async ({ standing: { metrics }, caller }) => {
  if (metrics === undefined) throw new Problem('route_not_found', 'This registry keeps no metrics.');
  const whole = caller === null || roleIncludes(caller.role, 'author');
  const headers = { ...COMMON_HEADERS, 'Content-Type': METRICS_MEDIA_TYPE, 'Cache-Control': 'no-store' };
  const part = whole ? 'registry' : 'process';
  return { status: 200, headers, body: await shared(metrics, part, () => metrics.text(part)) };
};

/** Shares one call among all requests at the same time, because these query the database and need no key. */
function shared<T>(of: object, what: string, ask: () => Promise<T>): Promise<T> {
  const all = asking.get(of) ?? new Map<string, Promise<unknown>>();
  asking.set(of, all);
  const pending = all.get(what) as Promise<T> | undefined;
  if (pending !== undefined) return pending;
  const answer = ask().finally(() => all.delete(what));
  all.set(what, answer);
  return answer;
}

const asking = new WeakMap<object, Map<string, Promise<unknown>>>();

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

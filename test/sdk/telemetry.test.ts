/** The prompt of a model call on its span, where the application has OpenTelemetry. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { attributesOf } from '../../src/sdk/client.ts';
import { createTestClient } from '../../src/sdk/testing.ts';

describe('OpenTelemetry', () => {
  const current = new AsyncLocalStorage<Context>();
  afterEach(() => context.disable());

  /** As an SDK of OpenTelemetry does it. */
  function register(): void {
    const registered = context.setGlobalContextManager({
      active: () => current.getStore() ?? ROOT_CONTEXT,
      with: (active, work, self, ...args) => current.run(active, () => work.call(self as never, ...args)),
      bind: (_, target) => target,
      enable: () => undefined as never,
      disable: () => undefined as never,
    });
    assert.ok(registered);
  }

  function aSpan(): { span: Span; attributes: Record<string, unknown> } {
    const attributes: Record<string, unknown> = {};
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 });
    span.setAttributes = given => {
      Object.assign(attributes, given);
      return span;
    };
    return { span, attributes };
  }

  const prompts = () => createTestClient({ 'support/triage': { text: 'Sort {{mail}}', version: 12 } });
  const EXPECTED = {
    'gen_ai.prompt.name': 'support/triage',
    'gen_ai.prompt.version': '12',
    'promptforge.prompt.digest': `sha256:${'0'.repeat(64)}`,
    'promptforge.prompt.source': 'network',
  };

  it('gets name, version and digest on the active span', async () => {
    register();
    for (const use of [
      () => prompts().get('support/triage'),
      () => prompts().render('support/triage', { mail: 'x' }),
    ]) {
      const { span, attributes } = aSpan();
      await context.with(trace.setSpan(ROOT_CONTEXT, span), use);
      assert.deepEqual(attributes, EXPECTED);
    }
  });

  it('is not required: nothing is set without it or without a span', async () => {
    assert.equal((await prompts().get('support/triage')).version, 12);
    register();
    assert.equal((await prompts().get('support/triage')).version, 12);
  });

  it('gets the same attributes for an application’s own span', async () => {
    assert.deepEqual(attributesOf(await prompts().get('support/triage')), EXPECTED);
    const fallback = await createTestClient().get('other', { fallback: 'x' });
    assert.deepEqual(attributesOf(fallback), {
      'gen_ai.prompt.name': 'other',
      'promptforge.prompt.source': 'fallback',
    });
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type EditorLink, editorLink, parseEditorLink } from '../../src/core/editor-link.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';

const REGISTRY = 'https://prompts.example.com';

describe('a link that opens VS Code', () => {
  it('names a version or a promotion, and its registry', () => {
    assert.equal(
      editorLink({
        kind: 'version',
        prompt: parsePromptName('support/triage'),
        version: parseVersionNumber(12),
        registry: REGISTRY,
      }),
      'vscode://promptforge.promptforge/version?ref=support%2Ftriage%4012&registry=https%3A%2F%2Fprompts.example.com',
    );
    assert.deepEqual(parseEditorLink('/version', `registry=${REGISTRY}&ref=support/triage@12`), {
      kind: 'version',
      prompt: 'support/triage',
      version: 12,
      registry: REGISTRY,
    });
  });

  it('parses back to what was written after VS Code decodes it', () => {
    // Whatever it holds, but for what no registry's address has: it is checked by whoever would connect to it.
    const registry = fc.string({ minLength: 1 }).map(text => text.replaceAll(/[&%]/g, '') || 'x');
    const version = fc.record(
      {
        kind: fc.constant('version' as const),
        prompt: fc.constantFrom('a', 'Support/Triage', 'x.y/_partial-1').map(parsePromptName),
        version: fc.integer({ min: 1, max: 999_999 }).map(parseVersionNumber),
        registry,
      },
      { noNullPrototype: true },
    );
    const promotion = fc.record(
      {
        kind: fc.constant('promotion' as const),
        id: fc.integer({ min: 1, max: 999_999 }).map(String),
        registry,
      },
      { noNullPrototype: true },
    );
    const owners = fc.record(
      {
        kind: fc.constant('owners' as const),
        environment: fc.constantFrom('production', 'eu-1').map(parseEnvironmentName),
        registry,
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.oneof(version, promotion, owners), (link: EditorLink) => {
        const url = new URL(editorLink(link));
        assert.equal(url.host, 'promptforge.promptforge');
        assert.deepEqual(parseEditorLink(url.pathname, decodeURIComponent(url.search.slice(1))), link);
      }),
    );
  });

  for (const [what, path, query] of [
    ['names no environment', '/owners', `environment=No Where&registry=${REGISTRY}`],
    ['leads nowhere', '/publish', `ref=a@1&registry=${REGISTRY}`],
    ['leads out of its path', '/version/../promotion', `ref=a@1&registry=${REGISTRY}`],
    ['has no registry', '/version', 'ref=a@1'],
    ['has an empty registry', '/version', 'ref=a@1&registry='],
    ['has no reference', '/version', `registry=${REGISTRY}`],
    ['has a reference without a version', '/version', `ref=support/triage&registry=${REGISTRY}`],
    ['has a version that is none', '/version', `ref=support/triage@0&registry=${REGISTRY}`],
    ['has a name that climbs', '/version', `ref=../../etc/passwd@1&registry=${REGISTRY}`],
    ['has a name with a command', '/version', `ref=[x](command:y)@1&registry=${REGISTRY}`],
    ['names a registry twice', '/version', `ref=a@1&registry=${REGISTRY}&registry=https://evil.example`],
    ['has an id that is a path', '/promotion', `id=../keys&registry=${REGISTRY}`],
    ['has an id that is huge', '/promotion', `id=${'9'.repeat(40)}&registry=${REGISTRY}`],
    ['is huge', '/version', `ref=a@1&registry=https://${'a'.repeat(5000)}`],
  ] as const)
    it(`is refused where it ${what}`, () => {
      assert.throws(
        () => parseEditorLink(path, query),
        error => Problem.is(error, 'invalid_request', 'invalid_name') && error.message.length < 300,
      );
    });
});

/** Publishing with an origin, to a registry that has a field for it and to one of an earlier release. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Publisher, withOrigin, withTrailers } from '../../src/cli/working/with-origin.ts';
import type { PublishRequest } from '../../src/contract/prompts.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { aVersion } from '../client/a-version.ts';

const ORIGIN = {
  author: 'octocat',
  commit: '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b',
  pullRequest: 'https://github.com/o/r/pull/12',
  repository: 'https://github.com/o/r',
};
const REQUEST: PublishRequest = { source: 'Text', message: 'Why', base: null };
const NAME = parsePromptName('p');

/** @param refused the place that an answer refuses where there is an origin */
function aPublisher(refused?: string) {
  const sent: PublishRequest[] = [];
  const answer = async (_: unknown, request: PublishRequest) => {
    sent.push(request);
    if (request.origin !== undefined && refused !== undefined)
      throw new Problem('invalid_request', 'The body is invalid.', {
        fields: [{ pointer: refused, message: 'This field is not known here. Check its name.' }],
      });
    return { version: aVersion('Text'), created: true };
  };
  const client = { publish: answer, tryPublish: answer } as unknown as Publisher;
  return { client, sent };
}

describe('a publication with an origin', () => {
  it('sends it in its own field, and does not change the message', async () => {
    const { client, sent } = aPublisher();
    await withOrigin(client, ORIGIN).publish(NAME, REQUEST);
    assert.deepEqual(sent, [{ ...REQUEST, origin: ORIGIN }]);
  });

  for (const call of ['publish', 'tryPublish'] as const)
    it(`sends it as trailers to an older registry, which is asked only once (${call})`, async () => {
      const { client, sent } = aPublisher('/origin');
      const publisher = withOrigin(client, ORIGIN);
      await publisher[call](NAME, REQUEST);
      await publisher[call](NAME, REQUEST);
      const message =
        'Why\n\nCommit: 5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b\nAuthor: octocat\nPull-Request: https://github.com/o/r/pull/12';
      assert.deepEqual(sent, [
        { ...REQUEST, origin: ORIGIN },
        { ...REQUEST, message },
        { ...REQUEST, message },
      ]);
    });

  it('is refused if the registry refuses a value of the origin or anything else', async () => {
    for (const pointer of ['/origin/commit', '/message']) {
      const { client, sent } = aPublisher(pointer);
      await assert.rejects(withOrigin(client, ORIGIN).publish(NAME, REQUEST), { code: 'invalid_request' });
      assert.equal(sent.length, 1);
    }
  });

  it('is unchanged without an origin', () => {
    const { client } = aPublisher();
    assert.equal(withOrigin(client, undefined), client);
  });

  it('appends trailers to the message, within the length that the API allows', () => {
    assert.equal(withTrailers('Why\n', { commit: 'c0ffee7' }), 'Why\n\nCommit: c0ffee7');
    assert.equal(withTrailers('', { author: 'Ada' }), 'Author: Ada');
    assert.equal(withTrailers('Why', { repository: 'https://a.example/' }), 'Why');
    fc.assert(
      fc.property(fc.string({ maxLength: 4000 }), message => {
        const told = withTrailers(message, ORIGIN);
        assert.ok(told.length <= 4000 && told.startsWith(message.trimEnd()));
      }),
    );
  });
});

/** Names keep their case and are told apart by it; a registry holds one spelling of each prompt and each folder. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { closestCaseClash } from '../../src/core/name-case.ts';
import { inOtherCase, meetingNames, promptNames } from '../names.ts';
import { runs } from '../runs.ts';
import { type Answered, aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

describe('the case of names', () => {
  let registry: RegistryForTest;
  /** Another process on the same registry. */
  let other: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    other = await aRegistry({ folder: registry.folder });
  });
  after(async () => {
    await other[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const post = (
    name: string,
    source = 'Text',
    via = registry,
    base: number | null = null,
  ): Promise<Answered> =>
    via.call('POST', `/v1/prompts/${name}/-/versions`, { source, message: '', base }, { again: true });
  const get = (path: string, as?: string): Promise<Answered> =>
    registry.call('GET', `/v1/prompts/${path}`, undefined, as === undefined ? {} : { as });

  let folders = 0;
  const newFolder = () => `folder${folders++}`;

  it('is preserved in answers, lists and the log', async () => {
    const { prompt } = await registry.publish('Kept/orderSummary', 'Text', null);
    assert.equal(prompt, 'Kept/orderSummary');
    const { json } = await registry.call('GET', '/v1/prompts?prefix=Kept/');
    assert.deepEqual(
      json.data.map(({ name }: { name: string }) => name),
      ['Kept/orderSummary'],
    );
    assert.deepEqual((await registry.call('GET', '/v1/prompts?prefix=kept/')).json.data, []);
    const delivered = await get('Kept/orderSummary?channel=latest');
    assert.equal(delivered.headers.get('promptforge-version'), 'Kept/orderSummary@1');
    const { json: log } = await registry.call('GET', '/v1/changes?limit=500');
    assert.ok(log.events.some((event: { prompt?: string }) => event.prompt === 'Kept/orderSummary'));
  });

  it('matters in URLs: a different case is not found, and the right name is suggested', async () => {
    await registry.publish('Apart/orderSummary', 'Text', null);
    for (const path of ['apart/ordersummary?channel=latest', 'Apart/OrderSummary/-/versions']) {
      const answer = await get(path);
      assertProblem(
        answer,
        404,
        'prompt_not_found',
        /Did you mean "Apart\/orderSummary"\? Names are case-sensitive\.$/,
      );
      assert.equal(answer.json.existing, 'Apart/orderSummary');
    }
  });

  it('alone does not make a new prompt name: 409 names the existing prompt', async () => {
    await registry.publish('Taken/one', 'Text', null);
    const answer = await post('Taken/One');
    assertProblem(
      answer,
      409,
      'name_taken',
      /"Taken\/One" differs only by case from the prompt "Taken\/one"/,
    );
    assert.equal(answer.json.existing, 'Taken/one');
    assert.equal((await get('Taken/One/-/summary')).status, 404);
  });

  it('alone does not make a new folder, at any depth', async () => {
    await registry.publish('folders/Deep/er/one', 'Text', null);
    for (const name of ['Folders/two', 'folders/deep/two', 'folders/Deep/ER/two', 'FOLDERS/Deep/er/one']) {
      const answer = await post(name);
      assertProblem(answer, 409, 'name_taken');
      assert.equal(answer.json.existing, 'folders/Deep/er/one');
    }
    await registry.publish('folders/Deep/two', 'Text', null);
  });

  it('may differ between a prompt and a folder, as the file of the prompt is "mixed.prompt"', async () => {
    await registry.publish('Mixed', 'Text', null);
    await registry.publish('mixed/one', 'Text', null);
  });

  it('aside, no folder may be named like the file of a prompt or its samples', async () => {
    for (const name of ['way.prompt/one', 'way/Deep.PROMPT/one', 'way.samples.yaml/one']) {
      assertProblem(await post(name), 422, 'invalid_name', /is named as the file of a prompt/);
      assert.equal((await get(`${name}/-/summary`)).status, 404);
    }
    await registry.publish('way.prompts/one.prompt', 'Text', null);
  });

  it('is checked before the text, whatever the base', async () => {
    await registry.publish('first/one', 'Text', null);
    assertProblem(await post('First/one', '{{#if'), 409, 'name_taken');
    assertProblem(await post('first/One', 'Text', registry, 1), 409, 'name_taken');
  });

  it('of archived prompts counts too, since they can be restored', async () => {
    await registry.publish('archived/one', 'Text', null);
    await registry.call('POST', '/v1/prompts/archived/one/-/archive', {});
    assertProblem(await post('archived/ONE'), 409, 'name_taken');
    assertProblem(await post('Archived/two'), 409, 'name_taken');
    await registry.call('POST', '/v1/prompts/archived/one/-/restore', {});
    assert.equal((await post('archived/one', 'New', registry, 1)).status, 201);
  });

  it('of partials counts too, and distinguishes them', async () => {
    await registry.publish('partials/_lineItem', 'One line', null);
    assertProblem(await post('partials/_lineitem'), 409, 'name_taken');
    const { partials } = await registry.publish('partials/order', '{{> lineItem}}', null);
    assert.deepEqual(partials, { lineItem: { prompt: 'partials/_lineItem', version: 1 } });
  });

  it('of partials is mentioned when one is missing but exists in another case', async () => {
    await registry.publish('missing/_userCard', 'Card', null);
    await registry.publish('missing/shared/_Footer', 'Foot', null);
    const detail = async (name: string, source: string) => {
      const answer = await post(name, source);
      assertProblem(answer, 422, 'invalid_source');
      return answer.json.issues[0].message;
    };
    assert.match(
      await detail('missing/a', '{{> usercard}}'),
      /"usercard" was not found\. Looked for: missing\/_usercard, _usercard\. Did you mean "userCard"\? Names are case-sensitive\.$/,
    );
    assert.match(await detail('missing/b', '{{> footer}}'), /Did you mean "missing\/shared\/Footer"\?$/);
    for (const written of ['_userCard', './userCard', './_userCard'])
      assert.match(
        await detail('missing/a', `{{> ${written}}}`),
        /was not found\. .*Write the name without "\.\/", "_" and "\.prompt".*\. Did you mean "userCard"\?$/,
      );
    assert.match(await detail('missing/a', '{{> userCard.prompt}}'), /without "\.\/", "_" and "\.prompt"/);
    await registry.call('POST', '/v1/prompts/missing/shared/_Footer/-/archive', {});
    assert.doesNotMatch(await detail('missing/c', '{{> footer}}'), /Did you mean/);
  });

  it('is revealed to readers only for prompts they are served', async () => {
    await registry.publish('hidden/Live', 'Text', null);
    await registry.publish('hidden/Draft', 'Text', null);
    await registry.promote('hidden/Live', 1, 'development');
    await registry.promote('hidden/Live', 1, 'staging');
    await registry.promote('hidden/Live', 1, 'production');
    const asReader = async (path: string) => (await get(path, 'production reader')).json;
    assert.equal((await asReader('hidden/live')).existing, 'hidden/Live');
    for (const path of ['hidden/draft', 'hidden/draft?version=1', 'hidden/live?version=2']) {
      const { code, existing, detail } = await asReader(path);
      assert.deepEqual({ code, existing }, { code: 'prompt_not_found', existing: undefined });
      assert.doesNotMatch(detail, /Draft|Live|Did you mean/);
    }
    const rendered = await registry.call(
      'POST',
      '/v1/prompts/hidden/draft/-/render',
      {},
      { as: 'production reader' },
    );
    assert.equal(rendered.json.existing, undefined);
    // A reader of drafts may be told of them, also where nothing is on the channel.
    for (const query of ['?channel=latest', '?version=1', '?version=9', '?channel=stable', ''])
      assert.equal(
        (await get(`hidden/draft${query}`, 'development reader')).json.existing,
        'hidden/Draft',
        query,
      );
  });

  it('leads from a missing partial to one of that name in another folder', async () => {
    await registry.publish('elsewhere/Shared/_Signature', 'Text', null);
    for (const name of ['elsewhere/signature', 'elsewhere/_signature', '_Signature'])
      assert.equal((await get(`${name}/-/summary`)).json.existing, 'elsewhere/Shared/_Signature');
  });

  it('is decided by the registry: of similar names, all that can coexist are published', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(meetingNames, { minLength: 2, maxLength: 10 }), async names => {
        const top = newFolder();
        const kept: PromptName[] = [];
        for (const each of new Set(names)) {
          const name = parsePromptName(`${top}/${each}`);
          const clash = closestCaseClash(name, kept);
          const answer = await post(name);
          if (clash === undefined) kept.push(name);
          assert.equal(answer.status, clash === undefined ? 201 : 409, `${name} after ${kept.join(', ')}`);
          if (clash !== undefined) assert.ok(kept.includes(answer.json.existing));
        }
      }),
      { numRuns: runs(60, 15) },
    );
  });

  it('is decided for any names, and each prompt is found under its own', async () => {
    const named = promptNames.chain(name => fc.tuple(fc.constant(name), inOtherCase(name)));
    await fc.assert(
      fc.asyncProperty(named, async ([name, variant]) => {
        const top = newFolder();
        await registry.publish(`${top}/${name}`, name, null);
        assert.equal((await get(`${top}/${name}?channel=latest`)).text, name);
        if (variant === name) return;
        const refused = await post(`${top}/${variant}`);
        assertProblem(refused, 409, 'name_taken');
        assert.equal(refused.json.existing, `${top}/${name}`);
        const missing = await get(`${top}/${variant}?channel=latest`);
        assert.deepEqual([missing.status, missing.json.existing], [404, `${top}/${name}`]);
      }),
      { numRuns: runs(100, 25) },
    );
  });

  it('decides which of two concurrent prompts is created: exactly one, in any process', async () => {
    const variants = ['race/Order', 'race/order', 'race/ORDER', 'RACE/order', 'Race/oRder'];
    for (let round = 0; round < runs(10, 3); round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          post(
            `round${round}/${variants[index % variants.length]}`,
            `By ${index}`,
            index % 2 === 0 ? registry : other,
          ),
        ),
      );
      const { json } = await registry.call('GET', `/v1/prompts?prefix=round${round}/`);
      assert.equal(json.data.length, 1);
      const [{ name }] = json.data;
      assert.equal(answers.filter(({ status }) => status === 201).length, 1);
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        if (answer.json.code === 'base_outdated') continue; // the same name, which another author made
        assertProblem(answer, 409, 'name_taken');
        assert.equal(answer.json.existing, name);
      }
    }
  });

  it('decides which of two concurrent folders is created: exactly one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        post(`${index % 3 === 0 ? 'Once' : 'once'}/p${index}`, 'Text', index % 2 === 0 ? registry : other),
      ),
    );
    const names = answers.filter(({ status }) => status === 201).map(({ json }) => json.prompt.split('/')[0]);
    assert.equal(new Set(names).size, 1);
    for (const answer of answers) if (answer.status !== 201) assertProblem(answer, 409, 'name_taken');
  });

  it('is enforced by the database itself', async () => {
    await registry.publish('held/one', 'Text', null);
    const forced = registry.store.write(transaction =>
      sql`INSERT INTO prompts (name, newest, archived) VALUES ('HELD/ONE', 1, 0)`.execute(transaction),
    );
    await assert.rejects(forced, /prompts_by_folded_name/);
  });
});

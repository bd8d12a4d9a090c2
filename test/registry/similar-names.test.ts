/** Names that could be confused are found by an index: what it costs does not grow with the registry. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { KyselyPlugin, RawNode } from 'kysely';
import { parsePromptName } from '../../src/core/name.ts';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { checkNameFree, similarPrompts } from '../../src/registry/prompts/similar-names.ts';
import { openSqliteStore } from '../../src/registry/store/sqlite/sqlite-store.ts';
import type { ReadSnapshot } from '../../src/registry/store/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** How SQLite would do what `ask` asks. */
async function planOf(ask: (snapshot: ReadSnapshot) => Promise<unknown>): Promise<string[]> {
  await using folder = await temporaryFolder();
  const store = await openSqliteStore(join(folder.path, DATABASE_FILE), () => new Date());
  const steps: string[] = [];
  const explain: KyselyPlugin = {
    transformQuery({ node }) {
      const { sqlFragments, ...rest } = node as RawNode;
      const [first, ...others] = sqlFragments;
      return { ...rest, sqlFragments: [`EXPLAIN QUERY PLAN ${first}`, ...others] };
    },
    async transformResult({ result }) {
      for (const { detail } of result.rows) steps.push(String(detail));
      return { ...result, rows: [] };
    },
  };
  await store.read(snapshot => ask(snapshot.withPlugin(explain)));
  await store.close();
  return steps;
}

describe('names that could be confused', () => {
  const name = parsePromptName('a/b/c/d/e/f/g/h');
  for (const [what, ask] of [
    ['taken', (snapshot: ReadSnapshot) => checkNameFree(snapshot, name)],
    [
      'meant instead',
      (snapshot: ReadSnapshot) => similarPrompts(snapshot, [name], 'shared/header', { archived: false }),
    ],
  ] as const)
    it(`are found by an index when they are ${what}`, async () => {
      const steps = await planOf(ask);
      const searched = steps.filter(step => /\bprompts\b/.test(step));
      assert.ok(searched.length > 0);
      // What is ordered and limited comes in its order; only the few that were found are sorted.
      assert.ok(steps.filter(step => /TEMP B-TREE/.test(step)).length <= 1, steps.join('\n'));
      for (const step of searched)
        assert.match(step, /^SEARCH prompts USING (?:COVERING )?INDEX prompts_by_/);
    });
});

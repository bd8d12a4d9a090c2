import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ROOT } from '../../scripts/projectRoot.ts';
import { diffMarkdown } from '../../src/cli/working/diff-markdown.ts';
import { blocksOf } from '../examples/markdown.ts';
import { hostileText } from '../hostile-text.ts';
import { runs } from '../runs.ts';
import { assertFits } from './published-schemas.ts';

describe('a diff as Markdown', () => {
  it('has a code block per prompt that no text can close', () => {
    const lines = fc.array(fc.oneof(hostileText, fc.constantFrom('```', '`````', '</details>', '~~~~')));
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 4 }), all => {
        const diffs = all.map((text, index) => ({
          name: `p${index}`,
          diff: text.map(each => `+${each.replaceAll(/[\r\n]/g, ' ')}\n`).join(''),
        }));
        const told = diffMarkdown(diffs);
        // As CommonMark reads it: a fence is closed by a line of as many backticks, and nothing else.
        let fence: string | undefined;
        let outside = '';
        for (const line of told.split('\n')) {
          const [, opening] = /^(`{3,})diff$/.exec(line) ?? [];
          if (fence === undefined && opening !== undefined) fence = opening;
          else if (fence !== undefined && /^ {0,3}`+\s*$/.test(line) && line.trim().length >= fence.length)
            fence = undefined;
          else if (fence === undefined) outside += `${line}\n`;
        }
        assert.equal(fence, undefined);
        const open = diffs.length <= 3 ? ' open' : '';
        const expected = diffs.map(
          ({ name }) => `<details${open}><summary><code>${name}</code></summary>\n\n\n</details>\n`,
        );
        assert.equal(outside, `${expected.join('\n')}\n`);
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('always fits into a comment, and names the prompts that are left out', () => {
    const diffs = Array.from({ length: 500 }, (_, index) => ({
      name: `many/p${index}`,
      diff: '+x\n'.repeat(1000),
    }));
    const told = diffMarkdown([{ name: 'huge', diff: '+x\n'.repeat(100_000) }, ...diffs]);
    assert.ok(told.length < 60_000, String(told.length));
    assert.match(told, /The diffs of `huge`, `many\/p\d+`.* and \d+ more are omitted/);
    assert.match(diffMarkdown([]), /^No prompt differs/);
  });

  it('does not repeat keys from prompts', () => {
    const key = `pf_production_${'a'.repeat(12)}_${'b'.repeat(40)}`;
    assert.ok(!diffMarkdown([{ name: 'p', diff: `+${key}\n` }]).includes('b'.repeat(40)));
  });
});

describe('docs/ci.md', () => {
  it('has workflows that fit the published schema, with inputs of the action', async () => {
    const blocks = blocksOf(await readFile(join(ROOT, 'docs', 'ci.md'), 'utf8'));
    const workflows = blocks
      .filter(({ text }) => text.startsWith('# .github/workflows/'))
      .map(({ text }) => parse(text));
    assert.equal(workflows.length, 2);
    const { inputs } = parse(await readFile(join(ROOT, 'action.yml'), 'utf8'));
    for (const workflow of workflows) {
      await assertFits(workflow, 'github-workflow');
      for (const { steps } of Object.values<{ steps: Record<string, unknown>[] }>(workflow.jobs))
        for (const step of steps)
          if (String(step['uses']).startsWith('promptforge/'))
            for (const name of Object.keys(step['with'] ?? {})) assert.ok(name in inputs, name);
    }
    const gitlab = blocks.find(({ text }) => text.startsWith('# .gitlab-ci.yml'));
    const { include } = parse(gitlab?.text ?? '');
    assert.ok(parse(await readFile(join(ROOT, include[0].file), 'utf8'))['promptforge-release']);
  });
});

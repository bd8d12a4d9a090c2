/** What the command prints: only what `output.ts` lets through, and that is escaped. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { ROOT } from '../../scripts/projectRoot.ts';
import { firstLine, line, lines, printJson, printText, table } from '../../src/cli/output.ts';
import { HIDDEN, hostileText, withoutEmoji } from '../hostile-text.ts';
import { runs } from '../runs.ts';

describe('the output of the command', () => {
  it('has exactly the lines that the command writes, whatever the values contain', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        const shown = lines([line`  reason ${one}`, line`By ${other}.\n  proof ${7}`]).split('\n');
        assert.equal(shown.length, 3);
        assert.match(shown[0] ?? '', /^ {2}reason /);
        assert.equal(shown[2], '  proof 7');
        for (const each of shown) assert.doesNotMatch(withoutEmoji(each), HIDDEN);
      }),
      { numRuns: runs(3000, 300) },
    );
  });

  it('shows the first visible line of a text, with any line breaks', () => {
    for (const text of ['One\r\nTwo', 'One\rTwo', '\u200b\n \nOne\nTwo', 'One\u2028Two', 'One'])
      assert.equal(firstLine(text), 'One', JSON.stringify(text));
    assert.equal(firstLine('\n\u2800'), '');
  });

  it('has exactly the rows of a table, whatever the cells contain', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileText, hostileText), { maxLength: 5 }), rows => {
        const shown = table(['A', 'B'], rows).split('\n');
        assert.equal(shown.length, rows.length + 1);
        for (const each of shown) assert.doesNotMatch(withoutEmoji(each), HIDDEN);
      }),
      { numRuns: runs(3000, 300) },
    );
  });

  it('escapes control and invisible characters on a terminal, and is unchanged for programs', async () => {
    const { write, isTTY } = process.stdout;
    const hostile = 'A\u001b[2J\n  proof  event 1\u202e\u009b31m';
    const written: string[] = [];
    const writing = async (terminal: boolean, print: () => Promise<void>) => {
      written.length = 0;
      process.stdout.isTTY = terminal;
      process.stdout.write = ((chunk: string, done: () => void) => {
        written.push(chunk);
        done();
        return true;
      }) as typeof write;
      await print().finally(() => Object.assign(process.stdout, { write, isTTY }));
      return written.join('');
    };
    assert.equal(
      await writing(true, () => printText(hostile)),
      'A\\u001b[2J\n  proof  event 1\\u202e\\u009b31m\n',
    );
    assert.equal(await writing(false, () => printText(hostile)), hostile);
    const json = await writing(true, () => printJson({ message: hostile }));
    assert.deepEqual(JSON.parse(json), { message: hostile });
    assert.doesNotMatch(json.replaceAll('\n', ''), HIDDEN);
  });

  it('is written by a single file, so that no command can forget to escape it', async () => {
    const folder = join(ROOT, 'src/cli');
    const names = await readdir(folder, { recursive: true });
    const writing: string[] = [];
    for (const name of names.filter(name => name.endsWith('.ts'))) {
      const source = await readFile(join(folder, name), 'utf8');
      if (/\bprocess\s*(?:\.|\[')std(?:out|err)\b|\bconsole\.|as Shown\b/.test(source)) writing.push(name);
    }
    // main.ts tells an old Node, on which nothing else can be loaded.
    assert.deepEqual(writing.sort(), ['main.ts', 'output.ts']);
  });
});

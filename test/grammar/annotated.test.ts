/** The grammar's specification: files whose comment lines say which scopes are above them. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { registry } from './tokenize.ts';

const require = createRequire(import.meta.url);
const { parseGrammarTestCase, runGrammarTestCase } =
  require('vscode-tmgrammar-test/dist/unit/index.js') as typeof import('vscode-tmgrammar-test/dist/unit/index.js');

const folder = new URL('./annotated/', import.meta.url);

describe('grammar: annotated files', () => {
  const files = globSync('*.test.prompt', { cwd: folder }).sort();
  it('are there', () => assert.ok(files.length > 0, 'no test/grammar/annotated/*.test.prompt was found'));
  for (const file of files) {
    const testCase = parseGrammarTestCase(readFileSync(new URL(file, folder), 'utf8'));
    it(`${testCase.metadata.description} (${file})`, async () => {
      assert.ok(testCase.assertions.length > 0, 'the file asserts nothing');
      const failures = await runGrammarTestCase(registry, testCase);
      const report = failures.map(
        ({ line, start, end, missing, unexpected, actual }) =>
          `${file}:${line + 1}, columns ${start}–${end}: missing [${missing.join(' ')}], unexpected [${unexpected.join(' ')}], found [${actual.join(' ')}]`,
      );
      assert.deepEqual(report, []);
    });
  }
});

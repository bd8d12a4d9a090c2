/**
 * Every demo prompt under the grammar: its scopes are those of the snapshot, and where Handlebars sees an
 * expression or a variable, so does the grammar. After a wanted change: UPDATE_SNAPSHOTS=1 and read the diff.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { parseTemplate } from '../../src/core/read-template.ts';
import { parseSource } from '../../src/core/source.ts';
import { lineStarts, offsetOf } from '../../src/core/template-position.ts';
import { demoPrompts, scopesAt, tokenize } from './tokenize.ts';

const require = createRequire(import.meta.url);
const { renderSnap } =
  require('vscode-tmgrammar-test/dist/snapshot/index.js') as typeof import('vscode-tmgrammar-test/dist/snapshot/index.js');

const snapshots = fileURLToPath(new URL('./snapshots/', import.meta.url));
const updating = process.env['UPDATE_SNAPSHOTS'] === '1';

describe('grammar: demo prompts', () => {
  const prompts = demoPrompts();

  for (const { name, source } of prompts) {
    it(`${name} has the scopes of its snapshot`, async () => {
      const file = `${snapshots}${name}.snap`;
      const actual = `${renderSnap(await tokenize(source))}\n`;
      if (updating) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, actual);
      }
      assert.ok(existsSync(file), `There is no snapshot ${file}. Run with UPDATE_SNAPSHOTS=1 and read it.`);
      assert.equal(actual, readFileSync(file, 'utf8'));
    });

    it(`${name} has a scope for every expression and variable that Handlebars sees`, async () => {
      const { template, templateOffset } = parseSource(source);
      const lines = await tokenize(source);
      const at = (position: { line: number; column: number }) => {
        const before = source.slice(
          0,
          templateOffset + offsetOf(lineStarts(template), position.line, position.column),
        );
        const line = before.split('\n').length - 1;
        return { line, column: before.length - before.lastIndexOf('\n') - 1 };
      };
      const unseen: string[] = [];
      let seen = 0;
      for (const { kind, start } of landmarks(template)) {
        const { line, column } = at(start);
        const scopes = scopesAt(lines, line, column).join(' ');
        if (EXPECTED[kind].test(scopes)) seen++;
        else unseen.push(`${name}.prompt:${line + 1}:${column + 1}: ${kind} has the scopes "${scopes}"`);
      }
      assert.deepEqual(unseen, []);
      assert.equal(seen > 0, template.includes('{{'));
    });
  }

  it('no snapshot is left of a prompt that is gone', () => {
    const names = new Set(prompts.map(({ name }) => name));
    const left = globSync('**/*.snap', { cwd: snapshots })
      .map(file => file.replaceAll('\\', '/').replace(/\.snap$/, ''))
      .filter(name => !names.has(name));
    assert.deepEqual(left, []);
  });
});

const EXPECTED = {
  expression: /punctuation\.section\.embedded\.begin\.handlebars/,
  comment: /comment\.block\.handlebars/,
  word: /variable\.|entity\.name\.function|support\.function|keyword\.|punctuation\.definition\.variable/,
} as const;

interface Landmark {
  readonly kind: keyof typeof EXPECTED;
  readonly start: { readonly line: number; readonly column: number };
}

/** Where each tag and each path of a template begins, by Handlebars' AST. */
function landmarks(template: string): Landmark[] {
  const found: Landmark[] = [];
  const note = (kind: Landmark['kind'], node: hbs.AST.Node) => found.push({ kind, start: node.loc.start });
  const visitor = new (class extends Handlebars.Visitor {
    override MustacheStatement(node: hbs.AST.MustacheStatement): void {
      note('expression', node);
      super.MustacheStatement(node);
    }
    override BlockStatement(node: hbs.AST.BlockStatement): void {
      note('expression', node);
      super.BlockStatement(node);
    }
    override PartialStatement(node: hbs.AST.PartialStatement): void {
      note('expression', node);
    }
    override CommentStatement(node: hbs.AST.CommentStatement): void {
      note('comment', node);
    }
    override PathExpression(node: hbs.AST.PathExpression): void {
      note('word', node);
    }
  })();
  visitor.accept(parseTemplate(template));
  return found;
}

/** Every event emitter of the extension has somebody who disposes of it: the class that owns it, or what registers it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const EDITOR = join(import.meta.dirname, '../../src/editor');

const EMITTER = /(?<owned>this\.own\(\s*)?new vscode\.EventEmitter\b/gu;
/** What comes before an emitter that is kept under a name, or several under several. */
const NAMED = /const (?:\[(?<several>[\w, ]+)\]|(?<one>\w+)) = [^;]*$/u;

/** The names of emitters that nothing disposes of; `?` for one without a name. */
function forgotten(source: string): string[] {
  return [...source.matchAll(EMITTER)].flatMap(({ index, groups }) => {
    if (groups?.['owned'] !== undefined) return [];
    const named = NAMED.exec(source.slice(0, index))?.groups;
    if (named === undefined) return ['?'];
    const names = named['several']?.split(', ') ?? [named['one'] ?? '?'];
    return names.filter(name => !new RegExp(`Disposable\\.from\\([^;]*\\b${name},`, 'u').test(source));
  });
}

describe('event emitters', () => {
  it('are all disposed of', () => {
    const files = globSync(join(EDITOR, '**/*.ts'));
    const found = files.flatMap(file =>
      forgotten(readFileSync(file, 'utf8')).map(name => `${file}: ${name}`),
    );
    assert.deepEqual(found, []);
    const emitters = files.flatMap(file => [...readFileSync(file, 'utf8').matchAll(EMITTER)]);
    assert.ok(emitters.length > 10, `only ${emitters.length} were found`);
  });

  it('are found where they are forgotten', () => {
    assert.deepEqual(forgotten('class A {\n  readonly #changed = new vscode.EventEmitter<void>();\n}'), [
      '?',
    ]);
    assert.deepEqual(
      forgotten('class A {\n  readonly x = this.own(new vscode.EventEmitter<void>());\n}'),
      [],
    );
    const registered = 'const changed = new vscode.EventEmitter<void>();\nreturn vscode.Disposable.from(';
    assert.deepEqual(forgotten(`${registered}other);`), ['changed']);
    assert.deepEqual(forgotten(`${registered}changed, other);`), []);
  });
});

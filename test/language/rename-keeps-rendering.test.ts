/** Whatever is renamed in whatever workspace: what was given the old name's value renders as before when it is given the new one's. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { step } from '../../scripts/testing/heartbeat.ts';
import type { LinkedPartial } from '../../src/core/flatten.ts';
import { isPartial, parsePromptName } from '../../src/core/name.ts';
import { closestCaseClash } from '../../src/core/name-case.ts';
import { Problem } from '../../src/core/problem.ts';
import { render } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import type { Library, LibraryPrompt } from '../../src/language/analysis/library.ts';
import { rename } from '../../src/language/features/rename/rename.ts';
import { renamePrompt } from '../../src/language/features/rename/rename-prompt.ts';
import { runs } from '../runs.ts';
import { changed, type Files, libraryOf } from './workspace.ts';

/** A prompt's partials as publishing links them. */
function partialsOf(prompt: LibraryPrompt, library: Library, depth = 0): Map<string, LinkedPartial> {
  const linked = new Map<string, LinkedPartial>();
  if (depth > 8) return linked;
  for (const { name } of prompt.analysis.resolved.partials) {
    const partial = name && library.partial(prompt.name, name.name);
    if (!partial) continue;
    const { template } = parseSource(partial.analysis.text);
    linked.set(name.name, {
      id: `partial${[...library.names()].length}-${partial.analysis.text.length}-${partial.uri.replaceAll(/\W/g, '')}`,
      template,
      partials: partialsOf(partial, library, depth + 1),
    });
  }
  return linked;
}

/** What each prompt that is no partial renders to with its first sample. */
async function renderings(files: Files): Promise<string[]> {
  const library = libraryOf(files);
  const texts: string[] = [];
  for (const prompt of library.prompts()) {
    if (prompt.name === undefined || isPartial(prompt.name)) continue;
    const samples = parse(library.samples(prompt.name)?.text ?? '[]') as { input: Record<string, unknown> }[];
    const source = prompt.analysis.text;
    try {
      const { text } = await render({
        source,
        partials: partialsOf(prompt, library),
        input: samples[0]?.input ?? {},
        label: 'prompt',
      });
      texts.push(text);
    } catch (error) {
      // An inline partial that defines itself again may never end.
      texts.push(Problem.is(error) ? error.code : (error as Error).name);
    }
  }
  return texts;
}

const names = fc.constantFrom('a', 'b', 'c', 'items', 'user');
const newNames = fc.constantFrom(
  'a',
  'b',
  'c',
  'items',
  'user',
  'x',
  'z',
  'new name',
  'json',
  'type',
  'p',
  'P',
);
const folders = fc.constantFrom('', 'x/', 'y/', 'x/y/', 'X/');
const lastNames = fc.constantFrom('p', 'q', 's', 'this', 'two', '1-a', 'P', 'Q', 'True');
const params = fc.constantFrom('', '', ' as |x|', ' as |a i|', ' as |x b|');
const paths = fc.oneof(
  names,
  names,
  fc
    .tuple(fc.constantFrom('../', 'this.', '@root.', 'x.', 'user.', 'items.0.'), names)
    .map(parts => parts.join('')),
  fc.tuple(names, names).map(([one, other]) => `${one}.${other}`),
);
const arguments_ = fc.constantFrom(
  '',
  '',
  '',
  ' this',
  ' user',
  ' items.[0]',
  ' a=user',
  ' user b=a',
  ' c="C"',
  ' ..',
);
const { body } = fc.letrec<{ body: string; node: string }>(tie => ({
  body: fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map(nodes => nodes.join('')),
  node: fc.oneof(
    { depthSize: 'small' },
    paths.map(path => `{{${path}}} `),
    paths.map(path => `[{{${path}}}]`),
    fc.tuple(fc.constantFrom('p', 'q', 'r'), arguments_).map(([name, given]) => `{{> ${name}${given}}}`),
    fc.tuple(fc.constantFrom('user', 'this', '@root'), names).map(([of, key]) => `{{lookup ${of} "${key}"}}`),
    fc
      .tuple(fc.constantFrom('each', 'with', 'if', 'unless'), paths, params, tie('body'), fc.boolean())
      .map(
        ([helper, path, as, inner, other]) =>
          `{{#${helper} ${path}${as}}}${inner}${other ? '{{else}}-{{a}}' : ''}{{/${helper}}}`,
      ),
    fc
      .tuple(fc.constantFrom('items', 'user', 'a'), tie('body'))
      .map(([path, inner]) => `{{#${path}}}${inner}{{/${path}}}`),
    fc
      .tuple(tie('body'), arguments_)
      .map(([inner, given]) => `{{#*inline "own"}}${inner}{{/inline}}{{> own${given}}}`),
  ),
}));

const schemas = fc.constantFrom(
  '',
  '---\ninput:\n  schema:\n    a?: string\n    b?: string\n    items?(array):\n      a?: string\n      b?: string\n    user?(object):\n      a?: string\n      c?(object):\n        a?: string\n---\n',
  '---\ninput:\n  schema:\n    type: object\n    required: [user, "a"]\n    properties:\n      a: {type: string}\n      user:\n        type: object\n        required: [b]\n        properties: {b: {type: string}, a: {type: string}}\n  default:\n    user: {b: DB}\n---\n',
  '---\ninput:\n  schema:\n    items(array):\n      user?(object):\n        b?: string\n      c?: string\n  default:\n    a: DA\n    items: [{c: DC}]\n---\n',
);
const values = fc.constantFrom('1', '""', 'v');
const inner = fc.dictionary(names, values, { maxKeys: 4 });
const yamlOf = (object: Record<string, string>) =>
  `{${Object.entries(object)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
const samples = fc.tuple(inner, fc.array(inner, { maxLength: 2 }), inner).map(([top, items, user]) => {
  const all = { ...top, items: `[${items.map(yamlOf).join(', ')}]`, user: yamlOf(user) };
  return `- name: one\n  input: ${yamlOf(all)}\n`;
});
const workspaces = fc
  .record({
    a: schemas,
    b: schemas,
    p: fc.constantFrom('', '', '---\ninput: {schema: {a: string}}\n---\n'),
    bodies: fc.array(body, { minLength: 5, maxLength: 5 }),
    one: samples,
    two: samples,
  })
  .map(
    ({ a, b, p, bodies, one, two }): Files => ({
      'one.prompt': `${a}${bodies[0]}`,
      'one.samples.yaml': one,
      'x/two.prompt': `${b}${bodies[1]}`,
      'x/two.samples.yaml': two,
      // No partial calls itself.
      '_p.prompt': `${p}${bodies[2]?.replaceAll(/\{\{> [pqr]/g, '{{> r')}`,
      '_q.prompt': `${bodies[3]?.replaceAll(/\{\{> [pqr]/g, '{{> r')}`,
      '_r.prompt': `${bodies[4]?.replaceAll(/\{\{> [pqr][^}]*\}\}/g, '')}`,
      'x/_q.prompt': 'Q {{a}} {{b}}',
    }),
  );

describe('rename in any workspace', () => {
  it('of a variable keeps every rendering from the samples, or explains why it is refused', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(workspaces, newNames, fc.nat(), async (files, newName, seed) => {
        const library = libraryOf(files);
        const uris = Object.keys(files).filter(uri => uri.endsWith('.prompt'));
        const uri = uris[seed % uris.length] as string;
        const prompt = library.at(uri) as LibraryPrompt;
        const offsets = [...prompt.analysis.text.matchAll(/\b(?:a|b|c|items|user|x|i|p|q|r|own)\b/g)];
        const offset = offsets[Math.floor(seed / uris.length) % Math.max(1, offsets.length)]?.index ?? 0;
        let after: Files;
        try {
          after = changed(files, rename(prompt, offset, newName, library));
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_request', 'invalid_name'), String(error));
          return;
        }
        count += 1;
        if (count % 50 === 0) step(`${count} renames`);
        assert.deepEqual(
          await renderings(after),
          await renderings(files),
          `${uri} ${offset} → ${newName}\n${JSON.stringify(after, null, 1)}`,
        );
      }),
      { numRuns: runs(500, 100) },
    );
    assert.ok(count > runs(150, 20), `${count} renames were made`);
  });

  it('of a prompt keeps every rendering, or explains why it is refused', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(workspaces, folders, lastNames, fc.nat(), async (files, folder, last, seed) => {
        const library = libraryOf(files);
        const prompts = [...library.prompts()];
        const prompt = prompts[seed % prompts.length] as LibraryPrompt;
        const mark = prompt.name !== undefined && isPartial(prompt.name) ? '_' : '';
        const to = parsePromptName(`${folder}${mark}${last}`);
        let after: Files;
        try {
          after = changed(files, renamePrompt(prompt, to, library));
        } catch (error) {
          assert.ok(Problem.is(error, 'invalid_request'), String(error));
          return;
        }
        count += 1;
        if (count % 50 === 0) step(`${count} prompts`);
        assert.deepEqual(
          await renderings(after),
          await renderings(files),
          `${prompt.uri} → ${to}\n${JSON.stringify(after, null, 1)}`,
        );
        const names = [...libraryOf(after).names()];
        for (const name of names)
          assert.equal(closestCaseClash(name, names), undefined, `${prompt.uri} → ${to}`);
      }),
      { numRuns: runs(500, 60) },
    );
    assert.ok(count > runs(150, 15), `${count} prompts were renamed`);
  });
});

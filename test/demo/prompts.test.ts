/** The demo workspace as a user meets it: every prompt parses, declares what it reads and renders with its samples. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { readHistory } from '../../scripts/demoHistory.ts';
import { linkPartials } from '../../src/core/link.ts';
import { fileOfPrompt, isPartial, parsePromptName, promptOfFile } from '../../src/core/name.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { sourceIssues } from '../../src/core/template.ts';

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
const prompts = join(demo, 'prompts');
const names = globSync('**/*.prompt', { cwd: prompts })
  .map(file => promptOfFile(file.replaceAll('\\', '/')))
  .sort();
const whole = names.filter(name => !isPartial(name));

const read = (name: string) => readFileSync(join(prompts, `${name}.prompt`), 'utf8');
const samplesOf = (name: string) =>
  z
    .array(z.strictObject({ name: z.string().min(1), input: z.record(z.string(), z.unknown()) }))
    .parse(parse(readFileSync(join(prompts, `${name}.samples.yaml`), 'utf8')));
const partialsOf = (name: string, source: string) =>
  linkPartials(parsePromptName(name), source, async partial => {
    const file = join(prompts, fileOfPrompt(partial));
    return existsSync(file) ? { name: partial, source: readFileSync(file, 'utf8'), id: partial } : undefined;
  });

describe('demo prompts', () => {
  it('are at least twelve, beside their partials', () => {
    assert.ok(whole.length >= 12, `only ${whole.length}`);
    assert.ok(names.length > whole.length);
  });

  it('have a samples file each, and partials have none', () => {
    const files = globSync('**/*.samples.yaml', { cwd: prompts }).map(file => file.replaceAll('\\', '/'));
    assert.deepEqual(
      files.sort(),
      whole.map(name => `${name}.samples.yaml`),
    );
  });

  it('show what the format can do', () => {
    const sources = whole.map(read).join('\n');
    for (const part of [
      '{{role "system"}}',
      '{{history}}',
      '{{media ',
      '{{#each ',
      '{{#ifEquals ',
      '{{> ',
      '\\{{',
    ])
      assert.ok(sources.includes(part), `no prompt uses ${part}`);
    assert.ok(
      whole.some(name => !read(name).startsWith('---')),
      'every prompt has front matter',
    );
    assert.ok(
      whole.some(name => /^output:/m.test(read(name))),
      'no prompt has an output schema',
    );
  });

  for (const name of names)
    it(`${name} has no issue`, () => {
      const source = read(name);
      assert.deepEqual(sourceIssues(source, parseSource(source)), []);
    });

  for (const name of whole) {
    it(`${name} has 2 or 3 samples that fit its input schema`, async () => {
      const samples = samplesOf(name);
      assert.ok(samples.length === 2 || samples.length === 3, `${samples.length} samples`);
      assert.equal(
        new Set(samples.map(sample => sample.name)).size,
        samples.length,
        'two samples share a name',
      );
      const { input } = await readMetadata(read(name), name);
      if (input.schema === null) return;
      const schema = z.fromJSONSchema(input.schema);
      for (const sample of samples) {
        const { error } = schema.safeParse({ ...input.default, ...sample.input });
        assert.equal(error?.message, undefined, sample.name);
      }
    });

    it(`${name} renders with each of its samples, nothing missing and nothing undeclared`, async () => {
      const source = read(name);
      const partials = await partialsOf(name, source);
      const texts = new Set<string>();
      for (const { input } of samplesOf(name)) {
        const { text, messages } = await render({ source, partials, input, strict: true, label: name });
        assert.ok(messages.length > 0);
        texts.add(JSON.stringify(messages));
        assert.doesNotMatch(text, /undefined|\[object Object\]|<<<dotprompt/);
      }
      assert.equal(texts.size, samplesOf(name).length, 'two samples render the same');
    });
  }
});

describe('demo history', () => {
  const now = new Date('2026-11-22T00:00:00.000Z');

  it('ends with the workspace: the newest version of each prompt is its file', async () => {
    const newest = new Map<string, string>();
    for (const step of await readHistory(demo, now))
      if (step.kind === 'publish') newest.set(step.prompt, step.source);
    assert.deepEqual([...newest.keys()].sort(), names);
    for (const [name, source] of newest) assert.equal(source, read(name), name);
  });

  it('gives most prompts three versions or more, each another text than the one before', async () => {
    const versions = new Map<string, string[]>();
    for (const step of await readHistory(demo, now)) {
      if (step.kind !== 'publish') continue;
      const before = versions.get(step.prompt) ?? [];
      assert.equal(step.version, before.length + 1, `${step.prompt}@${step.version} stands out of turn`);
      assert.notEqual(step.source, before.at(-1), `${step.prompt}@${step.version} changes nothing`);
      versions.set(step.prompt, [...before, step.source]);
    }
    const many = [...versions.values()].filter(sources => sources.length >= 3);
    assert.ok(many.length > versions.size * 0.75, `${many.length} of ${versions.size}`);
  });

  it('publishes sources without an issue, and leaves no old text unused', async () => {
    const steps = await readHistory(demo, now);
    const published = new Set<string>();
    for (const step of steps) {
      if (step.kind !== 'publish') continue;
      published.add(`${step.prompt}@${step.version}.prompt`);
      assert.deepEqual(
        sourceIssues(step.source, parseSource(step.source)),
        [],
        `${step.prompt}@${step.version}`,
      );
    }
    const kept = globSync('**/*.prompt', { cwd: join(demo, 'history', 'sources') });
    assert.deepEqual(
      kept.map(file => file.replaceAll('\\', '/')).filter(file => !published.has(file)),
      [],
    );
  });

  it('tells the story of September 12: a digit lost in version 3, rolled back to version 2', async () => {
    const steps = (await readHistory(demo, now)).filter(({ prompt }) => prompt === 'fees/transfer-estimate');
    const source = (version: number) =>
      steps
        .flatMap(step => (step.kind === 'publish' && step.version === version ? [step.source] : []))
        .join();
    assert.match(source(2), /at least 12\.50 EUR/);
    assert.match(source(3), /2\.50 to 85\.00/);
    assert.doesNotMatch(source(3), /12\.50/);
    const rollBacks = steps.filter(({ kind }) => kind === 'rollBack');
    assert.deepEqual(
      rollBacks.map(({ at, version }) => [at.slice(0, 10), version]),
      [['2026-09-12', 2]],
    );
  });

  it('lies in the past, whatever year the clock stands in', async () => {
    for (const year of [2024, 2025, 2026, 2027, 2040]) {
      const clock = new Date(`${year}-10-01T00:00:00.000Z`);
      const last = (await readHistory(demo, clock)).at(-1);
      assert.ok(last !== undefined && last.at <= clock.toISOString(), `${last?.at} in ${year}`);
      assert.equal(last.at.slice(0, 10), year <= 2026 ? `${year - 1}-11-19` : '2026-11-19');
    }
  });
});

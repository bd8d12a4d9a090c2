/** What the preview shows is what the registry's `render` answers, to the byte, on every demo prompt and sample. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import { fileOfPrompt, isPartial, type PromptName, promptOfFile } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { Rendering } from '../../src/editor/preview/messages.ts';
import { shownOf } from '../../src/editor/preview/shown.ts';
import { readSamples } from '../../src/language/samples/samples.ts';
import { anEmbeddedRegistry, type EmbeddedRegistryForTest } from '../an-embedded-registry.ts';
import { PatientPreview } from './patient-preview.ts';

const prompts = join(ROOT, 'demo', 'prompts');
const names = globSync('**/*.prompt', { cwd: prompts })
  .map(file => promptOfFile(file.replaceAll('\\', '/')))
  .sort();
const pathOf = (name: PromptName) => join(prompts, fileOfPrompt(name));
const sourceOf = (name: PromptName) => readFileSync(pathOf(name), 'utf8');

/** The messages as the page shows them: each with the text of its parts. */
function shownTexts(rendering: Rendering): { role: string; text: string }[] {
  assert.ok(rendering.kind === 'rendered', JSON.stringify(rendering));
  return rendering.messages.map(({ role, parts }) => ({
    role,
    text: parts.map(part => (part.kind === 'text' ? part.text : '')).join(''),
  }));
}

describe('the preview of demo prompts', () => {
  let registry: EmbeddedRegistryForTest;
  let renderer: PatientPreview;

  before(async () => {
    registry = await anEmbeddedRegistry();
    renderer = new PatientPreview();
    const client = registry.client();
    // Those that others need first; of partials those that need none.
    const order = [...names].sort((a, b) => Number(isPartial(b)) - Number(isPartial(a)));
    for (const name of order)
      await client.publish(name, { source: sourceOf(name), message: 'Demo', base: null });
  });
  after(async () => {
    renderer.dispose();
    await registry[Symbol.asyncDispose]();
  });

  for (const name of names.filter(name => !isPartial(name))) {
    const { samples } = readSamples(readFileSync(join(prompts, `${name}.samples.yaml`), 'utf8'));
    for (const sample of samples)
      it(`renders ${name} with “${sample.name}” as the registry does`, async () => {
        const { messages } = await registry
          .client()
          .render(name, { input: sample.input, version: parseVersionNumber(1) });
        const outcome = await renderer.render(
          {
            source: sourceOf(name),
            input: sample.input,
            file: pathOf(name),
            root: prompts,
            unsaved: new Map(),
          },
          new AbortController().signal,
        );
        assert.ok(outcome.kind === 'rendered', JSON.stringify(outcome));
        assert.deepEqual(outcome.traced.rendered.messages, messages);
        const texts = messages.map(({ role, content }) => ({
          role,
          text: content.map(part => ('text' in part ? part.text : '')).join(''),
        }));
        const rendering = shownOf(outcome);
        assert.deepEqual(shownTexts(rendering), texts);
        assert.ok(rendering.kind === 'rendered');
        assert.deepEqual([rendering.missing, rendering.left], [[], 0]);
      });
  }
});

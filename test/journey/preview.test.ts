/** The preview by keyboard alone: beside the prompt while one types, with another sample, another input, and back to the source. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { FrameLocator } from 'playwright-core';
import { render } from '../../src/core/render.ts';
import { writeFiles } from './support/desk.ts';
import { journey } from './support/journey.ts';

const SOURCE = `---
input:
  schema:
    name: string
    tone(enum): [warm, firm]
  default:
    tone: warm
---
{{role "system"}}
Be {{tone}} & <kind>.

{{role "user"}}
Hello {{name}}!
`;
const TYPED = 'Bye {{name}}.';
const SAMPLES = `- name: Ada, as always
  input:
    name: Ada
- name: Bob, who complains
  input:
    name: "Bob \\"B\\" O'Neill"
    tone: firm
`;

journey(
  'With a prompt that has samples',
  {
    async furnish({ workspace }) {
      await writeFiles(workspace, {
        'prompts/fees/explain.prompt': SOURCE,
        'prompts/fees/explain.samples.yaml': SAMPLES,
      });
      return {};
    },
  },
  desk => {
    const page = (): FrameLocator =>
      desk().page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    /** Waits until the page shows a text among what was rendered. */
    const shows = (text: string) => page().locator('#rendered .text', { hasText: text }).first().waitFor();
    /** Goes on with Tab until what matches has the focus. */
    const tabTo = async (selector: string): Promise<void> => {
      for (let step = 0; step < 20; step += 1) {
        if ((await page().locator(`${selector}:focus`).count()) > 0) return;
        await desk().workbench.press('Tab');
        await delay(50);
      }
      throw new Error(`Tab never came to ${selector}.`);
    };

    it('opens beside the prompt with its first sample', async () => {
      const { workbench } = desk();
      await workbench.openFile('prompts/fees/explain.prompt');
      await workbench.press('ControlOrMeta+KeyK', 'KeyV');
      await shows('Hello Ada!');
      assert.deepEqual(await page().locator('#rendered h2').allTextContents(), ['system', 'user']);
      await page().locator('#counts', { hasText: 'tokens (o200k_base)' }).waitFor();
    });

    it('renders what is typed, before it is saved', async () => {
      const { workbench } = desk();
      await workbench.press('ControlOrMeta+End');
      await workbench.type(TYPED);
      await shows('Bye Ada.');
    });

    it('renders with another sample, exactly as the registry would', async () => {
      const { workbench } = desk();
      await workbench.press('ControlOrMeta+Digit2');
      await tabTo('#sample');
      await workbench.press('ArrowDown');
      await shows('Be firm');
      const input = { name: 'Bob "B" O\'Neill', tone: 'firm' };
      const source = SOURCE + TYPED;
      const { messages } = await render({ source, input, partials: new Map(), label: 'fees/explain' });
      assert.deepEqual(
        await page().locator('#rendered .text').allTextContents(),
        messages.map(({ content }) => content.map(part => ('text' in part ? part.text : '')).join('')),
      );
    });

    it('renders what is typed into the form', async () => {
      const { workbench } = desk();
      await tabTo('summary');
      await workbench.press('Enter');
      await tabTo('#input-name');
      await workbench.press('ControlOrMeta+KeyA');
      await workbench.type('Cleo');
      await shows('Hello Cleo!');
      await page().locator('#edited').waitFor();
    });

    it('leads from a value to its place in the source', async () => {
      const { workbench } = desk();
      await tabTo('.mark');
      assert.equal(await page().locator('.mark:focus').getAttribute('title'), '{{tone}}');
      await workbench.press('ArrowRight', 'Enter');
      await workbench.opened('explain.prompt');
      await workbench.status('Ln 13, Col 15 (8 selected)');
      await page().locator('.mark.at-caret', { hasText: 'Cleo' }).first().waitFor();
    });
  },
);

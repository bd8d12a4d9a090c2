/** The preview by keyboard alone: beside the prompt while one types, with another sample, another input, and back to the source. */
import assert from 'node:assert/strict';
import { render } from '../../src/core/render.ts';
import { journey } from './support/journey.ts';
import { isSoon, isThere, until } from './support/waiting.ts';
import { enterPage, walkTo, webviewIn } from './support/webview.ts';

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

describe('for a prompt with samples', () => {
  journey('the preview shows what the registry would render', async ({ write, open, step }) => {
    await write({
      'prompts/fees/explain.prompt': SOURCE,
      'prompts/fees/explain.samples.yaml': SAMPLES,
    });
    const { workbench, page: window } = await open();
    const page = webviewIn(window);
    /** Waits until the page shows a text among what was rendered. */
    const shows = (text: string) => page.locator('#rendered .text', { hasText: text }).first().waitFor();
    const tabTo = (selector: string) => walkTo(selector, page, workbench);

    await step('opens beside the prompt with its first sample', async () => {
      await workbench.openFile('prompts/fees/explain.prompt');
      await until('the preview', async () => {
        await workbench.press('ControlOrMeta+KeyK', 'KeyV');
        return { found: (await isThere(page.locator('#rendered'))) || undefined, seen: [] };
      });
      await shows('Hello Ada!');
      assert.deepEqual(await page.locator('#rendered h2').allTextContents(), ['system', 'user']);
      await page.locator('#counts', { hasText: 'tokens (o200k_base)' }).waitFor();
    });

    await step('renders what is typed, before it is saved', async () => {
      await workbench.press('ControlOrMeta+End');
      await workbench.type(TYPED);
      await shows('Bye Ada.');
    });

    await step('renders with another sample, exactly as the registry would', async () => {
      await enterPage(page, workbench, 'ControlOrMeta+Digit2');
      await tabTo('#sample');
      await workbench.press('ArrowDown');
      await shows('Be firm');
      const input = { name: 'Bob "B" O\'Neill', tone: 'firm' };
      const source = SOURCE + TYPED;
      const { messages } = await render({ source, input, partials: new Map(), label: 'fees/explain' });
      assert.deepEqual(
        await page.locator('#rendered .text').allTextContents(),
        messages.map(({ content }) => content.map(part => ('text' in part ? part.text : '')).join('')),
      );
    });

    await step('renders values typed into the form', async () => {
      await tabTo('summary');
      await workbench.press('Enter');
      await tabTo('#input-name');
      await workbench.press('ControlOrMeta+KeyA');
      await workbench.type('Cleo');
      await shows('Hello Cleo!');
      await page.locator('#edited').waitFor();
    });

    await step('goes from a value to its place in the source', async () => {
      await tabTo('.mark');
      assert.equal(await page.locator('.mark:focus').getAttribute('title'), '{{tone}}');
      await workbench.press('ArrowRight', 'Enter');
      await workbench.opened('explain.prompt');
      await workbench.status('Ln 13, Col 15 (8 selected)');
      await page.locator('.mark.at-caret', { hasText: 'Cleo' }).first().waitFor();
    });

    await step('scrolls with its editor in both directions', async () => {
      const scrolled = async (wanted: (height: number) => boolean) =>
        until('the preview to scroll', async () => {
          const height: number = await page.locator(':root').evaluate('window.scrollY');
          return { found: wanted(height) || undefined, seen: [String(height)] };
        });
      const lines = Array.from({ length: 200 }, (_, index) => `\nLine ${index + 1}.`);
      await workbench.press('ControlOrMeta+End');
      await workbench.type(lines.join(''));
      await shows('Line 200.');
      // The end of one at the end of the other.
      await until('the end of the preview', async () => {
        const left: number = await page
          .locator(':root')
          .evaluate('document.documentElement.scrollHeight - window.innerHeight - window.scrollY');
        return { found: left < 10 || undefined, seen: [String(left)] };
      });
      await workbench.press('ControlOrMeta+Home');
      await scrolled(height => height === 0);
      const late = window.locator('.monaco-editor[data-uri$="/explain.prompt"] .view-line', {
        hasText: /^Line\s1[5-9]\d\.$/, // the editor draws a space that does not break
      });
      assert.equal(await late.count(), 0);
      await enterPage(page, workbench, 'ControlOrMeta+Digit2');
      await until('the editor to come along', async () => {
        await workbench.press('PageDown');
        return { found: (await isSoon(async () => (await late.count()) > 0)) || undefined, seen: [] };
      });
      await scrolled(height => height > 1000);
    });
  });
});

/** The tour of demo/README.md, step by step as it says, and the walkthrough that is checked meanwhile. */
import type { JourneyWindow } from './support/journey-window.ts';
import { untilVisible } from './support/waiting.ts';
import { stepsAreChecked } from './support/walkthrough.ts';

type Step = (title: string, run: () => Promise<void>) => Promise<void>;

/** What is there when a fresh demo is opened. */
export async function isTheFirstScreen({ workbench, page }: JourneyWindow): Promise<void> {
  await workbench.opened('transfer-estimate.prompt');
  for (const title of ['README.md', 'Preview transfer-estimate'])
    await untilVisible(page.getByRole('tab', { name: title, selected: true }), `the tab "${title}"`);
  await untilVisible(page.locator('[id="workbench.view.extension.promptforge"]'), 'the view PromptForge');
}

export async function takeTheTour(window: JourneyWindow, step: Step): Promise<void> {
  const { workbench } = window;
  const prompt = 'fees/transfer-estimate';

  await step('checks in the walkthrough what is already done', () =>
    stepsAreChecked(window, ['connect', 'keys', 'open']),
  );

  await step('shows what is live', async () => {
    const prompts = await workbench.prompts();
    await prompts.expand('Folder fees');
    await prompts.expand('Prompt transfer-estimate, version 6');
    for (const [environment, version] of Object.entries({ development: 6, staging: 6, production: 5 }))
      await prompts.row(`stable in ${environment}: version ${version}`);
    // Its versions would leave the view no room for what later steps look for.
    await prompts.goTo('Folder fees');
    await workbench.press('ArrowLeft');
  });

  await step('publishes a change', async () => {
    await workbench.openFile(`prompts/${prompt}.prompt`);
    await workbench.press('ControlOrMeta+End');
    await workbench.type('Answer in plain words.\n');
    await workbench.run('PromptForge: Publish…');
    await workbench.answer(`Publish ${prompt}@7`, 'Plain words');
    await workbench.notification(`Published ${prompt}@7.`);
  });

  await step('promotes it to staging, then to production', async () => {
    await workbench.run('PromptForge: Promote…');
    await workbench.choose(`Promote ${prompt}`, 'staging · stable');
    await workbench.choose(`Promote ${prompt} to staging`, '@7');
    await workbench.answer(`Promote ${prompt}@7 to staging`, 'Tried it');
    await workbench.confirm('Promote @7 to staging');
    await workbench.notification(`${prompt}@7 is now live in staging.`);
    await workbench.run('PromptForge: Promote…');
    await workbench.choose(`Promote ${prompt}@7`, 'production · stable');
    await workbench.answer(`Promote ${prompt}@7 to production`, 'Customers asked for it');
    await workbench.confirm('Promote @7 to production');
    await workbench.notification(`${prompt}@7 is now live in production.`);
  });

  await step('completes the walkthrough', () =>
    stepsAreChecked(window, ['connect', 'keys', 'open', 'publish', 'promote']),
  );

  await step('finds out what was live on September 12', async () => {
    await workbench.openFile(`prompts/${prompt}.prompt`);
    await workbench.run('PromptForge: What Was Live At…');
    await workbench.choose(`What Was Live: ${prompt}`, 'production · stable');
    await workbench.answer(`What Was Live: ${prompt} in production`, await momentOfTheTour(window));
    await workbench.notification(`${prompt}@3 was live in production`);
  });
}

/** The moment as the tour gives it: its year is that of the demo's history. */
async function momentOfTheTour({ page }: JourneyWindow): Promise<string> {
  for (const frame of page.frames()) {
    const found = /\d{4}-09-12 \d\d:\d\dZ/.exec((await frame.locator('body').textContent()) ?? '')?.[0];
    if (found !== undefined) return found;
  }
  throw new Error('The tour names no moment of September 12.');
}

/** The demo of `npm start -- --governed`: one person asks, the other approves, and one can be both. */
import assert from 'node:assert/strict';
import type { JourneyWindow } from './support/journey-window.ts';
import { untilVisible } from './support/waiting.ts';
import type { Workbench } from './support/workbench.ts';

type Step = (title: string, run: () => Promise<void>) => Promise<void>;

export async function workAsATeam({ workbench, page }: JourneyWindow, step: Step): Promise<void> {
  const prompt = 'fees/transfer-estimate';
  const become = async (name: string, actor: string) => {
    await workbench.run('PromptForge Demo: Switch Person…');
    await workbench.choose('Switch Person', name);
    await workbench.status(`You are ${name}`);
    await untilVisible(page.getByText(`${actor} · admin`).first(), `${actor} in the view Environments`);
  };

  await step('has a promotion to review, which you approve', async () => {
    await workbench.run('View: Show PromptForge');
    const row = `${prompt} version 6 to stable in production, from version 5: 0 of 1 approval · jonas.weber`;
    await untilVisible(page.locator(`.monaco-list-row[aria-label^="${row}"]`), 'the promotion that waits');
    await approve(workbench, `${prompt}@6`);
  });

  await step('switches to the other person, who requests an approval and cannot give it', async () => {
    await become('Jonas Weber', 'jonas.weber');
    await workbench.openFile('prompts/support/assistant.prompt');
    await workbench.run('PromptForge: Promote…');
    await workbench.choose('Promote support/assistant', 'staging · stable');
    await workbench.choose('Promote support/assistant to staging', '@5');
    await workbench.answer('Promote support/assistant@5 to staging', 'Tried it');
    await workbench.confirm('Promote @5 to staging');
    await workbench.notification('support/assistant@5 is now live in staging.');
    await workbench.run('PromptForge: Promote…');
    await workbench.choose('Promote support/assistant@5', 'production · stable');
    await workbench.answer('Promote support/assistant@5 to production', 'For the pilot');
    await workbench.confirm('Ask to Promote @5 to production');
    await workbench.notification('support/assistant@5 waits for 1 approval before');
    await workbench.run('View: Close All Editors');
    await workbench.run('PromptForge: Approve Promotion…');
    await workbench.notification('Approve Promotion: there is nothing to select.');
  });

  await step('switches back to the reviewer, who approves it', async () => {
    await become('Tomas Berg', 'tomas.berg');
    await approve(workbench, 'support/assistant@5');
  });
}

async function approve(workbench: Workbench, reference: string): Promise<void> {
  await workbench.run('PromptForge: Approve Promotion…');
  await workbench.choose('Approve Promotion', `${reference} → production`);
  const { message } = await workbench.confirm(`Approve @${reference.split('@')[1]} for production`);
  assert.equal(message, `Approve ${reference} for production?`);
  await workbench.notification(`Approved: ${reference} is now live in production.`);
}

/** Comparing in VS Code's own diff editor: a file or version against another, titled so that both sides are named. */
import * as vscode from 'vscode';
import { STABLE } from '../../core/channel.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import { type CommandTarget, namedTarget, targetOf } from '../explorer/target.ts';
import { versionUri } from '../versions/open-version.ts';
import { pickVersion } from '../versions/pick-version.ts';
import { ageOf } from '../wording/age.ts';
import type { Workbench } from '../workbench.ts';
import type { PromptChange } from './change.ts';
import { registerResolvedDocuments } from './resolved-documents.ts';
import { type ComparedSide, showChange } from './show-change.ts';
import { compareTitle, type Side, shortName } from './titles.ts';

/**
 * Compares `left` with `right`, including partials that differ; as everywhere in VS Code, the newer or edited side is
 * on the right. Returns the result of `showChange`.
 */
export function showComparison(
  workbench: Workbench,
  prompt: PromptName,
  left: ComparedSide,
  right: ComparedSide,
): Promise<PromptChange | undefined> {
  const side = (end: ComparedSide): Side =>
    'version' in end ? { kind: 'version', version: end.version } : { kind: 'file' };
  const title = compareTitle(shortName(prompt, workbench.prompts.listed.keys()), side(left), side(right));
  return showChange(workbench, prompt, left, right, { title });
}

export function registerCompare(workbench: Workbench): vscode.Disposable {
  const { session, prompts, ask, report } = workbench;
  const show = (prompt: PromptName, left: ComparedSide, right: ComparedSide) =>
    showComparison(workbench, prompt, left, right);
  const fileAndRegistry = (argument: unknown, title: string) =>
    targetOf(argument, workbench, {
      title,
      admits: listed => listed.hasFile && listed.summary !== undefined,
    });
  /** The file, or the newest version of a prompt without one. */
  const present = async (prompt: PromptName): Promise<ComparedSide | undefined> => {
    const listed = prompts.listed.get(prompt);
    if (listed?.hasFile === true) return { file: true };
    return listed?.summary === undefined ? undefined : { version: listed.summary.newest.version };
  };
  let selected:
    | (CommandTarget & { readonly version: VersionNumber; readonly registry: string | undefined })
    | undefined;
  return vscode.Disposable.from(
    session.onDidChange(() => {
      // In another registry, the same reference is a different version.
      if (selected === undefined || selected.registry === session.registry) return;
      selected = undefined;
      setContext('promptforge.selectedForCompare', false);
    }),
    registerResolvedDocuments(workbench),
    registerCommand('compareWithNewest', 'Comparing', report, async argument => {
      const target = await fileAndRegistry(argument, 'Compare with Newest Version');
      if (target === undefined) return;
      const newest = await newestOf(workbench, target.prompt);
      if (newest !== undefined) await show(target.prompt, { version: newest }, { file: true });
    }),
    registerCommand('compareWithLive', 'Comparing', report, async argument => {
      const target = await targetOf(argument, workbench, {
        title: 'Compare with Live Version',
        admits: listed => (listed.summary?.pointers.length ?? 0) > 0,
      });
      if (target === undefined) return;
      const live = await pickLive(workbench, target.prompt);
      const right: ComparedSide | undefined =
        target.version === undefined ? await present(target.prompt) : { version: target.version };
      if (live !== undefined && right !== undefined) await show(target.prompt, { version: live }, right);
    }),
    registerCommand('compareWithPrevious', 'Comparing', report, async argument => {
      const target = await targetOf(argument, workbench, {
        title: 'Compare with Previous Version',
        admits: listed => (listed.summary?.newest.version ?? 0) > 1,
      });
      if (target === undefined) return;
      const version = target.version ?? (await newestOf(workbench, target.prompt));
      if (version === undefined) return;
      if (version === 1) {
        await ask.tell('info', `${target.prompt}@1 is the first version.`);
        return;
      }
      await show(target.prompt, { version: (version - 1) as VersionNumber }, { version });
    }),
    registerCommand('compareVersions', 'Comparing', report, async argument => {
      const target = await targetOf(argument, workbench, {
        title: 'Compare Two Versions',
        admits: listed => (listed.summary?.newest.version ?? 0) > 1,
      });
      if (target === undefined) return;
      const title = `Compare Two Versions of ${target.prompt}`;
      const right = await pickVersion(workbench, target.prompt, {
        title,
        placeholder: 'Select the newer version',
      });
      if (right === undefined) return;
      const left = await pickVersion(workbench, target.prompt, {
        title,
        placeholder: `Select a version to compare with @${right.version}`,
        admits: ({ version }) => version !== right.version,
      });
      if (left === undefined) return;
      const [older, newer] = left.version < right.version ? [left, right] : [right, left];
      await show(target.prompt, { version: older.version }, { version: newer.version });
    }),
    registerCommand('compareWithFile', 'Comparing', report, async argument => {
      const target = await namedTarget(argument, workbench);
      if (target?.version === undefined) return;
      if (prompts.listed.get(target.prompt)?.hasFile !== true) {
        await ask.tell('info', `This folder has no file for ${target.prompt}. Pull to get it.`);
        return;
      }
      await show(target.prompt, { version: target.version }, { file: true });
    }),
    registerCommand('selectForCompare', 'Selecting', report, async argument => {
      const target = await namedTarget(argument, workbench);
      if (target?.version === undefined) return;
      selected = { ...target, version: target.version, registry: session.registry };
      setContext('promptforge.selectedForCompare', true);
    }),
    registerCommand('compareWithSelected', 'Comparing', report, async argument => {
      const target = await namedTarget(argument, workbench);
      if (target?.version === undefined || selected === undefined) return;
      if (selected.prompt === target.prompt) {
        await show(target.prompt, { version: selected.version }, { version: target.version });
        return;
      }
      const name = ({ prompt, version }: CommandTarget) =>
        `${shortName(prompt, prompts.listed.keys())}@${version}`;
      const right = { prompt: target.prompt, version: target.version };
      const { areReadable } = await import('../versions/readable.ts');
      if (!(await areReadable(workbench, [selected, right]))) return;
      await vscode.commands.executeCommand(
        'vscode.diff',
        versionUri(session.registry, selected),
        versionUri(session.registry, right),
        `${name(selected)} ↔ ${name(right)}`,
        { preview: true },
      );
    }),
  );
}

async function newestOf({ prompts, ask }: Workbench, prompt: PromptName): Promise<VersionNumber | undefined> {
  const newest = prompts.listed.get(prompt)?.summary?.newest.version;
  if (newest === undefined)
    await ask.tell('info', `${prompt} has no published version to compare with. Publish it first.`);
  return newest;
}

async function pickLive({ prompts, ask }: Workbench, prompt: PromptName): Promise<VersionNumber | undefined> {
  const pointers = prompts.listed.get(prompt)?.summary?.pointers ?? [];
  const [only, ...others] = pointers;
  if (only === undefined) {
    await ask.tell('info', `${prompt} is not ${STABLE} in any environment yet. Promote a version first.`);
    return undefined;
  }
  if (others.length === 0) return only.version;
  const now = Date.now();
  return ask.pick({
    title: `Compare ${prompt} with Live Version`,
    placeholder: 'Select an environment',
    options: pointers.map(pointer => ({
      label: `${pointer.environment} · ${pointer.channel}`,
      description: `@${pointer.version} · ${ageOf(pointer.promotedAt, now)}`,
      value: pointer.version,
    })),
  });
}

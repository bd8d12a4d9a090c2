/** Code lenses above the first line of a prompt's file: actions, its version, and what is live where. */
import * as vscode from 'vscode';
import type { OpenProject } from '../connection/find-project.ts';
import { otherProjectOf } from '../connection/other-project.ts';
import type { PromptList } from '../explorer/prompt-list.ts';
import { isFile, pathOf } from '../files/paths.ts';
import { VIEW_TYPE } from '../preview/preview.ts';
import type { Workbench } from '../workbench.ts';
import { liveTitle, versionTitle } from './code-lens-words.ts';
import { placeOfDocument } from './place-of-file.ts';
import { PROMPTS } from './selectors.ts';

export function registerCodeLens({
  session,
  prompts,
}: Pick<Workbench, 'session' | 'prompts'>): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const { tabGroups } = vscode.window;
  let isPreviewed = isPreviewVisible(tabGroups);
  const noticePreview = () => {
    const before = isPreviewed;
    isPreviewed = isPreviewVisible(tabGroups);
    if (isPreviewed !== before) changed.fire();
  };
  return vscode.Disposable.from(
    changed,
    tabGroups.onDidChangeTabs(noticePreview),
    tabGroups.onDidChangeTabGroups(noticePreview),
    prompts.onDidChange(() => changed.fire()),
    session.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(PROMPTS, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: document => {
        if (!isFile(document.uri)) return [];
        const other = otherProjectOf(pathOf(document.uri), session);
        const name = session.project && placeOfDocument(document, session)?.name;
        return commandsOf(document.uri, name && prompts.listed.get(name), {
          isPreviewed,
          isOffline: session.state.kind === 'offline',
          other,
        }).map(command => new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command));
      },
    }),
  );
}

type Listed = ReturnType<PromptList['listed']['get']>;

/** Beside a preview, there is little room, and no need to offer one. */
function isPreviewVisible({ all }: vscode.TabGroups): boolean {
  return all.some(
    ({ activeTab }) =>
      activeTab?.input instanceof vscode.TabInputWebview && activeTab.input.viewType.endsWith(VIEW_TYPE),
  );
}

interface Around {
  readonly isPreviewed: boolean;
  readonly isOffline: boolean;
  /** The project of the file, if it is not the shown one. */
  readonly other: OpenProject | undefined;
}

function commandsOf(
  uri: vscode.Uri,
  listed: Listed,
  { isPreviewed, isOffline, other }: Around,
): vscode.Command[] {
  const command = (id: string, title: string, tooltip: string): vscode.Command => ({
    command: `promptforge.${id}`,
    title,
    tooltip,
    arguments: [uri],
  });
  const preview = isPreviewed
    ? []
    : [command('openPreviewToSide', 'Preview', 'Preview what the model gets while you type')];
  if (other !== undefined) {
    const title = `Switch to ${other.name}`;
    const tooltip = 'This file belongs to another project than this window shows';
    return [...preview, { command: 'promptforge.switchProject', title, tooltip, arguments: [other.root] }];
  }
  if (listed === undefined) return preview;
  const { name, summary } = listed;
  const shown = listed.base ?? summary?.newest.version;
  // A lens without a command is text.
  const version =
    shown === undefined
      ? { command: '' }
      : {
          command: 'promptforge.openVersion',
          tooltip: `${listed.base === undefined ? 'The newest version' : 'The version your file is based on'}: open ${name}@${shown}`,
          arguments: [`${name}@${shown}`],
        };
  const live = liveTitle(summary, isOffline);
  const compare = command(
    'compareWithNewest',
    'Compare',
    `Compare your file with the newest version of ${name}`,
  );
  const publish = command(
    'publish',
    'Publish…',
    'Publish the file as a version, after you review the changes',
  );
  const promote = command('promote', 'Promote…', `Promote a version of ${name} to an environment`);
  // Actions come first, because the end is cut off if there is little room.
  return [
    ...preview,
    publish,
    ...(summary === undefined ? [] : [compare, promote]),
    { ...version, title: versionTitle(listed) },
    ...(live === undefined ? [] : [command('promote', live.title, live.tooltip)]),
  ];
}

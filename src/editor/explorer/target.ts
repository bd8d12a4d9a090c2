/** The target of a command: a tree node, a document, the active editor, or the person's choice. */
import * as vscode from 'vscode';
import { isPromptName, type PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Dialogs, Option } from '../asking/ask.ts';
import { checkFileIsShown, checkRegistryIsShown, OtherProject } from '../connection/other-project.ts';
import { isFile, pathOf } from '../files/paths.ts';
import { parseLiveUri } from '../live/live-uri.ts';
import { documentsIn, isMergeInput, isMultiDiffTab } from '../versions/tab-documents.ts';
import { parseResolvedUri, parseVersionUri } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { lastEnvironment, promptWords } from './labels.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import type { ExplorerNode, HistoryNode } from './nodes.ts';

export interface CommandTarget {
  readonly prompt: PromptName;
  /** Set if the command was called on a version. */
  readonly version?: VersionNumber;
  /** Set if the command was called on a channel. */
  readonly pointer?: { readonly environment: string; readonly channel: string };
  /** Set for a document that shows what was live there. */
  readonly wasLive?: { readonly environment: string; readonly channel: string };
}

/** The argument of key bindings in the Prompts view, because VS Code passes no node to such a command. */
const FOCUSED = 'focused';
/** Like `FOCUSED`, for the view History. */
const FOCUSED_IN_HISTORY = 'focusedInHistory';
/** A key was pressed in the tree, but no node has the focus. */
const NOTHING = Symbol('nothing');

/** Returns the tree's focused node. */
export type FocusedNode = () => Promise<ExplorerNode | HistoryNode | undefined>;

/**
 * For a key binding, the focused node, otherwise the argument itself; `NOTHING` if no node has the focus: a key in the
 * tree does not apply to the active editor.
 */
export async function argumentOf(
  argument: unknown,
  focused: FocusedNode,
  focusedInHistory: FocusedNode = async () => undefined,
): Promise<unknown> {
  if (argument === FOCUSED_IN_HISTORY) return (await focusedInHistory()) ?? NOTHING;
  return argument === FOCUSED ? ((await focused()) ?? NOTHING) : argument;
}

/** Undefined if the person cancels. `admits` filters the choices, not a named prompt. @throws OtherProject */
export async function targetOf(
  argument: unknown,
  workbench: Workbench,
  question: { readonly title: string; readonly admits: (listed: ListedPrompt) => boolean },
): Promise<CommandTarget | undefined> {
  const named = await namedTarget(argument, workbench);
  if (named !== undefined) return named;
  const prompt = await pickPrompt(workbench.ask, question.title, workbench, question.admits);
  return prompt === undefined ? undefined : { prompt };
}

/** Like `targetOf`, without asking: the argument, or the active editor. @throws OtherProject */
export async function namedTarget(
  argument: unknown,
  workbench: Workbench,
): Promise<CommandTarget | undefined> {
  if (argument instanceof vscode.Uri) return targetOfUri(argument, workbench);
  if (isNode(argument)) return targetOfNode(argument);
  if (typeof argument === 'string' && isPromptName(argument)) return { prompt: argument };
  if (argument === NOTHING) return undefined;
  // For a merge editor, the target is its result, whichever side has the focus.
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  const editor = isMergeInput(activeTab?.input) ? undefined : editorInFront();
  const open = editor?.document.uri ?? activeTabUri();
  const inFront = open === undefined ? undefined : await targetOfUri(open, workbench);
  return changesInFront(workbench) ?? inFront;
}

/** VS Code also treats comment fields and the Output panel as editors. */
const BESIDE_TABS = ['comment', 'output'];

/** The active editor, if it is in a tab. */
export function editorInFront(): vscode.TextEditor | undefined {
  const { activeTextEditor } = vscode.window;
  return BESIDE_TABS.includes(activeTextEditor?.document.uri.scheme ?? '') ? undefined : activeTextEditor;
}

/** The target of the active editor; undefined if it belongs to another project. */
export async function targetInFront(workbench: Workbench): Promise<CommandTarget | undefined> {
  try {
    return await namedTarget(undefined, workbench);
  } catch (error) {
    if (error instanceof OtherProject) return undefined;
    throw error;
  }
}

/** @throws OtherProject for another project or registry than the window shows */
async function targetOfUri(
  uri: vscode.Uri,
  { prompts, session }: Workbench,
): Promise<CommandTarget | undefined> {
  const address = parseVersionUri(uri);
  if (address !== undefined) {
    checkRegistryIsShown(address.registry, session);
    return { prompt: address.prompt, version: address.version };
  }
  const live = parseLiveUri(uri);
  if (live !== undefined) {
    checkRegistryIsShown(live.registry, session);
    const { prompt, environment, channel } = live;
    return { prompt, wasLive: { environment, channel } };
  }
  if (!isFile(uri)) return undefined;
  checkFileIsShown(pathOf(uri), session);
  const prompt = await prompts.promptOf(pathOf(uri));
  return prompt === undefined ? undefined : { prompt };
}

function targetOfNode(node: ExplorerNode | HistoryNode): CommandTarget | undefined {
  switch (node.kind) {
    case 'folder':
      return undefined;
    case 'pointer': {
      const { version, environment, channel } = node.pointer;
      return { prompt: node.listed.name, version, pointer: { environment, channel } };
    }
    case 'version':
      return { prompt: node.listed.name, version: node.version.version };
    case 'span': {
      const { version, environment, channel } = node.span;
      return { prompt: node.listed.name, version, wasLive: { environment, channel } };
    }
    case 'timeline': {
      const { environment, channel } = node.timeline;
      return { prompt: node.listed.name, wasLive: { environment, channel } };
    }
    default:
      return { prompt: node.listed.name };
  }
}

/** The file or version on the right of the active comparison. */
function activeTabUri(): vscode.Uri | undefined {
  return documentsIn(vscode.window.tabGroups.activeTabGroup.activeTab)[0];
}

/** The prompt of the active comparison with partials, whichever partial has the focus. */
function changesInFront({ session }: Workbench): CommandTarget | undefined {
  const { activeTab } = vscode.window.tabGroups.activeTabGroup;
  if (!isMultiDiffTab(activeTab)) return undefined;
  const address = documentsIn(activeTab).map(parseResolvedUri).find(Boolean);
  if (address === undefined) return undefined;
  checkRegistryIsShown(address.registry, session);
  const { prompt, version } = address;
  return { prompt, ...(version && { version }) };
}

export function isNode(value: unknown): value is ExplorerNode | HistoryNode {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && ('listed' in value || 'path' in value)
  );
}

export async function pickPrompt(
  ask: Dialogs,
  title: string,
  { prompts, session }: Pick<Workbench, 'prompts' | 'session'>,
  admits: (listed: ListedPrompt) => boolean,
): Promise<PromptName | undefined> {
  const now = Date.now();
  const environment = lastEnvironment(session.environments);
  const options = [...prompts.listed.values()].filter(admits).map((listed): Option<PromptName> => {
    const { description } = promptWords(listed, environment, now);
    return { label: listed.name, description, value: listed.name };
  });
  if (options.length === 0) {
    await ask.tell('info', `${title}: no prompt is available.`);
    return undefined;
  }
  return ask.pick({ title, placeholder: 'Select a prompt', options, isFollowed: true });
}

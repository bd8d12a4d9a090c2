/** Badges and colors on the files of prompts: in VS Code's Explorer, on tabs and in the Source Control view. */
import * as vscode from 'vscode';
import { oneLine } from '../../core/visible-text.ts';
import type { Session } from '../connection/session.ts';
import { isFile, uriOf } from '../files/paths.ts';
import { changedMarks, type FileMark, fileMarks } from './file-marks.ts';
import type { PromptList } from './prompt-list.ts';

/** If more than 250 files are named at once, VS Code updates only some of them; if none is named, all. */
const MOST_NAMED = 250;
/** A refresh shows the registry's list, then the files, then what follows from both. */
const SETTLE_MS = 50;

export interface FileDecorations extends vscode.Disposable, vscode.FileDecorationProvider {
  readonly onDidChangeFileDecorations: vscode.Event<vscode.Uri[] | undefined>;
}

export function registerFileDecorations(session: Session, prompts: PromptList): FileDecorations {
  const changed = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  let marks: ReadonlyMap<string, FileMark> = new Map();
  let timer: NodeJS.Timeout | undefined;
  const update = () => {
    timer = undefined;
    const before = marks;
    marks = marksNow(session, prompts);
    const keys = changedMarks(before, marks);
    if (keys.length === 0) return;
    changed.fire(keys.length > MOST_NAMED ? undefined : keys.map(key => vscode.Uri.parse(key, true)));
  };
  const provider = {
    onDidChangeFileDecorations: changed.event,
    provideFileDecoration(uri: vscode.Uri) {
      const mark = isFile(uri) && marks.size > 0 ? marks.get(uri.toString()) : undefined;
      return mark && decoration(mark);
    },
  };
  const registered = vscode.Disposable.from(
    changed,
    vscode.window.registerFileDecorationProvider(provider),
    prompts.onDidChange(() => {
      timer ??= setTimeout(update, SETTLE_MS);
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
  return Object.assign(provider, { dispose: () => registered.dispose() });
}

function marksNow({ project }: Session, prompts: PromptList): Map<string, FileMark> {
  if (project === undefined) return new Map();
  const folder = uriOf(project.promptsFolder);
  return fileMarks(
    prompts.listed.values(),
    prompts.fileTroubles,
    relative => vscode.Uri.joinPath(folder, relative).toString(),
    absolute => uriOf(absolute).toString(),
  );
}

function decoration({ badge, color, meaning, reachesFolders }: FileMark): vscode.FileDecoration {
  // Git marks the same files, and VS Code shows both tooltips in one line.
  const tooltip = oneLine(`PromptForge: ${meaning}`);
  const shown = new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(color));
  shown.propagate = reachesFolders;
  return shown;
}

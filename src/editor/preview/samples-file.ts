/** `<name>.samples.yaml` in the editor: reads it from an open editor or from disk, and inserts saved samples. */
import * as vscode from 'vscode';
import { readSamples, type Sample } from '../../language/samples/samples.ts';
import { withSample } from '../../language/samples/write-sample.ts';
import { readable } from '../files/paths.ts';
import { exists } from '../work/exists.ts';
import { saveDocument } from '../work/save-document.ts';

export interface SamplesFile {
  readonly samples: readonly Sample[];
  /** The error in the file and its position; undefined if there is none. */
  readonly trouble: string | undefined;
}

/** VS Code clips it to the document. */
const ALL = new vscode.Range(0, 0, Number.MAX_SAFE_INTEGER, 0);
/** Larger than any real samples file; larger ones are not read. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The content of the file, or nothing if there is none. Never rejects because of the content. */
export async function samplesAt(uri: vscode.Uri | undefined): Promise<SamplesFile> {
  if (uri === undefined) return { samples: [], trouble: undefined };
  try {
    const text = await textAt(uri);
    const { samples, findings } = readSamples(text);
    const [first] = findings;
    const name = uri.path.split('/').at(-1);
    const line = first && text.slice(0, first.span.start).split(/\r\n|\r|\n/).length;
    return { samples, trouble: first && `${name}, line ${line}: ${first.message}` };
  } catch (error) {
    return { samples: [], trouble: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Inserts or replaces a sample in the file; everything else is unchanged. Creates the file if necessary, and saves it
 * unless it had unsaved edits.
 * @throws Error if the file has errors; it is then unchanged
 */
export async function saveSample(
  uri: vscode.Uri,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = await textAt(uri);
  const written = withSample(text, name, input);
  const edit = new vscode.WorkspaceEdit();
  if (!(await exists(uri))) edit.createFile(uri, { ignoreIfExists: true });
  const wasDirty = openDocument(uri)?.isDirty === true;
  edit.replace(uri, ALL, written);
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`${readable(uri)} could not be changed. Check whether it is read-only.`);
  const document = await vscode.workspace.openTextDocument(uri);
  if (!wasDirty && !(await saveDocument(document))) throw new Error(`${readable(uri)} could not be saved.`);
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
}

/** Empty if there is no such file. */
async function textAt(uri: vscode.Uri): Promise<string> {
  const document = openDocument(uri);
  if (document !== undefined) return document.getText();
  if (!(await exists(uri))) return '';
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_BYTES) throw new Error(`${readable(uri)} is over 4 MiB, so its samples are not read.`);
  return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
}

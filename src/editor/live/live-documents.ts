/** Read-only documents of texts that were live, as applications got them, with author, reason and time span above. */
import * as vscode from 'vscode';
import type { Live } from '../../contract/live.ts';
import type { Session } from '../connection/session.ts';
import type { PromptList } from '../explorer/prompt-list.ts';
import { messageOf } from '../problems/explain.ts';
import { versionUri } from '../versions/open-version.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { pullRequestOf } from '../wording/origin.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import type { Workbench } from '../workbench.ts';
import { isOver } from './is-over.ts';
import { LIVE_SCHEME, type LiveAddress, liveUriParts, parseLiveUri } from './live-uri.ts';

/** The number of responses that are cached, so that an open document does not change. */
const KEPT = 50;

export class LiveDocuments
  extends DisposableOwner
  implements vscode.FileSystemProvider, vscode.CodeLensProvider
{
  readonly #session: Session;
  readonly #answers = new Map<string, Promise<Live>>();
  /** Never fires: what was live at an instant does not change. */
  readonly onDidChangeFile = this.own(new vscode.EventEmitter<vscode.FileChangeEvent[]>()).event;
  readonly #ended = this.own(new vscode.EventEmitter<void>());
  /** Fires because the end of the time span changes if the version was still live. */
  readonly onDidChangeCodeLenses = this.#ended.event;

  constructor({ session, prompts }: Pick<Workbench, 'session' | 'prompts'>) {
    super();
    this.#session = session;
    this.own(prompts.onDidChange(() => this.#forgetEnded(prompts)));
  }

  /** Stores a response, and returns the URI of its document. */
  keep(live: Live): vscode.Uri {
    const { prompt, environment, channel, at, version } = live;
    const registry = this.#session.registry ?? EMBEDDED;
    const uri = vscode.Uri.from(liveUriParts({ registry, prompt, environment, channel, at }, version));
    this.#put(uri, Promise.resolve(live));
    return uri;
  }

  /** Undefined for any other URI. */
  async answer(uri: vscode.Uri): Promise<Live | undefined> {
    const address = parseLiveUri(uri);
    if (address === undefined) return undefined;
    const known = this.#answers.get(uri.toString());
    if (known !== undefined) return known;
    const asked = this.#ask(address);
    this.#put(uri, asked);
    asked.catch(() => this.#answers.delete(uri.toString())); // the next call tries again
    return asked;
  }

  /** A document whose version was live when it was opened, but no longer is, is fetched again. */
  #forgetEnded({ listed }: PromptList): void {
    for (const [uri, answer] of this.#answers) {
      // The list does not cover other registries.
      if (parseLiveUri(vscode.Uri.parse(uri, true))?.registry !== (this.#session.registry ?? EMBEDDED))
        continue;
      answer.then(
        live => {
          if (this.#answers.get(uri) !== answer || !isOver(live, listed.get(live.prompt)?.summary)) return;
          this.#answers.delete(uri);
          this.#ended.fire();
        },
        () => undefined, // the caller got the error
      );
    }
  }

  async #ask({ registry, prompt, environment, channel, at }: LiveAddress): Promise<Live> {
    const client = await this.#session.clientFor({ kind: 'read' });
    if (registry !== this.#session.registry)
      throw new Error(`This belongs to ${registry}, and this window is connected to another registry.`);
    return client.live(prompt, { environment, channel, at });
  }

  #put(uri: vscode.Uri, answer: Promise<Live>): void {
    this.#answers.delete(uri.toString());
    this.#answers.set(uri.toString(), answer);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > KEPT && oldest.done !== true) this.#answers.delete(oldest.value);
  }

  async provideCodeLenses({ uri }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const live = await this.answer(uri);
    const registry = parseLiveUri(uri)?.registry;
    if (live === undefined) return [];
    const { evidence, fromUntil, inBrief, whoAndWhy } = await import('./words.ts');
    const tooltip = evidence(live);
    const link = pullRequestOf(live.origin);
    // One row, truncated at the editor's edge: actions first, then the most important facts; the tooltip has all of it.
    const lens = (title: string, command: string, ...args: unknown[]) =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, tooltip, arguments: args });
    return [
      lens('Compare with Now', 'promptforge.compareWithLiveNow', uri),
      ...(link === undefined ? [] : [lens('Open Pull Request', 'vscode.open', vscode.Uri.parse(link, true))]),
      lens(inBrief(live), 'promptforge.openVersion', versionUri(registry, live)),
      lens(fromUntil(live), ''),
      lens(whoAndWhy(live), ''),
    ];
  }

  async #found(uri: vscode.Uri): Promise<Live> {
    const live = await this.answer(uri).catch((error: unknown) => {
      throw vscode.FileSystemError.Unavailable(messageOf(error));
    });
    if (live === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return live;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { from, text } = await this.#found(uri);
    const time = Date.parse(from);
    return {
      type: vscode.FileType.File,
      permissions: vscode.FilePermission.Readonly,
      ctime: time,
      mtime: time,
      size: Buffer.byteLength(text),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#found(uri)).text);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}

export function registerLiveDocuments(documents: LiveDocuments): vscode.Disposable {
  return vscode.Disposable.from(
    documents,
    vscode.workspace.registerFileSystemProvider(LIVE_SCHEME, documents, {
      isReadonly: new vscode.MarkdownString('This is a published version, which never changes.'),
      isCaseSensitive: true,
    }),
    vscode.languages.registerCodeLensProvider({ scheme: LIVE_SCHEME }, documents),
  );
}

/** Preview Difference: what two versions of a prompt, or a version and the file, render to for the same input. */
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { type Side, shortName } from '../compare/titles.ts';
import { namedTarget, targetOf } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import { pickVersion } from '../versions/pick-version.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import type { Input } from './form.ts';
import { renderedDocument, renderedTitle } from './rendered-document.ts';
import type { PreviewRenderer } from './renderer/preview-renderer.ts';
import { samplesAt } from './samples-file.ts';
import { requestOf, subjectOf } from './subject.ts';

const SCHEME = 'promptforge-rendered';
/** The number of documents kept while their editors may be open; older ones are empty when reopened. */
const KEPT = 40;

type End = 'file' | VersionNumber;

/** The input of the open preview. */
export interface OpenTrial {
  readonly prompt: PromptName | undefined;
  readonly sample: string | null;
  readonly input: Input;
}

export class PreviewDifference implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #renderer: PreviewRenderer;
  readonly #registration: vscode.Disposable;
  readonly #texts = new Map<string, string>();
  #made = 0;

  constructor(workbench: Workbench, renderer: PreviewRenderer) {
    this.#workbench = workbench;
    this.#renderer = renderer;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: uri =>
        this.#texts.get(uri.toString()) ??
        'This rendering is from an earlier window. Run Preview Difference… again.\n',
    });
  }

  /** Asks for missing choices, and shows the two texts side by side. */
  async show(argument: unknown, open: OpenTrial | undefined): Promise<void> {
    const named = await namedTarget(argument, this.#workbench);
    const target =
      named ??
      (await targetOf(open?.prompt, this.#workbench, {
        title: 'Preview Difference',
        admits: ({ summary }) => summary !== undefined,
      }));
    if (target === undefined) return;
    const { prompt } = target;
    const ends = await this.#pickEnds(prompt, target.version);
    if (ends === undefined) return;
    const trial = open?.prompt === prompt ? open : await this.#pickSample(prompt);
    if (trial === undefined) return;
    const [left, right] = await inProgress(`Rendering ${prompt}`, signal =>
      Promise.all(ends.map(end => this.#render(prompt, end, trial.input, signal))),
    );
    if (left === undefined || right === undefined) return;
    const name = shortName(prompt, this.#workbench.prompts.listed.keys());
    const title = renderedTitle(name, sideOf(ends[0]), sideOf(ends[1]), trial.sample);
    const uris = [this.#document(prompt, ends[0], left), this.#document(prompt, ends[1], right)];
    await vscode.commands.executeCommand('vscode.diff', ...uris, title, { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
  }

  /** The older one first, the file last. */
  async #pickEnds(prompt: PromptName, named: VersionNumber | undefined): Promise<[End, End] | undefined> {
    const title = `Preview Difference of ${prompt}`;
    const { prompts } = this.#workbench;
    let right: End | undefined = named;
    if (right === undefined && prompts.listed.get(prompt)?.hasFile === true) right = 'file';
    right ??= (await pickVersion(this.#workbench, prompt, { title, placeholder: 'Select the newer version' }))
      ?.version;
    if (right === undefined) return undefined;
    const left = await pickVersion(this.#workbench, prompt, {
      title,
      placeholder: `Compare what ${right === 'file' ? 'your file' : `@${right}`} renders to with which version?`,
      admits: ({ version }) => version !== right,
    });
    if (left === undefined) return undefined;
    return right !== 'file' && left.version > right ? [right, left.version] : [left.version, right];
  }

  async #pickSample(prompt: PromptName): Promise<Pick<OpenTrial, 'sample' | 'input'> | undefined> {
    const { ask, prompts } = this.#workbench;
    const copy = await prompts.workingCopy();
    const subject = copy && (await subjectOf(uriOf(copy.folder.pathOf(prompt)), this.#workbench));
    const { samples } = await samplesAt(subject?.samplesUri);
    if (samples.length === 0) return { sample: null, input: {} };
    const options = samples.map(({ name, input }) => ({
      label: name,
      value: { sample: name as string | null, input },
    }));
    return ask.pick({
      title: `Preview Difference of ${prompt}`,
      placeholder: 'With which sample?',
      options: [...options, { label: 'Defaults only', value: { sample: null, input: {} } }],
    });
  }

  /** Undefined after an error was shown. */
  async #render(
    prompt: PromptName,
    end: End,
    input: Input,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { session, ask } = this.#workbench;
    const name = end === 'file' ? 'Your file' : `${prompt}@${end}`;
    try {
      if (end !== 'file') {
        const client = await session.clientFor({ kind: 'read' });
        const { messages } = await client.render(prompt, { version: end, input }, signal);
        return renderedDocument(messages);
      }
      return await this.#renderFile(prompt, input, signal);
    } catch (error) {
      if (!Problem.is(error, 'missing_input', 'invalid_input', 'too_expensive', 'invalid_source'))
        throw error;
      await ask.tell('warning', `${name} cannot be rendered with this input: ${error.message}`);
      return undefined;
    }
  }

  async #renderFile(prompt: PromptName, input: Input, signal: AbortSignal): Promise<string> {
    const copy = await this.#workbench.prompts.workingCopy();
    if (copy === undefined) throw new Error('No prompts folder is open.');
    const document = await vscode.workspace.openTextDocument(uriOf(copy.folder.pathOf(prompt)));
    const subject = await subjectOf(document.uri, this.#workbench);
    const request = await requestOf(subject, document.getText(), input, this.#workbench);
    const outcome = await this.#renderer.render(request, signal);
    if (outcome.kind !== 'rendered') throw new Problem('invalid_source', outcome.message);
    const { missing, rendered } = outcome.traced;
    if (missing.length > 0)
      throw new Problem('missing_input', `${missing.map(each => `"${each}"`).join(', ')} must be given.`);
    return renderedDocument(rendered.messages);
  }

  #document(prompt: PromptName, end: End, text: string): vscode.Uri {
    this.#made += 1;
    const side = end === 'file' ? 'your file' : `@${end}`;
    // Each rendering has its own document, because it belongs to one moment.
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      // The extension selects the prompt language, so that it is wrapped and highlighted like the prompt.
      path: `/${prompt} ${side}${PROMPT_FILE_EXTENSION}`,
      query: String(this.#made),
    });
    this.#texts.set(uri.toString(), text);
    const oldest = this.#texts.keys().next();
    if (this.#texts.size > KEPT && oldest.done !== true) this.#texts.delete(oldest.value);
    return uri;
  }
}

function sideOf(end: End): Side {
  return end === 'file' ? { kind: 'file' } : { kind: 'version', version: end };
}

/** The script of the preview's page: shows the extension's messages, and reports the person's actions. */
import type { FromPreviewPage, Inputs, PreviewState, Rendering, ToPreviewPage } from '../messages.ts';
import { button, byId, element } from './dom.ts';
import { FormView } from './form-view.ts';
import { RenderingView } from './rendering-view.ts';
import { Scrolling } from './scrolling.ts';
import { UnreadTexts } from './unread-texts.ts';

/** The page's own state after a reload. */
interface PageState {
  readonly scroll: number;
  readonly isFormOpen: boolean;
  readonly unread: UnreadTexts['all'];
}
interface Host {
  postMessage(message: FromPreviewPage): void;
  setState(state: PreviewState & PageState): void;
  getState(): Partial<PageState> | undefined;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const DEFAULTS_ONLY = '\u0000';
/** Milliseconds without changes before a screen reader is notified. */
const QUIET = 1000;

const sample = byId('sample', HTMLSelectElement);
const json = byId('json', HTMLTextAreaElement);
const details = byId('inputs', HTMLDetailsElement);
const rendered = byId('rendered', HTMLElement);
let inputs: Inputs | undefined;
const before = host.getState();
let scroll = before?.scroll ?? 0;
let hasScrolled = false;
let spoken: number | undefined;
const unread = new UnreadTexts(before?.unread);

const form = new FormView(
  byId('form', HTMLElement),
  input => {
    if (inputs !== undefined) inputs = { ...inputs, input, isEdited: true };
    byId('edited', HTMLElement).hidden = false;
    host.postMessage({ type: 'input', input: { ...input } });
    showGiven();
    keep();
  },
  keepUnread,
);
const rendering = new RenderingView(rendered, source => host.postMessage({ type: 'reveal', source }));
const scrolling = new Scrolling(
  () => rendering.pieces,
  (offset, share) => host.postMessage({ type: 'scrolled', offset, share }),
);

details.open = before?.isFormOpen === true;
details.addEventListener('toggle', keep);
sample.addEventListener('change', () =>
  host.postMessage({ type: 'choose', sample: sample.value === DEFAULTS_ONLY ? null : sample.value }),
);
byId('save', HTMLButtonElement).addEventListener('click', () => host.postMessage({ type: 'save' }));
byId('open-samples', HTMLButtonElement).addEventListener('click', () =>
  host.postMessage({ type: 'openSamples' }),
);
byId('as-json', HTMLButtonElement).addEventListener('click', () => showJson(!isJsonShown()));
json.addEventListener('input', () => host.postMessage({ type: 'json', text: json.value }));
for (const copy of document.querySelectorAll<HTMLElement>('[data-copy]'))
  copy.addEventListener('click', () =>
    host.postMessage({ type: 'copy', what: copy.dataset['copy'] as 'text' | 'messages' | 'curl' }),
  );
window.addEventListener('scroll', () => {
  scroll = window.scrollY;
  keep();
});
window.addEventListener('message', ({ data }: MessageEvent<ToPreviewPage>) => heard(data));
host.postMessage({ type: 'ready' });

function heard(message: ToPreviewPage): void {
  switch (message.type) {
    case 'inputs':
      showInputs(message.inputs);
      break;
    case 'rendering':
      showRendering(message.rendering, message.edits);
      break;
    case 'caret':
      scrolling.moving();
      rendering.highlight(message.caret);
      break;
    case 'scroll':
      scrolling.follow(message.place, message.edits);
      break;
    case 'showJson':
      details.open = true;
      showJson(true);
      json.focus();
      json.select();
      break;
    case 'json': {
      const { problem, misfits } = message.verdict;
      byId('json-problem', HTMLElement).textContent = problem ?? misfits.join('\n');
      json.setAttribute('aria-invalid', String(problem !== undefined));
      keepUnread(json.id, problem === undefined ? undefined : json.value);
    }
  }
}

function showInputs(shown: Inputs): void {
  const isOther = inputs?.uri !== shown.uri;
  inputs = shown;
  byId('title', HTMLElement).textContent = shown.title;
  const options = shown.samples.map(name => element('option', { value: name }, name));
  sample.replaceChildren(...options, element('option', { value: DEFAULTS_ONLY }, 'Defaults only'));
  sample.value = shown.sample ?? DEFAULTS_ONLY;
  byId('edited', HTMLElement).hidden = !shown.isEdited;
  byId('trouble', HTMLElement).hidden = shown.trouble === undefined;
  byId('trouble-text', HTMLElement).textContent = shown.trouble ?? '';
  form.show(shown);
  form.showUnread(unread.of(shown.uri));
  showGiven();
  // The person's text is kept, even while it is not valid JSON.
  if (isOther || (document.activeElement !== json && unread.of(shown.uri)[json.id] === undefined)) fillJson();
  keep();
}

/** Summarizes the contents of the collapsed form. */
function showGiven(): void {
  const { fields = [], input = {}, defaults = {} } = inputs ?? {};
  const given = fields.filter(({ name }) => Object.hasOwn(input, name)).length;
  const byDefault = fields.filter(({ name }) => !Object.hasOwn(input, name) && Object.hasOwn(defaults, name));
  const words = [`${given} given`, ...(byDefault.length > 0 ? [`${byDefault.length} by default`] : [])];
  byId('given', HTMLElement).textContent = fields.length === 0 ? '' : words.join(', ');
}

function isJsonShown(): boolean {
  return !byId('json-editor', HTMLElement).hidden;
}

function showJson(isShown: boolean): void {
  byId('json-editor', HTMLElement).hidden = !isShown;
  byId('form', HTMLElement).hidden = isShown;
  byId('as-json', HTMLElement).setAttribute('aria-pressed', String(isShown));
  fillJson();
}

function fillJson(): void {
  const text = inputs && unread.of(inputs.uri)[json.id];
  json.value = text ?? JSON.stringify(inputs?.input ?? {}, null, 2);
  // The answer reports its errors again.
  if (text !== undefined) host.postMessage({ type: 'json', text });
  byId('json-problem', HTMLElement).textContent = '';
  json.removeAttribute('aria-invalid');
}

function showRendering(shown: Rendering, edits: number): void {
  const problem = byId('problem', HTMLElement);
  const isRendered = shown.kind === 'rendered';
  problem.hidden = isRendered;
  rendered.classList.toggle('old', !isRendered);
  const isEmpty = rendered.childElementCount === 0;
  if (!isRendered) {
    const where = shown.of === undefined ? 'The prompt' : `The partial ${shown.of}`;
    const told = shown.issues.length > 0 ? `${where} cannot be rendered.` : shown.message;
    const issues = shown.issues.map((issue, index) =>
      element(
        'li',
        {},
        button(
          `Line ${issue.line}, column ${issue.column}`,
          () => host.postMessage({ type: 'openIssue', index }),
          {
            class: 'link',
          },
        ),
        `: ${issue.message}`,
      ),
    );
    problem.replaceChildren(
      element('p', {}, told),
      ...(issues.length > 0 ? [element('ul', {}, ...issues)] : []),
      ...(isEmpty ? [] : [element('p', { class: 'note' }, 'The previous rendering is below.')]),
    );
    byId('missing', HTMLElement).hidden = true;
    speak(told);
    return;
  }
  scrolling.drawn(edits);
  rendering.show(shown);
  showMissing(shown.missing);
  const { characters, words, tokens } = shown;
  const counted =
    tokens.count === null
      ? `tokens not counted: ${tokens.reason}`
      : `${count(tokens.count, 'token')} (${tokens.encoding})`;
  byId('counts', HTMLElement).textContent = [
    count(characters, 'character'),
    count(words, 'word'),
    counted,
  ].join(' · ');
  if (!hasScrolled) {
    hasScrolled = true;
    window.scrollTo(0, scroll);
  }
  speak(shown.missing.length > 0 ? `Rendered. Missing: ${shown.missing.join(', ')}.` : 'Rendered.');
}

function showMissing(names: readonly string[]): void {
  const missing = byId('missing', HTMLElement);
  missing.hidden = names.length === 0;
  const buttons = names.map(name => {
    return button(
      name,
      () => {
        details.open = true;
        showJson(false);
        form.focus(name);
      },
      { class: 'link', title: `Give ${name}` },
    );
  });
  missing.replaceChildren(
    'Missing: ',
    ...buttons.flatMap((each, index) => (index === 0 ? [each] : [', ', each])),
  );
}

/** After a pause, so that a screen reader does not announce every keystroke. */
function speak(text: string): void {
  clearTimeout(spoken);
  spoken = window.setTimeout(() => {
    byId('status', HTMLElement).textContent = text;
  }, QUIET);
}

function keepUnread(id: string, text: string | undefined): void {
  if (inputs === undefined) return;
  unread.keep(inputs.uri, id, text);
  keep();
}

function keep(): void {
  if (inputs === undefined) return;
  const { uri, isLocked, input, isEdited } = inputs;
  host.setState({
    uri,
    isLocked,
    sample: inputs.sample,
    input: isEdited ? { ...input } : null,
    scroll,
    isFormOpen: details.open,
    unread: unread.all,
  });
}

function count(number: number, of: string): string {
  return `${number.toLocaleString()} ${of}${number === 1 ? '' : 's'}`;
}

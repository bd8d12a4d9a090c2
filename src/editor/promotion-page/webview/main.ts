/** The script of a promotion's page: shows what the extension sends, and tells it what the person does. */
import { button, byId, element } from '../../preview/webview/dom.ts';
import type { Action, FromPage, KeptState, PromotionContent, Said, ToPage } from '../messages.ts';

/** What was typed and is not sent: it outlives the page. */
interface PageState {
  readonly draft: string;
  /** Under which the draft is or was sent; undefined while it was not. */
  readonly key?: string | undefined;
}
interface Host {
  postMessage(message: FromPage): void;
  setState(state: Partial<KeptState> & PageState): void;
  getState(): (Partial<KeptState> & Partial<PageState>) | undefined;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const form = byId('comment-form', HTMLFormElement);
const comment = byId('comment', HTMLTextAreaElement);
const send = byId('send', HTMLButtonElement);
const problem = byId('comment-problem', HTMLElement);
const { draft = '', key: sentKey, ...identity } = host.getState() ?? {};
let kept: Partial<KeptState> = identity;
let key = sentKey;
comment.value = draft;

byId('open-changes', HTMLButtonElement).addEventListener('click', () =>
  host.postMessage({ type: 'openChanges' }),
);
byId('again', HTMLButtonElement).addEventListener('click', () => host.postMessage({ type: 'refresh' }));
comment.addEventListener('input', () => {
  // Another text is another comment.
  key = undefined;
  problem.textContent = '';
  keep();
});
comment.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener('submit', event => {
  event.preventDefault();
  if (send.disabled || comment.value.trim() === '') {
    if (!send.disabled) problem.textContent = 'Write something.';
    return;
  }
  key ??= crypto.randomUUID();
  keep();
  send.disabled = true;
  problem.textContent = '';
  host.postMessage({ type: 'comment', text: comment.value, key });
});
window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => heard(data));
host.postMessage({ type: 'ready' });

function heard(message: ToPage): void {
  switch (message.type) {
    case 'content':
      kept = message.kept;
      show(message.content);
      keep();
      break;
    case 'commented':
      send.disabled = false;
      if (message.key !== key) return;
      key = undefined;
      comment.value = '';
      keep();
      break;
    case 'notCommented':
      send.disabled = false;
      if (message.key === key) problem.textContent = message.message;
  }
}

function keep(): void {
  host.setState({ ...kept, draft: comment.value, key });
}

function show(content: PromotionContent): void {
  byId('title', HTMLElement).textContent = content.title;
  byId('state', HTMLElement).textContent = content.status;
  shown('trouble', 'trouble-text', content.trouble);
  shown('note', 'note', content.note);
  shown('breaking', 'breaking', content.breaking);
  showActions(content.actions);
  byId('facts', HTMLElement).replaceChildren(
    ...content.facts.flatMap(({ term, text }) => [element('dt', {}, term), element('dd', {}, text)]),
  );
  listIn('changes', content.changes);
  listIn('policy', content.policy);
  byId('policy-section', HTMLElement).hidden = content.policy.length === 0;
  byId('approvals-section', HTMLElement).hidden = content.approvals.length === 0;
  saidIn('approvals', content.approvals);
  saidIn('discussion', content.discussion);
  byId('silence', HTMLElement).hidden = content.discussion.length > 0;
  const older = content.left === 1 ? '1 older comment is' : `${content.left} older comments are`;
  shown('left', 'left', content.left === 0 ? undefined : `${older} not shown here.`);
  form.hidden = !content.mayComment && comment.value === '';
}

/** Buttons that are the same stay, so that the focus stays on them. */
function showActions(actions: readonly Action[]): void {
  const place = byId('actions', HTMLElement);
  const labels = [...place.children].map(child => child.textContent);
  if (labels.join('\n') === actions.map(({ label }) => label).join('\n')) return;
  place.replaceChildren(
    ...actions.map(({ deed, label }) => button(label, () => host.postMessage({ type: 'decide', deed }))),
  );
}

function shown(id: string, textId: string, text: string | undefined): void {
  byId(id, HTMLElement).hidden = text === undefined;
  byId(textId, HTMLElement).textContent = text ?? '';
}

function listIn(id: string, items: readonly string[]): void {
  byId(id, HTMLElement).replaceChildren(...items.map(item => element('li', {}, item)));
}

/** What is there already stays, so that a screen reader hears only what is new. */
function saidIn(id: string, all: readonly Said[]): void {
  const list = byId(id, HTMLElement);
  const made = all.map(saidItem);
  const same = [...list.children].every((child, index) => child.textContent === made[index]?.textContent);
  if (same) list.append(...made.slice(list.children.length));
  else list.replaceChildren(...made);
}

function saidItem({ who, when, where, text }: Said): HTMLElement {
  const about = where === undefined ? '' : ` on ${where}`;
  return element(
    'li',
    {},
    element('p', { class: 'by' }, element('strong', {}, who), `${about} · ${when}`),
    ...(text === '' ? [] : [element('p', { class: 'text' }, text)]),
  );
}

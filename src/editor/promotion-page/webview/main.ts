/** The script of a promotion's page: shows the extension's messages, and reports the person's actions. */
import { isBlank } from '../../../core/visible-text.ts';
import { button, byId, element } from '../../preview/webview/dom.ts';
import type {
  Action,
  FromPromotionPage,
  PromotionContent,
  PromotionPageState,
  Said,
  ToPromotionPage,
} from '../messages.ts';

/** Unsent text, which outlives the page. */
interface PageState {
  readonly draft: string;
  /** The idempotency key of the draft; undefined if it was never sent. */
  readonly key?: string | undefined;
}
interface Host {
  postMessage(message: FromPromotionPage): void;
  setState(state: Partial<PromotionPageState> & PageState): void;
  getState(): (Partial<PromotionPageState> & Partial<PageState>) | undefined;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const form = byId('comment-form', HTMLFormElement);
const comment = byId('comment', HTMLTextAreaElement);
const send = byId('send', HTMLButtonElement);
const problem = byId('comment-problem', HTMLElement);
const { draft = '', key: sentKey, ...identity } = host.getState() ?? {};
let kept: Partial<PromotionPageState> = identity;
let key = sentKey;
let isSending = false;
let longest = Number.POSITIVE_INFINITY;
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
  if (isSending) return;
  const { value } = comment;
  problem.textContent = whyNot(value);
  if (problem.textContent !== '') return;
  key ??= crypto.randomUUID();
  keep();
  sending(true);
  host.postMessage({ type: 'comment', text: value, key });
});
window.addEventListener('message', ({ data }: MessageEvent<ToPromotionPage>) => heard(data));
host.postMessage({ type: 'ready' });

function heard(message: ToPromotionPage): void {
  switch (message.type) {
    case 'content':
      kept = message.kept;
      show(message.content);
      keep();
      break;
    case 'commented':
      sending(false);
      if (message.key !== key) return;
      key = undefined;
      comment.value = '';
      keep();
      break;
    case 'notCommented':
      sending(false);
      if (message.key === key) problem.textContent = message.message;
  }
}

/** Why the text cannot be sent; empty if it can. */
function whyNot(text: string): string {
  if (isBlank(text)) return 'Enter a comment.';
  return text.length > longest ? `At most ${longest} characters are allowed; this has ${text.length}.` : '';
}

/** Shows whether a comment is being sent; the button keeps the focus. */
function sending(isNow: boolean): void {
  isSending = isNow;
  send.setAttribute('aria-disabled', String(isNow));
}

function keep(): void {
  host.setState({ ...kept, draft: comment.value, key });
}

function show(content: PromotionContent): void {
  longest = content.longestComment;
  byId('title', HTMLElement).textContent = content.title;
  byId('state', HTMLElement).textContent = content.status;
  shown('trouble', 'trouble-text', content.trouble);
  shown('note', 'note', content.note);
  shown('breaking', 'breaking', content.breaking);
  showActions(content.actions);
  fill(
    byId('facts', HTMLElement),
    content.facts.flatMap(({ term, text }) => [element('dt', {}, term), element('dd', {}, text)]),
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

/** Unchanged buttons are kept, so that the focus stays on them; from a removed one, it moves to the title. */
function showActions(actions: readonly Action[]): void {
  const place = byId('actions', HTMLElement);
  const hadFocus = place.contains(document.activeElement);
  fill(
    place,
    actions.map(({ action, label }) => button(label, () => host.postMessage({ type: 'decide', action }))),
  );
  if (hadFocus && !place.contains(document.activeElement)) byId('title', HTMLElement).focus();
}

function shown(id: string, textId: string, text: string | undefined): void {
  byId(id, HTMLElement).hidden = text === undefined;
  byId(textId, HTMLElement).textContent = text ?? '';
}

function listIn(id: string, items: readonly string[]): void {
  fill(
    byId(id, HTMLElement),
    items.map(item => element('li', {}, item)),
  );
}

function saidIn(id: string, all: readonly Said[]): void {
  fill(byId(id, HTMLElement), all.map(saidItem));
}

/** Existing elements stay, so that a screen reader reads only new ones and a selection lasts. */
function fill(place: HTMLElement, made: readonly HTMLElement[]): void {
  const there = [...place.children];
  const isSame = there.every((child, index) => child.textContent === made[index]?.textContent);
  if (isSame) place.append(...made.slice(there.length));
  else place.replaceChildren(...made);
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

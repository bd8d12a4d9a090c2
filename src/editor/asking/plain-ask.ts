/**
 * `Ask` that escapes its texts: VS Code turns `[…](command:…)` in a notification into a link and `$(…)` in a list into
 * an icon, and shows invisible and direction-changing characters unchanged.
 */
import { oneLine as escapedLine, visibleLines as escapedLines } from '../../core/visible-text.ts';
import { withReadablePaths } from '../files/virtual-path.ts';
import type { Dialogs, Option, PickManyQuestion, PickQuestion } from './ask.ts';

export function plainAsk(ask: Dialogs): Dialogs {
  return {
    text: question =>
      ask.text({
        ...question,
        title: oneLine(question.title),
        prompt: oneLine(question.prompt),
        ...(question.placeholder !== undefined && { placeholder: oneLine(question.placeholder) }),
      }),
    sent: draft => ask.sent(draft),
    pick: <Value>({ title, placeholder, options, ...others }: PickQuestion<Value>) =>
      ask.pick<Value>({
        ...others,
        title: oneLine(title),
        placeholder: oneLine(placeholder),
        options: plainOptions(options),
      }),
    pickMany: <Value>({ title, placeholder, options }: PickManyQuestion<Value>) =>
      ask.pickMany<Value>({
        title: oneLine(title),
        placeholder: oneLine(placeholder),
        options: options.map(option => ({ ...option, ...plainOption(option) })),
      }),
    confirm: question =>
      ask.confirm({
        ...question,
        message: oneLine(question.message),
        // Its line breaks are ours; quoted texts are put on one line by the caller.
        detail: visibleLines(question.detail),
      }),
    tell: (severity, message, ...buttons) => ask.tell(severity, withoutLinks(message), ...buttons),
  };
}

/** The text of a notification without links, because it has buttons. VS Code shows its line breaks as spaces. */
export function withoutLinks(message: string): string {
  return visibleLines(message).replaceAll('](', '] (');
}

function plainOptions<Value>(options: PickQuestion<Value>['options']): PickQuestion<Value>['options'] {
  return options instanceof Promise
    ? options.then(found => found.map(plainOption))
    : options.map(plainOption);
}

function plainOption<Value>(option: Option<Value>): Option<Value> {
  const { label, description, detail, heading, button } = option;
  return {
    ...option,
    label: withoutIcons(label),
    ...(description !== undefined && { description: withoutIcons(description) }),
    ...(detail !== undefined && { detail: withoutIcons(detail) }),
    ...(heading !== undefined && { heading: oneLine(heading) }),
    ...(button !== undefined && { button: { ...button, title: oneLine(button.title) } }),
  };
}

/** `\$(trash)` is shown as `$(trash)`, not as the icon: in a list, and in the status bar. */
export function withoutIcons(text: string): string {
  return oneLine(text).replace(/\$\((?=[a-z0-9~-]+\))/gi, '\\$(');
}

function oneLine(text: string): string {
  return escapedLine(withReadablePaths(text));
}

function visibleLines(text: string): string {
  return escapedLines(withReadablePaths(text));
}

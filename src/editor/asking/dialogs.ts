/**
 * `Ask` with VS Code's input boxes, quick picks and messages. Does not use `showInputBox`: its events are a tenth of a
 * second late and miss the text that Escape leaves.
 */
import * as vscode from 'vscode';
import { closeAnswered, keepAnswered } from './answered-question.ts';
import type { Confirmation, DialogSeverity, Dialogs, Option, PickManyQuestion, PickQuestion } from './ask.ts';
import type { InputDrafts } from './drafts.ts';

export const dialogs = (drafts: InputDrafts): Dialogs => ({
  async text({ title, prompt, value, selection, placeholder, draft, isStale, secret, isFollowed, validate }) {
    const box = vscode.window.createInputBox();
    box.title = title;
    box.prompt = prompt;
    box.placeholder = placeholder ?? '';
    box.password = secret === true;
    // A diff may be open beside the question; focusing it must not discard what was typed.
    box.ignoreFocusOut = true;
    const kept = draft === undefined ? undefined : drafts.of(draft);
    box.value = (kept === undefined || isStale?.(kept) ? undefined : kept) ?? value ?? '';
    if (selection !== undefined && box.value === value) box.valueSelection = selection;
    const isValid = (): boolean => {
      const found = validate?.(box.value);
      box.validationMessage = validation(found);
      return typeof found !== 'string';
    };
    const typing = box.onDidChangeValue(text => {
      // The initial value is offered anyway.
      if (draft !== undefined && secret !== true) drafts.keep(draft, text === value ? '' : text);
      isValid();
    });
    const answer = new Promise<string | undefined>(resolve => {
      box.onDidAccept(() => {
        if (isValid()) resolve(box.value);
      });
      box.onDidHide(() => resolve(undefined));
    });
    // For example, shows a proposed time in UTC.
    if (box.value !== '') isValid();
    show(box);
    const given = await answer;
    // An answered question may stay on the screen, but what is typed into it then is no draft.
    typing.dispose();
    close(box, isFollowed && given !== undefined);
    void drafts.write();
    return given;
  },

  sent: draft => drafts.forget(draft),

  async pick<Value>({ title, placeholder, options, isFollowed }: PickQuestion<Value>) {
    const list = vscode.window.createQuickPick<Item<Value>>();
    list.title = title;
    list.placeholder = placeholder;
    list.matchOnDescription = true;
    list.matchOnDetail = true;
    list.ignoreFocusOut = true;
    list.busy = true;
    const chosen = new Promise<Item<Value> | undefined>(resolve => {
      list.onDidAccept(() => {
        // Enter has no effect before the options are loaded.
        if (list.selectedItems[0] !== undefined) resolve(list.selectedItems[0]);
      });
      list.onDidHide(() => resolve(undefined));
    });
    list.onDidTriggerItemButton(async ({ item: { press } }) => {
      await press?.();
      // The new element has taken the focus; return it to the list.
      await vscode.commands.executeCommand('workbench.action.focusQuickOpen');
    });
    show(list);
    let given: Item<Value> | undefined;
    try {
      const shown = items(options).then(found => {
        list.items = found;
        list.busy = false;
      });
      // If the options cannot be loaded, the question ends with the reason.
      given = await Promise.race([chosen, shown.then(() => chosen)]);
      return given?.value;
    } finally {
      close(list, isFollowed && given !== undefined);
    }
  },

  async pickMany<Value>({ title, placeholder, options }: PickManyQuestion<Value>) {
    const offered = options.map(option => ({ ...item(option), picked: option.picked, value: option.value }));
    const choosing = vscode.window.showQuickPick(offered, {
      title,
      placeHolder: placeholder,
      canPickMany: true,
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    closeAnswered();
    const chosen = await choosing;
    return chosen?.map(({ value }) => value);
  },

  async confirm({ message, detail, button, alternative, severity }: Confirmation) {
    closeAnswered();
    const buttons = alternative === undefined ? [button] : [button, alternative];
    const show = severity === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const chosen = await show(message, { modal: true, detail }, ...buttons);
    return chosen !== undefined && chosen === alternative ? 'alternative' : chosen === button;
  },

  async tell(severity: DialogSeverity, message: string, ...buttons: string[]) {
    closeAnswered();
    const show = {
      info: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[severity];
    return show(message, ...buttons);
  },
});

function show(question: vscode.QuickInput): void {
  question.show();
  closeAnswered();
}

function close(question: vscode.QuickInput, isFollowed = false): void {
  if (isFollowed) keepAnswered(question);
  else question.dispose();
}

function validation(
  found: string | { readonly note: string } | undefined,
): string | vscode.InputBoxValidationMessage | undefined {
  if (found === undefined || typeof found === 'string') return found;
  return { message: found.note, severity: vscode.InputBoxValidationSeverity.Info };
}

type Item<Value> = vscode.QuickPickItem & { value?: Value; press?: () => Promise<void> };

async function items<Value>(options: PickQuestion<Value>['options']): Promise<Item<Value>[]> {
  return (await options).flatMap(option => [
    ...(option.heading === undefined
      ? []
      : [{ label: option.heading, kind: vscode.QuickPickItemKind.Separator }]),
    item(option),
  ]);
}

function item<Value>({ label, description, detail, icon, value, button }: Option<Value>): Item<Value> {
  return {
    label,
    value,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }),
    ...(button !== undefined && {
      press: button.press,
      buttons: [{ iconPath: new vscode.ThemeIcon(button.icon), tooltip: button.title }],
    }),
  };
}

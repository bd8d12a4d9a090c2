/** `Ask` with VS Code's own input boxes, quick picks and messages. */
import * as vscode from 'vscode';
import type { Ask, Confirmation, Option, PickQuestion, Severity, TextQuestion } from './ask.ts';

export const dialogs: Ask = {
  async text({ title, prompt, value, placeholder, secret, validate }: TextQuestion) {
    return vscode.window.showInputBox({
      title,
      prompt,
      // A diff stands beside the question: looking at it must not lose what was typed.
      ignoreFocusOut: true,
      ...(value !== undefined && { value }),
      ...(placeholder !== undefined && { placeHolder: placeholder }),
      ...(secret === true && { password: true }),
      ...(validate !== undefined && { validateInput: text => validation(validate(text)) }),
    });
  },

  async pick<Value>({ title, placeholder, options }: PickQuestion<Value>) {
    const chosen = await vscode.window.showQuickPick(items(options), {
      title,
      placeHolder: placeholder,
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    return chosen?.value;
  },

  async confirm({ message, detail, button, alternative, severity }: Confirmation) {
    const buttons = alternative === undefined ? [button] : [button, alternative];
    const show = severity === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const chosen = await show(message, { modal: true, detail }, ...buttons);
    return chosen !== undefined && chosen === alternative ? 'alternative' : chosen === button;
  },

  async tell(severity: Severity, message: string, ...buttons: string[]) {
    const show = {
      info: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[severity];
    return show(message, ...buttons);
  },
};

function validation(
  found: string | { readonly note: string } | undefined,
): string | vscode.InputBoxValidationMessage | undefined {
  if (found === undefined || typeof found === 'string') return found;
  return { message: found.note, severity: vscode.InputBoxValidationSeverity.Info };
}

type Item<Value> = vscode.QuickPickItem & { value?: Value };

async function items<Value>(options: PickQuestion<Value>['options']): Promise<Item<Value>[]> {
  return (await options).flatMap(option => [
    ...(option.heading === undefined
      ? []
      : [{ label: option.heading, kind: vscode.QuickPickItemKind.Separator }]),
    item(option),
  ]);
}

function item<Value>({ label, description, detail, icon, value }: Option<Value>): Item<Value> {
  return {
    label,
    value,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }),
  };
}

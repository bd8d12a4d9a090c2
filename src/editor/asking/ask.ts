/**
 * The interface through which features ask and inform the person. All dialogs use it, so that a feature can be tested
 * without anyone at the keyboard.
 */

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  /** The selected range of `value`, as offsets; all of it by default. */
  readonly selection?: readonly [number, number];
  readonly placeholder?: string;
  /** A name under which what is typed is kept until it was `sent`, and offered again. Never for a secret. */
  readonly draft?: string;
  /** Returns whether a draft is of no use any more, and is not offered: a time that has passed. */
  readonly isStale?: (draft: string) => boolean;
  /** Hidden while typing, for keys. */
  readonly secret?: boolean;
  /** Validates the text so far: an error or a note; undefined if it is valid. */
  readonly validate?: (text: string) => string | { readonly note: string } | undefined;
}

export interface Option<Value> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: Value;
  /** The name of a codicon. */
  readonly icon?: string;
  /** A heading above this option and those after it. */
  readonly heading?: string;
  readonly button?: OptionButton;
}

/** A button at the end of an option, which shows something about it and leaves the list open. */
export interface OptionButton {
  /** The name of a codicon. */
  readonly icon: string;
  readonly title: string;
  /** Never rejects. */
  readonly press: () => Promise<void>;
}

/** Enter selects the first option. */
export interface PickQuestion<Value> {
  readonly title: string;
  readonly placeholder: string;
  readonly options: readonly Option<Value>[] | Promise<readonly Option<Value>[]>;
}

export interface PickManyQuestion<Value> {
  readonly title: string;
  readonly placeholder: string;
  readonly options: readonly (Option<Value> & {
    /** True if it is chosen at first. */
    readonly picked: boolean;
  })[];
}

export interface Confirmation {
  readonly message: string;
  readonly detail: string;
  /** The button that does it. */
  readonly button: string;
  /** A button that leads elsewhere. */
  readonly alternative?: string;
  /** Default: a warning. */
  readonly severity?: 'warning' | 'error';
}

export type DialogSeverity = 'info' | 'warning' | 'error';

export interface Dialogs {
  /** Undefined when the person leaves. */
  text(question: TextQuestion): Promise<string | undefined>;
  /** Forgets the draft under this name, which was sent. */
  sent(draft: string): void;
  pick<Value>(question: PickQuestion<Value>): Promise<Value | undefined>;
  /** Undefined when the person leaves. */
  pickMany<Value>(question: PickManyQuestion<Value>): Promise<readonly Value[] | undefined>;
  /** Modal. `alternative`: its button was chosen. */
  confirm(question: Confirmation): Promise<boolean | 'alternative'>;
  /** A notification; the button that was chosen, or undefined. Never waits with progress on the screen. */
  tell(severity: DialogSeverity, message: string, ...buttons: string[]): Promise<string | undefined>;
}

/**
 * The interface through which features ask and inform the person. All dialogs use it, so that a feature can be tested
 * without anyone at the keyboard.
 */

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  /** The selected range of `value`, as offsets; default: all of it. */
  readonly selection?: readonly [number, number];
  readonly placeholder?: string;
  /** A name under which typed text is stored and offered again until it is `sent`. Never for a secret. */
  readonly draft?: string;
  /** Returns true if a draft is useless, such as a time that has passed, and is not offered. */
  readonly isStale?: (draft: string) => boolean;
  /** Hidden while typing, for keys. */
  readonly secret?: boolean;
  /** True if it stays open after the answer until the next question, a message or the end of the command. */
  readonly isFollowed?: boolean;
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
  /** As for a text. */
  readonly isFollowed?: boolean;
}

export interface PickManyQuestion<Value> {
  readonly title: string;
  readonly placeholder: string;
  readonly options: readonly (Option<Value> & {
    /** True if it is initially selected. */
    readonly picked: boolean;
  })[];
}

export interface Confirmation {
  readonly message: string;
  readonly detail: string;
  /** The button that confirms. */
  readonly button: string;
  /** A button for an alternative. */
  readonly alternative?: string;
  /** Default: a warning. */
  readonly severity?: 'warning' | 'error';
}

export type DialogSeverity = 'info' | 'warning' | 'error';

export interface Dialogs {
  /** Undefined if the person cancels. */
  text(question: TextQuestion): Promise<string | undefined>;
  /** Deletes the draft with this name, which was sent. */
  sent(draft: string): void;
  pick<Value>(question: PickQuestion<Value>): Promise<Value | undefined>;
  /** Undefined if the person cancels. */
  pickMany<Value>(question: PickManyQuestion<Value>): Promise<readonly Value[] | undefined>;
  /** Modal. `alternative`: its button was chosen. */
  confirm(question: Confirmation): Promise<boolean | 'alternative'>;
  /** Shows a notification; returns the chosen button, or undefined. Do not await it while progress is shown. */
  tell(severity: DialogSeverity, message: string, ...buttons: string[]): Promise<string | undefined>;
}

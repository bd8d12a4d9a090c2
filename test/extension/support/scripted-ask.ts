/** Answers the extension's questions in the person's place, and keeps what was asked and told. */
import type {
  Confirmation,
  DialogSeverity,
  Dialogs,
  PickManyQuestion,
  PickQuestion,
  TextQuestion,
} from '../../../src/editor/asking/ask.ts';
import { eventually } from '../../eventually.ts';

export interface Told {
  readonly severity: DialogSeverity;
  readonly message: string;
  readonly buttons: readonly string[];
}

export interface Script {
  /** For the next input boxes; undefined leaves. A text that the box refuses makes the test fail. */
  readonly texts?: readonly (string | undefined)[];
  /** What happens while an input box is open. */
  readonly meanwhile?: () => Promise<void>;
  /** What the chosen option's label holds, for the next quick picks. */
  readonly picks?: readonly (string | undefined)[];
  /** Parts of the labels to choose, or all that are chosen at first, for the next picks of several. */
  readonly manyPicks?: readonly (readonly string[] | 'preselected' | undefined)[];
  /** Whose button is pressed in the next quick picks, by what the option's label holds. */
  readonly presses?: readonly string[];
  /** For the next modal questions. */
  readonly confirms?: readonly (boolean | 'alternative')[];
  /** The button to choose in messages that have it. */
  readonly button?: string;
}

export class ScriptedAsk implements Dialogs {
  readonly told: Told[] = [];
  readonly asked: TextQuestion[] = [];
  readonly sentDrafts: string[] = [];
  readonly offered: string[][] = [];
  /** Of the quick picks. */
  readonly titles: string[] = [];
  /** The second lines of what was offered last. */
  details: (string | undefined)[] = [];
  readonly confirmed: Confirmation[] = [];
  readonly #texts: (string | undefined)[];
  readonly #picks: (string | undefined)[];
  readonly #manyPicks: (readonly string[] | 'preselected' | undefined)[];
  readonly #presses: readonly string[];
  readonly #confirms: (boolean | 'alternative')[];
  readonly #meanwhile: Script['meanwhile'];
  #button: string | undefined;

  constructor(script: Script = {}) {
    const { texts = [], picks = [], manyPicks = [], presses = [], confirms = [], button, meanwhile } = script;
    this.#meanwhile = meanwhile;
    this.#texts = [...texts];
    this.#picks = [...picks];
    this.#manyPicks = [...manyPicks];
    this.#presses = presses;
    this.#confirms = [...confirms];
    this.#button = button;
  }

  /**
   * The first message that is `wanted` or fits it, whether it was told already or comes later.
   * @throws {Error} that says what was told instead
   */
  async message(wanted: string | RegExp): Promise<Told> {
    const fits = ({ message }: Told) =>
      typeof wanted === 'string' ? message === wanted : wanted.test(message);
    return eventually(`the message ${wanted}`, () => this.told.find(fits)).catch((error: Error) => {
      const told = this.told.map(({ message }) => `\n- ${message}`).join('');
      throw new Error(`${error.message} These were told:${told}`);
    });
  }

  async text(question: TextQuestion): Promise<string | undefined> {
    this.asked.push(question);
    if (this.#texts.length === 0) throw new Error(`Nobody answers "${question.title}".`);
    const text = this.#texts.shift();
    await this.#meanwhile?.();
    if (text === undefined) return undefined;
    const verdict = question.validate?.(text);
    if (typeof verdict === 'string') throw new Error(`"${question.title}" refuses the text: ${verdict}`);
    return text;
  }

  sent(draft: string): void {
    this.sentDrafts.push(draft);
  }

  async pick<Value>(question: PickQuestion<Value>): Promise<Value | undefined> {
    this.titles.push(question.title);
    const options = await question.options;
    this.details = options.map(({ detail }) => detail);
    this.offered.push(options.map(({ label, description }) => `${label} ${description ?? ''}`.trim()));
    if (this.#picks.length === 0) throw new Error(`Nobody chooses in "${question.title}".`);
    const wanted = this.#picks.shift();
    if (wanted === undefined) return undefined;
    const found = options.find(({ label }) => label.includes(wanted));
    for (const { label, button } of options)
      if (this.#presses.some(pressed => label.includes(pressed))) await button?.press();
    if (found === undefined)
      throw new Error(`"${question.title}" offers ${options.map(({ label }) => label)}, not ${wanted}.`);
    return found.value;
  }

  async pickMany<Value>(question: PickManyQuestion<Value>): Promise<readonly Value[] | undefined> {
    const { options, title } = question;
    this.offered.push(options.map(({ label, description }) => `${label} ${description ?? ''}`.trim()));
    if (this.#manyPicks.length === 0) throw new Error(`Nobody chooses in "${title}".`);
    const wanted = this.#manyPicks.shift();
    if (wanted === undefined) return undefined;
    const found = options.filter(({ label, picked }) =>
      wanted === 'preselected' ? picked : wanted.some(each => label.includes(each)),
    );
    return found.map(({ value }) => value);
  }

  async confirm(question: Confirmation): Promise<boolean | 'alternative'> {
    this.confirmed.push(question);
    const answer = this.#confirms.shift();
    if (answer === undefined) throw new Error(`Nobody answers "${question.message}".`);
    return answer;
  }

  async tell(severity: DialogSeverity, message: string, ...buttons: string[]): Promise<string | undefined> {
    this.told.push({ severity, message, buttons });
    const chosen = buttons.find(button => button === this.#button);
    if (chosen !== undefined) this.#button = undefined;
    return chosen;
  }
}

/**
 * The control of one value in the form: a text, a number, JSON or a choice. It reports what is typed; the form applies
 * it.
 */
import type { ValueType } from '../../../language/types/value-type.ts';
import { choicesOf, readJson, readNumber, type Typed } from '../form.ts';
import { element } from './dom.ts';

export interface FieldParts {
  readonly control: 'text' | 'number' | 'choice' | 'json';
  readonly id: string;
  /** IDs of the elements that describe it, separated by spaces. */
  readonly describedBy: string;
  readonly type: ValueType;
  /** Undefined if it is not given. */
  readonly value: unknown;
  /** The default that applies without a value; undefined or null if there is none. */
  readonly fallback: unknown;
}

export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** @param onTyped called with each change; with undefined if the value is removed */
export function formField(parts: FieldParts, onTyped: (typed: Typed | undefined) => void): Field {
  switch (parts.control) {
    case 'choice':
      return choiceField(parts, onTyped);
    case 'number':
      return numberField(parts, onTyped);
    case 'text':
      return textField(parts, value => onTyped({ value }));
    case 'json': {
      const { value } = parts;
      const text = value === undefined ? '' : JSON.stringify(value, null, 2);
      return textField({ ...parts, value: text }, typed =>
        onTyped(typed.trim() === '' ? undefined : readJson(typed)),
      );
    }
  }
}

function numberField(parts: FieldParts, onTyped: (typed: Typed | undefined) => void): HTMLInputElement {
  const { value, type } = parts;
  const field = element('input', {
    ...attributesOf(parts),
    inputmode: 'decimal',
    placeholder: hintOf(parts, ''),
    spellcheck: 'false',
  });
  field.value = value === undefined || value === null ? '' : String(value);
  field.addEventListener('input', () =>
    onTyped(field.value === '' ? undefined : readNumber(field.value, type.kind === 'integer')),
  );
  return field;
}

function textField(parts: FieldParts, onTyped: (text: string) => void): HTMLTextAreaElement {
  const field = element('textarea', {
    ...attributesOf(parts),
    placeholder: hintOf(parts, ''),
    rows: '1',
    spellcheck: parts.control === 'text' ? undefined : 'false',
  });
  field.value = typeof parts.value === 'string' ? parts.value : '';
  field.addEventListener('input', () => onTyped(field.value));
  return field;
}

function choiceField(parts: FieldParts, onTyped: (typed: Typed | undefined) => void): HTMLSelectElement {
  const choices = choicesOf(parts.type);
  const field = element(
    'select',
    attributesOf(parts),
    element('option', { value: '' }, hintOf(parts, 'not given')),
    ...choices.map((choice, index) => element('option', { value: String(index) }, shownValue(choice))),
  );
  const at = choices.indexOf(parts.value);
  field.value = at < 0 ? '' : String(at);
  field.addEventListener('change', () =>
    onTyped(field.value === '' ? undefined : { value: choices[Number(field.value)] }),
  );
  return field;
}

function attributesOf({ id, describedBy }: FieldParts): { id: string; 'aria-describedby': string } {
  return { id, 'aria-describedby': describedBy };
}

function hintOf({ fallback }: FieldParts, none: string): string {
  return fallback === undefined || fallback === null ? none : `default: ${shownValue(fallback)}`;
}

function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

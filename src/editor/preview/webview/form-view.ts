/** The form of an input: a row for each value of the schema, with nesting, and the input as edited by the person. */
import type { Declared, ValueType } from '../../../language/types/value-type.ts';
import {
  blankOf,
  controlOf,
  type Input,
  type Typed,
  type ValuePath,
  valueAt,
  withMoved,
  withoutValue,
  withValue,
} from '../form.ts';
import { button, element } from './dom.ts';
import { type Field, type FieldParts, formField } from './form-field.ts';

export interface FormParts {
  readonly fields: readonly Declared[];
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly input: Input;
}

/** A place in the form, with the data to build it. */
interface Place {
  readonly path: ValuePath;
  readonly label: string;
  readonly type: ValueType;
  readonly isNeeded: boolean;
  readonly description: string | undefined;
  /** The placeholder of a missing value. */
  readonly fallback: unknown;
}

export class FormView {
  readonly #root: HTMLElement;
  readonly #onChange: (input: Input) => void;
  readonly #onUnread: (id: string, text: string | undefined) => void;
  #parts: FormParts = { fields: [], defaults: {}, input: {} };

  /** @param onUnread called with each text that is not a valid value, and with undefined when it is again */
  constructor(
    root: HTMLElement,
    onChange: (input: Input) => void,
    onUnread: (id: string, text: string | undefined) => void,
  ) {
    this.#root = root;
    this.#onChange = onChange;
    this.#onUnread = onUnread;
  }

  /** Rebuilds the form, and keeps the focus. */
  show(parts: FormParts): void {
    this.#parts = parts;
    const { fields, defaults } = parts;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : '';
    const rows = fields.map(({ name, type, optional, description }) => {
      const fallback = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
      const isNeeded = !optional && (fallback === undefined || fallback === null);
      return this.#row({ path: [name], label: name, type, isNeeded, description, fallback });
    });
    if (rows.length === 0)
      rows.push(
        element('p', { class: 'note' }, 'This prompt declares no inputs. Enter the values it reads as JSON.'),
      );
    this.#root.replaceChildren(...rows);
    this.#focusId(focused);
  }

  /** Restores unreadable texts into their fields, by id, as if they were typed. */
  showUnread(texts: Readonly<Record<string, string>>): void {
    for (const [id, text] of Object.entries(texts)) {
      const field = document.getElementById(id);
      const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
      if (!isField || !this.#root.contains(field)) continue;
      field.value = text;
      field.dispatchEvent(new Event('input'));
    }
  }

  /** Focuses the control of a variable. */
  focus(name: string): void {
    this.#focusId(idOf([name]));
  }

  #focusId(id: string): void {
    if (id !== '' && this.#root.contains(document.getElementById(id))) document.getElementById(id)?.focus();
  }

  #change(input: Input): void {
    this.#parts = { ...this.#parts, input };
    this.#onChange(input);
  }

  /** Like `#change`, if the fields change too. */
  #rebuild(input: Input, focus?: string): void {
    this.#change(input);
    this.show(this.#parts);
    if (focus !== undefined) this.#focusId(focus);
  }

  #row(place: Place): HTMLElement {
    const { path, type } = place;
    const control = controlOf(type, valueAt(this.#parts.input, path));
    if (control === 'list') return this.#list(place);
    if (control === 'group') return this.#group(place);
    const row = element('div', { class: 'field' });
    const id = idOf(path);
    row.append(this.#heading(place, id), this.#control(place, control, row), this.#description(place));
    row.append(element('p', { class: 'problem', id: `${id}-problem`, role: 'status' }));
    this.#mark(row, place);
    return row;
  }

  #heading(place: Place, id: string): HTMLElement {
    const { label, isNeeded, path } = place;
    const heading = element('div', { class: 'heading' });
    const words = element('label', { for: id }, label);
    if (isNeeded) words.append(element('span', { class: 'needed', title: 'Required' }, ' *'));
    heading.append(words);
    if (typeof path.at(-1) === 'string') heading.append(this.#leaveOut(place));
    return heading;
  }

  /** Removes a value, so that its default applies. */
  #leaveOut({ path, label }: Place): HTMLButtonElement {
    return button('×', () => this.#rebuild(withoutValue(this.#parts.input, path), idOf(path)), {
      class: 'quiet leave-out',
      'aria-label': `Leave out ${label}`,
      title: 'Leave out',
    });
  }

  #description({ description, path }: Place): HTMLElement {
    return element('p', { class: 'note', id: `${idOf(path)}-note` }, description ?? '');
  }

  #control(place: Place, control: FieldParts['control'], row: HTMLElement): HTMLElement {
    const { path, type, fallback } = place;
    const id = idOf(path);
    const value = valueAt(this.#parts.input, path);
    const describedBy = `${id}-note ${id}-problem`;
    const field: Field = formField({ control, id, describedBy, type, value, fallback }, typed =>
      this.#typed(place, row, field, typed),
    );
    return field;
  }

  /** Applies the typed text, or shows what is wrong with it. */
  #typed(place: Place, row: HTMLElement, field: Field, typed: Typed | undefined): void {
    const { input } = this.#parts;
    const problem = typed !== undefined && 'problem' in typed ? typed.problem : '';
    field.setAttribute('aria-invalid', String(problem !== ''));
    // Within a list the ids move with the items.
    if (place.path.every(key => typeof key === 'string'))
      this.#onUnread(field.id, problem === '' ? undefined : field.value);
    const said = row.querySelector('.problem');
    if (said !== null) said.textContent = problem;
    if (typed === undefined) this.#change(withoutValue(input, place.path));
    else if ('value' in typed) this.#change(withValue(input, place.path, typed.value));
    this.#mark(row, place);
  }

  #mark(row: HTMLElement, { path, isNeeded }: Place): void {
    const value = valueAt(this.#parts.input, path);
    row.classList.toggle('given', value !== undefined);
    row.classList.toggle('missing', isNeeded && (value === undefined || value === null));
  }

  #list(place: Place): HTMLElement {
    const { path, label, type, fallback } = place;
    const items = type.kind === 'array' ? type.items : undefined;
    const value = valueAt(this.#parts.input, path);
    const given = Array.isArray(value) ? value : [];
    const box = this.#box(place);
    if (items === undefined) return box;
    for (const [index] of given.entries()) {
      const name = `${label} ${index + 1}`;
      const at = [...path, index];
      const move = (by: number) =>
        this.#rebuild(withMoved(this.#parts.input, at, by), idOf([...path, index + by]));
      box.append(
        element(
          'div',
          { class: 'item' },
          this.#row({
            path: at,
            label: name,
            type: items,
            isNeeded: false,
            description: undefined,
            fallback: undefined,
          }),
          element(
            'div',
            { class: 'bar', role: 'group', 'aria-label': name },
            button('↑', () => move(-1), {
              class: 'quiet',
              'aria-label': `Move ${name} up`,
              title: 'Move up',
              disabled: index === 0,
            }),
            button('↓', () => move(1), {
              class: 'quiet',
              'aria-label': `Move ${name} down`,
              title: 'Move down',
              disabled: index === given.length - 1,
            }),
            button('×', () => this.#rebuild(withoutValue(this.#parts.input, at), `${idOf(path)}-add`), {
              class: 'quiet',
              'aria-label': `Remove ${name}`,
              title: 'Remove',
            }),
          ),
        ),
      );
    }
    if (value === undefined && Array.isArray(fallback)) {
      const count = `${fallback.length} ${fallback.length === 1 ? 'item' : 'items'}`;
      box.append(
        element('p', { class: 'note' }, `default: ${count}`),
        button(
          'Edit the default',
          () => this.#rebuild(withValue(this.#parts.input, path, fallback), `${idOf(path)}-add`),
          { 'aria-label': `Edit the default of ${label}` },
        ),
        ' ',
      );
    }
    box.append(
      button(
        'Add',
        () => {
          const at = [...path, given.length];
          this.#rebuild(withValue(this.#parts.input, at, blankOf(items)), idOf(at));
        },
        { id: `${idOf(path)}-add`, 'aria-label': `Add to ${label}` },
      ),
    );
    if (value === undefined && place.isNeeded)
      box.append(
        ' ',
        button(
          'Empty list',
          () => this.#rebuild(withValue(this.#parts.input, path, []), `${idOf(path)}-add`),
          {
            'aria-label': `Set ${label} to an empty list`,
          },
        ),
      );
    return box;
  }

  #group(place: Place): HTMLElement {
    const { path, type } = place;
    const box = this.#box(place);
    if (type.kind !== 'object') return box;
    const value = valueAt(this.#parts.input, path);
    if (value === undefined && typeof path.at(-1) === 'string') {
      const add = button(
        'Add',
        () => this.#rebuild(withValue(this.#parts.input, path, blankOf(type)), idOf(path)),
        {
          id: idOf(path),
          'aria-label': `Add ${place.label}`,
        },
      );
      box.append(add);
      return box;
    }
    for (const { name, type: inner, optional, description } of type.properties)
      box.append(
        this.#row({
          path: [...path, name],
          label: name,
          type: inner,
          isNeeded: !optional,
          description,
          fallback: undefined,
        }),
      );
    return box;
  }

  /** The frame around nested values. */
  #box(place: Place): HTMLFieldSetElement {
    const { label, isNeeded, path } = place;
    const legend = element('legend', {}, label);
    if (isNeeded) legend.append(element('span', { class: 'needed', title: 'Required' }, ' *'));
    const box = element('fieldset', { 'aria-describedby': `${idOf(path)}-note` }, legend);
    const value = valueAt(this.#parts.input, path);
    if (value !== undefined && typeof path.at(-1) === 'string') legend.append(' ', this.#leaveOut(place));
    box.append(this.#description(place));
    this.#mark(box, place);
    return box;
  }
}

/** The id of a value's control. */
function idOf(path: ValuePath): string {
  return `input-${path.map(key => encodeURIComponent(key)).join('/')}`;
}

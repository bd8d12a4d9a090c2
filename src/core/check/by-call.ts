/** Finds something once for the body of a partial, however often it is called. */
import type { Program } from '../syntax-tree.ts';
import type { ContextScope, ValueKind } from './context-kind.ts';

/** Above this number, calls of a body with other values are ignored, because there may be many and the body long. */
const MAX_CALLS = 16;

/** Keeps what was found by body, and by the context, named arguments, `@` levels and position in a list of the call. */
export class ByCall<Found> {
  readonly #ids = new Map<ValueKind, number>();
  readonly #found = new Map<Program, Map<string, Found>>();

  /** @param meanwhile the result for a body that calls itself, and for calls above the limit */
  get(
    body: Program,
    { context: { kind, given }, frames, position }: ContextScope,
    meanwhile: Found,
    find: () => Found,
  ): Found {
    const args = [...(given ?? [])].map(([name, value]) => [name, this.#idOf(value)]);
    const key = JSON.stringify([this.#idOf(kind), frames, position, args]);
    const ofBody = this.#found.get(body) ?? new Map<string, Found>();
    this.#found.set(body, ofBody);
    const known = ofBody.get(key);
    if (known !== undefined || ofBody.has(key)) return known as Found;
    if (ofBody.size >= MAX_CALLS) return meanwhile;
    ofBody.set(key, meanwhile);
    const found = find();
    ofBody.set(key, found);
    return found;
  }

  #idOf(kind: ValueKind): number {
    const id = this.#ids.get(kind) ?? this.#ids.size;
    this.#ids.set(kind, id);
    return id;
  }
}

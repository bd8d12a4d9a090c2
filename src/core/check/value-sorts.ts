/**
 * A set of the sorts of values that tags and branches distinguish, as bits: those that a value may still have after
 * some tags and branches excluded the rest.
 */
export type Sorts = number;

/** Null counts as not given. */
export const NOTHING = 1;
export const FALSE = 1 << 1;
export const TRUE = 1 << 2;
export const ZERO = 1 << 3;
/** Other than 0. */
export const NUMBER = 1 << 4;
export const EMPTY_TEXT = 1 << 5;
/** A text of whitespace. */
export const BLANK_TEXT = 1 << 6;
/** A text that `{{role}}` takes. */
export const ROLE = 1 << 7;
/** Any other text. */
export const TEXT = 1 << 8;
export const EMPTY_LIST = 1 << 9;
export const LIST = 1 << 10;
export const EMPTY_OBJECT = 1 << 11;
export const OBJECT = 1 << 12;

const COUNT = 13;
export const ANY: Sorts = (1 << COUNT) - 1;
/** The sorts that all inputs together may have. */
export const OBJECTS: Sorts = EMPTY_OBJECT | OBJECT;
/** Everything that can be written as text, including nothing. */
export const WRITABLE: Sorts = ANY & ~(EMPTY_LIST | LIST | OBJECTS);
export const GIVEN: Sorts = ANY & ~NOTHING;
/** Falsy values in JavaScript: a lookup in one returns it unchanged. */
export const FALSY: Sorts = NOTHING | FALSE | ZERO | EMPTY_TEXT;
/** Values that are false for `{{#if}}`. */
export const UNTRUE: Sorts = FALSY | EMPTY_LIST;
/** Values that are nothing for `{{#with}}`. */
export const EMPTY: Sorts = UNTRUE & ~ZERO;
/** Values in which `{{#each}}` finds items. */
export const WITH_ITEMS: Sorts = LIST | OBJECT;
/** Values that are nothing for `{{#name}}`, as in Mustache. */
export const NO_SECTION: Sorts = NOTHING | FALSE | EMPTY_LIST;
/** Values that can name a section: `{{section}}` also takes a number or boolean. */
export const NAME: Sorts = WRITABLE & ~(NOTHING | EMPTY_TEXT | BLANK_TEXT);
export const URL_TEXT: Sorts = ROLE | TEXT;

const CHARACTERS = BLANK_TEXT | TEXT;

/** The sorts that a property of this name may have if its parent has one of the sorts `of`. */
export function sortsOfProperty(of: Sorts, name: string): Sorts {
  return sortsOfKind(of, kindOfName(name));
}

const OTHER = 0;
const LENGTH = 1;
const INDEX = 2;
/** Texts and lists have a length, and parts by index. */
type NameKind = typeof OTHER | typeof LENGTH | typeof INDEX;

function kindOfName(name: string): NameKind {
  return name === 'length' ? LENGTH : /^\d+$/.test(name) ? INDEX : OTHER;
}

function sortsOfKind(of: Sorts, kind: NameKind): Sorts {
  const [isLength, isIndex] = [kind === LENGTH, kind === INDEX];
  let sorts = 0;
  if (of & OBJECT) sorts |= ANY;
  if (of & LIST && isIndex) sorts |= ANY;
  if (of & (LIST | BLANK_TEXT | ROLE | TEXT) && isLength) sorts |= NUMBER;
  if (of & (EMPTY_LIST | EMPTY_TEXT) && isLength) sorts |= ZERO;
  if (of & (BLANK_TEXT | ROLE | TEXT) && isIndex) sorts |= CHARACTERS | NOTHING;
  const hasLength = EMPTY_LIST | LIST | EMPTY_TEXT | BLANK_TEXT | ROLE | TEXT;
  if (of & ~OBJECT & (isLength ? ~hasLength : ANY)) sorts |= NOTHING;
  return sorts;
}

/** Known results of `sortsOfParent`: a template has few, and many templates may have many. */
const parents = new Map<number, Sorts>();
const MAX_PARENTS = 4096;

/**
 * The sorts that a parent may have so that its property, or a lookup of it, has one of the sorts `to`.
 * @param own the sorts that the property may have if it exists
 */
export function sortsOfParent(name: string, isLookup: boolean, own: Sorts, to: Sorts): Sorts {
  const kind = kindOfName(name);
  const key = ((own & to) * (ANY + 1) + to) * 6 + kind * 2 + Number(isLookup);
  let known = parents.get(key);
  if (known === undefined) {
    known = 0;
    for (let bit = 0; bit < COUNT; bit++) {
      const sort = 1 << bit;
      const value = isLookup && sort & FALSY ? sort : sortsOfKind(sort, kind) & own;
      if (value & to) known |= sort;
    }
    if (parents.size >= MAX_PARENTS) parents.clear();
    parents.set(key, known);
  }
  return known;
}

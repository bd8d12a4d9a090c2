/**
 * The sorts of values that tags and branches tell apart. A number is a set of them: what a value may still be, after
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
/** As the inputs together are. */
export const OBJECTS: Sorts = EMPTY_OBJECT | OBJECT;
/** All that is written as text, and nothing. */
export const WRITABLE: Sorts = ANY & ~(EMPTY_LIST | LIST | OBJECTS);
export const GIVEN: Sorts = ANY & ~NOTHING;
/** What JavaScript takes for false: a lookup in it gives it back. */
export const FALSY: Sorts = NOTHING | FALSE | ZERO | EMPTY_TEXT;
/** What `{{#if}}` takes for false. */
export const UNTRUE: Sorts = FALSY | EMPTY_LIST;
/** What `{{#with}}` takes for nothing. */
export const EMPTY: Sorts = UNTRUE & ~ZERO;
/** What `{{#each}}` finds items in. */
export const WITH_ITEMS: Sorts = LIST | OBJECT;
/** What `{{#name}}` takes for nothing, as in Mustache. */
export const NO_SECTION: Sorts = NOTHING | FALSE | EMPTY_LIST;
/** What names a section: `{{section}}` takes a number as well. */
export const NAME: Sorts = WRITABLE & ~(NOTHING | EMPTY_TEXT | BLANK_TEXT);
export const URL_TEXT: Sorts = ROLE | TEXT;

const CHARACTERS = BLANK_TEXT | TEXT;

/** Of what a property of that name may be, whichever of these sorts its parent has. */
export function sortsOfProperty(of: Sorts, name: string): Sorts {
  return sortsOfKind(of, kindOfName(name));
}

const OTHER = 0;
const LENGTH = 1;
const INDEX = 2;
/** A text and a list have a length, and parts by their number. */
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

/** By the kind of name and the sorts, which are few in one template. */
const parents = new Map<number, Sorts>();

/**
 * The sorts that a parent may have for its property, or what a lookup of it gives, to be of the sorts `to`.
 * @param own the sorts of the property, where there is one
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
    parents.set(key, known);
  }
  return known;
}

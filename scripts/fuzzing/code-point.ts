/**
 * Any Unicode character, for `fc.string({ unit: codePoint })`. The unit `binary` of fast-check does the same, but first
 * creates a table of all characters, which takes seconds and hundreds of megabytes.
 */
import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

const anywhere = fc.nat(0x10ffff - SURROGATES);
const index = fc.oneof({ weight: 1, arbitrary: fc.nat(0x7f) }, { weight: 9, arbitrary: anywhere });

export const codePoint: fc.Arbitrary<string> = index.map(
  at => String.fromCodePoint(at < FIRST_SURROGATE ? at : at + SURROGATES),
  character => {
    const [only, ...others] = typeof character === 'string' ? character : '';
    const code = only?.codePointAt(0);
    if (code === undefined || others.length > 0) throw new TypeError('It is not one character.');
    return code < FIRST_SURROGATE ? code : code - SURROGATES;
  },
);

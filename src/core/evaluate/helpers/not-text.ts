/** Explains why an object or a list cannot be written as text, and what to write instead. */

/**
 * @param value an object or a list
 * @param name its name in the template, such as `customer`; undefined if it has none
 */
export function notText(value: object, name: string | undefined): string {
  const isList = Array.isArray(value);
  const what = isList ? 'a list, and a list is not text' : 'an object, and an object is not text';
  if (name === undefined || !NAME.test(name)) {
    const instead = isList ? 'one of its items' : 'one of its properties';
    return `This is ${what}. Use ${instead}, or wrap the value in {{json …}}.`;
  }
  if (isList) return `"${name}" is ${what}. Use {{#each ${name}}}…{{/each}} or {{json ${name}}}.`;
  const property = Object.keys(value).find(key => PROPERTY.test(key));
  const path =
    name === 'this' || name === '.' ? property : `${name}${name.endsWith('..') ? '/' : '.'}${property}`;
  const instead = property === undefined ? 'one of its properties' : `a property, such as {{${path}}},`;
  return `"${name}" is ${what}. Use ${instead} or {{json ${name}}}.`;
}

/** Names that can be written again unchanged. */
const NAME = /^[^"'`(){}|=\r\n]{1,60}$/;
const PROPERTY = /^[A-Za-z_]\w{0,30}$/;

/** How a name is written as a segment of a path. */

/** Handlebars' ID (handlebars.l) that is no literal and no keyword. */
const PLAIN = /^(?!(?:true|false|null|undefined|this|else|as|-?\d+(?:\.\d+)?)$)[^\s!"#%-,./;->@[-^`{-~]+$/;

/** In brackets where it needs them; undefined where no path can hold it. */
export function segmentText(name: string): string | undefined {
  if (PLAIN.test(name)) return name;
  return /[\]\\\0]/.test(name) || name === '' ? undefined : `[${name}]`;
}

/** How well a color is read on another, and how different two look. Colors are `#rgb`, `#rrggbb` or `#rrggbbaa`. */

/** The contrast ratio of WCAG 2.2, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The distance in CIE L*a*b* (CIE 1976 ΔE*): 2.3 is just noticeable, black and white are 100 apart. */
export function difference(one: string, other: string): number {
  const [left, right] = [lab(one), lab(other)];
  return Math.hypot(...left.map((value, index) => value - (right[index] ?? 0)));
}

/** Linear red, green and blue, each from 0 to 1. */
function linear(color: string): readonly [number, number, number] {
  const digits = color.length < 6 ? color.replace(/[^#]/g, '$&$&') : color;
  const channel = (at: number): number => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    if (Number.isNaN(value)) throw new Error(`${color} is no color.`);
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance(color: string): number {
  const [red, green, blue] = linear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** By way of CIE XYZ with the white of D65, as sRGB has it. */
function lab(color: string): readonly number[] {
  const [red, green, blue] = linear(color);
  const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function curve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116;
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ScrollMap } from '../../src/editor/preview/scroll-map.ts';
import { runs } from '../runs.ts';

interface Drawn {
  readonly source: { readonly prompt: string | null; readonly start: number; readonly end: number };
  readonly top: number;
  readonly height: number;
}

const measure = ({ top, height }: Drawn, fraction: number) => top + height * fraction;

/** Pieces one under the other, from `top` on, each as high as its source is long. */
function drawn(top: number, ...sources: [start: number, end: number, prompt?: string][]): ScrollMap<Drawn> {
  let at = top;
  const pieces = sources.map(([start, end, prompt = null]) => {
    const piece = { source: { prompt, start, end }, top: at, height: end - start };
    at += piece.height;
    return piece;
  });
  return new ScrollMap(pieces, measure);
}

describe('the preview scroll map', () => {
  it('scrolls through a text in proportion to its source', () => {
    const map = drawn(100, [40, 140]);
    assert.equal(map.heightOf(null, 65), 125);
    assert.equal(map.offsetAt(125), 65);
  });

  it('scrolls evenly through what is not rendered: front matter, tags, and branches not taken', () => {
    const map = drawn(100, [40, 140], [340, 400]);
    assert.equal(map.heightOf(null, 0), 0);
    assert.equal(map.heightOf(null, 20), 50);
    assert.equal(map.offsetAt(50), 20);
    assert.equal(map.heightOf(null, 240), 200);
    assert.equal(map.heightOf(null, 1000), 260);
    assert.equal(map.offsetAt(1000), 400);
  });

  it('maps a loop to its first iteration, and each iteration back to the loop', () => {
    const map = drawn(0, [10, 20], [30, 40], [10, 20], [30, 40], [60, 70]);
    assert.equal(map.heightOf(null, 15), 5);
    assert.equal(map.heightOf(null, 35), 15);
    assert.equal(map.offsetAt(25), 15);
    assert.equal(map.offsetAt(45), 65);
  });

  it('maps a partial to its output, and its output to the tag', () => {
    const map = drawn(0, [0, 10], [0, 50, '_style'], [30, 40]);
    assert.equal(map.heightOf('_style', 25), 35);
    assert.equal(map.heightOf('_other', 25), undefined);
    assert.equal(map.heightOf(null, 20), 35);
    assert.equal(map.offsetAt(35), 20);
  });

  it('maps nothing when nothing is rendered', () => {
    const map = drawn(0);
    assert.equal(map.heightOf(null, 5), undefined);
    assert.equal(map.offsetAt(5), undefined);
  });

  it('maps back to the same position, and never backwards', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 500 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(lengths, fc.nat(500), fc.nat(20_000), fc.nat(20_000), (gaps, top, one, other) => {
        let end = 0;
        const map = drawn(
          top,
          ...gaps.map(([gap, length]): [number, number] => {
            const start = end + gap;
            end = start + length;
            return [start, end];
          }),
        );
        const [low, high] = [Math.min(one, other, end), Math.min(Math.max(one, other), end)];
        const [above, below] = [map.heightOf(null, low) ?? -1, map.heightOf(null, high) ?? -1];
        assert.ok(0 <= above && above <= below);
        // An offset is whole: what is above the first piece may be as high as it likes for each.
        const back = map.heightOf(null, map.offsetAt(above) ?? -1) ?? -1;
        assert.ok(Math.abs(back - above) <= Math.max(1, top), `${above} came back as ${back}`);
      }),
      { numRuns: runs(1000, 100) },
    );
  });

  it('measures little, however much is rendered', () => {
    let measured = 0;
    const pieces = Array.from({ length: 10_000 }, (_, index) => ({
      source: { prompt: null, start: index * 10, end: index * 10 + 10 },
      top: index * 10,
      height: 10,
    }));
    const map = new ScrollMap(pieces, (piece, fraction) => {
      measured += 1;
      return measure(piece, fraction);
    });
    assert.equal(map.offsetAt(54_321), 54_321);
    assert.equal(map.heightOf(null, 54_321), 54_321);
    assert.ok(measured < 50, String(measured));
  });
});

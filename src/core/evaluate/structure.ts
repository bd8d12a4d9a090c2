/** The results of `{{role}}`, `{{history}}`, `{{media}}` and `{{section}}`: not text, so no value can forge or break it. */
import type { StructureSegment } from './segment.ts';

export class Structure {
  readonly segment: StructureSegment;

  constructor(segment: StructureSegment) {
    this.segment = segment;
  }
}

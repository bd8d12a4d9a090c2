/** What `{{role}}`, `{{history}}`, `{{media}}` and `{{section}}` give: no text, so no value can forge or break it. */
import type { StructureSegment } from './segment.ts';

export class Structure {
  readonly segment: StructureSegment;

  constructor(segment: StructureSegment) {
    this.segment = segment;
  }
}

/** Text in the preview's fields that cannot be parsed yet: an incomplete number, invalid JSON. */

/** By the document that is previewed, then by the id of the field. */
type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** UTF-16 code units of all texts; the prompts that were shown longest ago are forgotten first. */
const MAX_CHARACTERS = 100_000;

export class UnreadTexts {
  #texts: Texts;

  /** @param texts as `all` gave them in an earlier window */
  constructor(texts: Texts = {}) {
    this.#texts = texts;
  }

  get all(): Texts {
    return this.#texts;
  }

  of(uri: string): Readonly<Record<string, string>> {
    return this.#texts[uri] ?? {};
  }

  /** @param text undefined when the text there could be read */
  keep(uri: string, id: string, text: string | undefined): void {
    const { [uri]: before = {}, ...others } = this.#texts;
    const { [id]: _gone, ...rest } = before;
    const own = text === undefined ? rest : { ...rest, [id]: text };
    let all = Object.entries(own).length === 0 ? others : { ...others, [uri]: own };
    for (const oldest of Object.keys(all)) {
      if (JSON.stringify(all).length <= MAX_CHARACTERS) break;
      const { [oldest]: _forgotten, ...left } = all;
      all = left;
    }
    this.#texts = all;
  }
}

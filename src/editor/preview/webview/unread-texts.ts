/** Text in the preview's fields that cannot be parsed yet: an incomplete number, invalid JSON. */

/** By previewed document, then by the id of the field. */
type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The limit of all texts, in UTF-16 code units; the least recently shown prompts are dropped first. */
const MAX_CHARACTERS = 100_000;

export class UnreadTexts {
  #texts: Texts;

  /** @param texts from `all` in an earlier window */
  constructor(texts: Texts = {}) {
    this.#texts = texts;
  }

  get all(): Texts {
    return this.#texts;
  }

  of(uri: string): Readonly<Record<string, string>> {
    return this.#texts[uri] ?? {};
  }

  /** @param text undefined if the text is readable now */
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

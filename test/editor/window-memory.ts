/** What a window keeps of its workspace, over its reloads, as JSON. */
export function windowMemory(kept: Readonly<Record<string, unknown>> = {}) {
  const texts = new Map(Object.entries(kept).map(([key, value]) => [key, JSON.stringify(value)]));
  return {
    /** How often something was written, and how many characters in all. */
    writes: 0,
    characters: 0,
    get<T>(key: string): T | undefined {
      const text = texts.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    },
    async update(key: string, value: unknown): Promise<void> {
      const text = JSON.stringify(value);
      this.writes += 1;
      this.characters += text.length;
      texts.set(key, text);
    },
  };
}

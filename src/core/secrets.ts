/** Finds text that looks like a secret: keys in the formats of well-known providers, and our own. */
import { KEY_LIKE } from './key.ts';

export interface SecretPlace {
  /** The kind of key, for messages: `an OpenAI key`. */
  readonly what: string;
  /** 0-based UTF-16 offsets, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Each is one token, recognizable by its prefix and length. */
const SHAPES: readonly (readonly [what: string, shape: string])[] = [
  ['an Anthropic key', 'sk-ant-[A-Za-z0-9_-]{20,}'],
  ['an OpenAI key', 'sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{32,}'],
  ['a Google API key', 'AIza[A-Za-z0-9_-]{35}'],
  ['an AWS access key', '(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])'],
  ['a GitHub token', 'gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}'],
  ['a GitLab token', 'glpat-[A-Za-z0-9_-]{20,}'],
  ['a Slack token', 'xox[baprs]-[A-Za-z0-9-]{10,}'],
  ['a Stripe key', '[sr]k_live_[A-Za-z0-9]{16,}'],
  ['a Hugging Face token', 'hf_[A-Za-z0-9]{30,}'],
  ['an Azure storage key', 'AccountKey=[A-Za-z0-9+/]{86}=='],
  ['a JSON Web Token', 'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}'],
  ['a PromptForge key', KEY_LIKE.source],
];
const ALL = new RegExp(`(?<![A-Za-z0-9_-])(?:${SHAPES.map(([, shape]) => `(${shape})`).join('|')})`, 'g');
/** RFC 7468: a private key is recognized by the line before it. */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----/g;
const PRIVATE_KEY_END = '-----END ';

/** Text that looks like a secret in `text`, in order. */
export function* secretsIn(text: string): Generator<SecretPlace, void, undefined> {
  const keys = [...text.matchAll(PRIVATE_KEY)].map(({ index: start, 0: line }) => {
    const last = text.indexOf(PRIVATE_KEY_END, start);
    const end =
      last < 0
        ? start + line.length
        : last + (/^-----END [A-Z ]{0,60}-----/.exec(text.slice(last, last + 80))?.[0].length ?? 0);
    return { what: 'a private key', start, end };
  });
  for (const match of text.matchAll(ALL)) {
    const start = match.index;
    while (keys[0] !== undefined && keys[0].start < start) yield keys.shift() as SecretPlace;
    const shape = match.slice(1).findIndex(group => group !== undefined);
    yield { what: SHAPES[shape]?.[0] ?? 'a key', start, end: start + match[0].length };
  }
  yield* keys;
}

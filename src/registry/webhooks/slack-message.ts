/**
 * A notification for an incoming webhook of Slack: Block Kit (https://docs.slack.dev/reference/block-kit/blocks). All
 * text by people is in `rich_text` blocks, which Slack shows literally: `<!channel>`, `@here`, links and `*bold*` have
 * no effect.
 */
import type { Notification } from './notification.ts';

interface Text {
  readonly type: 'text';
  readonly text: string;
  readonly style?: { readonly bold: true };
}

/** @returns the body of the request before JSON encoding */
export function slackMessage({ title, facts, quotes, changes, diff, link }: Notification): object {
  return {
    // For system notifications and screen readers; unlike the blocks, it is parsed as markup.
    text: escaped(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
      {
        type: 'rich_text',
        elements: [
          section(
            facts.flatMap(([label, value], index) => [
              bold(`${index > 0 ? '   ' : ''}${label} `),
              text(value),
            ]),
          ),
          ...quotes.flatMap(([label, value]) => [
            section([bold(label)]),
            { type: 'rich_text_quote', elements: [text(value)] },
          ]),
          ...changes.map(change => section([text(change)])),
          ...(diff.length === 0
            ? []
            : [{ type: 'rich_text_preformatted', elements: [text(diff.join('\n'))], border: 0 }]),
        ],
      },
      ...(link === undefined
        ? []
        : [
            {
              type: 'actions',
              elements: [
                {
                  type: 'button',
                  action_id: 'open',
                  text: { type: 'plain_text', text: link.label, emoji: false },
                  url: link.url,
                },
              ],
            },
          ]),
    ],
  };
}

function section(elements: readonly Text[]): object {
  return { type: 'rich_text_section', elements };
}

function text(text: string): Text {
  return { type: 'text', text };
}

function bold(text: string): Text {
  return { type: 'text', text, style: { bold: true } };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A notification for a workflow of Microsoft Teams ("When a Teams webhook request is received"): an Adaptive Card of
 * version 1.5. All text by people is in a `TextRun`, which has no Markdown, and there are no mention entities
 * (https://adaptivecards.io/explorer/TextRun.html).
 */
import type { Notification } from './notification.ts';

type Style = Readonly<Record<string, string | boolean>>;

/** @returns the body of the request before JSON encoding, below Teams' limit of 28 KB */
export function teamsMessage({ title, facts, quotes, changes, diff, link }: Notification): object {
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    msteams: { width: 'full' },
    body: [
      line([run(title, { size: 'Large', weight: 'Bolder' })]),
      line(
        facts.flatMap(([label, value], index) => [
          run(`${index > 0 ? '   ' : ''}${label} `, { isSubtle: true }),
          run(value),
        ]),
      ),
      ...quotes.flatMap(([label, value]) => [
        line([run(label, { weight: 'Bolder' })]),
        box(value.split('\n'), {}),
      ]),
      ...changes.map(change => line([run(change)])),
      ...(diff.length === 0 ? [] : [box(diff, { fontType: 'Monospace', size: 'Small' })]),
    ],
    ...(link && { actions: [{ type: 'Action.OpenUrl', title: link.label, url: link.url }] }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function line(inlines: readonly object[], spacing?: 'None'): object {
  return { type: 'RichTextBlock', inlines, ...(spacing && { spacing }) };
}

function run(text: string, style: Style = {}): object {
  return { type: 'TextRun', text, ...style };
}

/** A card has no line breaks within a block, and shows several spaces as one. */
function box(lines: readonly string[], style: Style): object {
  const items = lines.map(each =>
    line([run(each.replace(/^ +| {2,}/g, wide) || NO_BREAK_SPACE, style)], 'None'),
  );
  return { type: 'Container', style: 'emphasis', items };
}

const NO_BREAK_SPACE = '\u00a0';
const wide = (spaces: string) => NO_BREAK_SPACE.repeat(spaces.length);

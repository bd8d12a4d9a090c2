/** How a webhook is told of an event: as the log has it, or as a message that a chat shows. */
export const WEBHOOK_FORMATS = ['json', 'slack', 'teams'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

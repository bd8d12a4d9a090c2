/** The formats in which a webhook receives an event: as it is in the log, or as a chat message. */
export const WEBHOOK_FORMATS = ['json', 'slack', 'teams'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

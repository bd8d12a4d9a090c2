/** The parts that features share. Built once in extension.ts; each feature receives them and returns a Disposable. */
import type * as vscode from 'vscode';
import type { Dialogs } from './asking/ask.ts';
import type { Session } from './connection/session.ts';
import type { PromptList } from './explorer/prompt-list.ts';
import type { PromptLives } from './lives/prompt-lives.ts';
import type { ReportProblem } from './problems/report.ts';
import type { PromotionList } from './promotions/promotion-list.ts';
import type { Walkthrough } from './walkthrough/walkthrough.ts';

export interface Workbench {
  readonly session: Session;
  readonly prompts: PromptList;
  readonly promotions: PromotionList;
  /** When versions were live, as far as it was requested. */
  readonly lives: PromptLives;
  readonly ask: Dialogs;
  readonly report: ReportProblem;
  readonly walkthrough: Walkthrough;
  readonly log: vscode.LogOutputChannel;
}

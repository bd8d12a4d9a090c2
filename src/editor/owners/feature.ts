/**
 * Everything for owners that is loaded on first use: documents and drafts, their code lenses and diagnostics, and the
 * commands.
 */
import * as vscode from 'vscode';
import type { RegistryEvent } from '../../core/event.ts';
import { isOwnersEvent } from '../../core/owners-change.ts';
import type { Workbench } from '../workbench.ts';
import { registerOwnersLenses } from './code-lens.ts';
import { registerOwnersCompletion } from './completion.ts';
import { decideOwners, reviewOwnersChange } from './decide.ts';
import { OwnersDiagnostics } from './diagnostics.ts';
import { OwnersDocuments } from './documents.ts';
import { OwnersDrafts } from './drafts.ts';
import { changeOwners, discardDraft, openOwners } from './open.ts';
import { compareDraft, type RequestParts, requestOwnersChange } from './request.ts';

export interface OwnersFeatureParts {
  readonly workbench: Workbench;
  /** The workspace's memory. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  /** Receives files that have changed. */
  readonly files: vscode.EventEmitter<vscode.FileChangeEvent[]>;
  readonly draftFiles: vscode.EventEmitter<vscode.FileChangeEvent[]>;
}

export type OwnersCommand =
  | 'openOwners'
  | 'changeOwners'
  | 'requestOwnersChange'
  | 'compareOwnersDraft'
  | 'discardOwnersDraft'
  | 'reviewOwnersChange'
  | 'approveOwnersChange'
  | 'rejectOwnersChange'
  | 'cancelOwnersChange';

export class OwnersFeature implements vscode.Disposable {
  readonly documents: OwnersDocuments;
  readonly drafts: OwnersDrafts;
  readonly #parts: RequestParts;
  readonly #registered: vscode.Disposable;

  constructor({ workbench, memory, files, draftFiles }: OwnersFeatureParts) {
    const { session } = workbench;
    const documents = new OwnersDocuments(session, files);
    const drafts = new OwnersDrafts(memory, draftFiles);
    const diagnostics = new OwnersDiagnostics(workbench, documents);
    this.documents = documents;
    this.drafts = drafts;
    this.#parts = { workbench, documents, drafts, diagnostics };
    let { place } = session;
    this.#registered = vscode.Disposable.from(
      documents,
      diagnostics,
      registerOwnersLenses(documents),
      registerOwnersCompletion(workbench),
      session.onDidChange(() => {
        if (session.place !== place) documents.forget();
        place = session.place;
      }),
    );
  }

  /** Called with new events of the registry. */
  heard(events: readonly RegistryEvent[]): void {
    const changed = events.filter(isOwnersEvent).map(({ environment }) => environment ?? '');
    if (changed.length > 0) this.documents.forget(new Set(changed));
  }

  run(command: OwnersCommand, argument: unknown): Promise<void> {
    switch (command) {
      case 'openOwners':
        return openOwners(this.#parts, argument);
      case 'changeOwners':
        return changeOwners(this.#parts, argument);
      case 'requestOwnersChange':
        return requestOwnersChange(this.#parts, argument);
      case 'compareOwnersDraft':
        return compareDraft(this.#parts, argument);
      case 'discardOwnersDraft':
        return discardDraft(this.#parts, argument);
      case 'reviewOwnersChange':
        return reviewOwnersChange(this.#parts, argument);
      case 'approveOwnersChange':
        return decideOwners(this.#parts, 'approve', 'Approve Owners Change', argument);
      case 'rejectOwnersChange':
        return decideOwners(this.#parts, 'reject', 'Reject Owners Change', argument);
      case 'cancelOwnersChange':
        return decideOwners(this.#parts, 'cancel', 'Cancel Owners Change', argument);
    }
  }

  dispose(): void {
    this.#registered.dispose();
  }
}

/** The pending, planned and recently finished promotions, and the pending changes of owners, shared by all features. */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import type { Promotion } from '../../contract/promotions.ts';
import { Problem } from '../../core/problem.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { NewestRun } from '../work/newest-run.ts';
import { allThatAre, MOST_OPEN } from './all-open.ts';

/** The number of newest promotions from which finished ones are taken. */
const LATELY = 50;

/** A promotion whose page is open. */
export interface PageInFront {
  readonly id: string;
  /** Its registry, as in `Session.place`. */
  readonly place: string;
}

export class PromotionList extends DisposableOwner {
  readonly #session: Session;
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #pageChanged = this.own(new vscode.EventEmitter<void>());
  /** Fires when `pageInFront` may have changed. */
  readonly onDidChangePage = this.#pageChanged.event;
  #of: string | undefined;
  #promotions: readonly Promotion[] = [];
  #ownersChanges: readonly OwnersChangeRecord[] = [];
  #trouble: string | undefined;
  #isListed = false;
  #pageInFront: PageInFront | undefined;
  readonly #loading = new NewestRun();

  /** Loads whenever the session is reloaded, so that a refresh of the window includes this list. */
  constructor(session: Session) {
    super();
    this.#session = session;
    const following = session.onDidChange(() => {
      const { state } = session;
      if (state.kind !== 'connecting') void this.load();
      else if (state.isAsked === true && session.registry !== this.#of) void this.load();
    });
    this.own(following);
  }

  /** In no particular order; the view's groups are sorted. */
  get promotions(): readonly Promotion[] {
    return this.#promotions;
  }

  /** Pending changes of owners, at most one per environment, oldest first. */
  get ownersChanges(): readonly OwnersChangeRecord[] {
    return this.#ownersChanges;
  }

  /** Returns true if the registry has listed its promotions. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Why the list is incomplete, as one sentence; undefined if it is complete. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The ID of the promotion whose page is in front; undefined also if it belongs to another registry. */
  get pageInFront(): string | undefined {
    // Each registry counts its promotions from 1.
    return this.#pageInFront?.place === this.#session.place ? this.#pageInFront?.id : undefined;
  }

  /** To be called when another page or none becomes active, and when the registry changes. */
  setPageInFront(page: PageInFront | undefined): void {
    this.#pageInFront = page;
    this.#pageChanged.fire();
  }

  find(id: string): Promotion | undefined {
    return this.#promotions.find(promotion => promotion.id === id);
  }

  /** The request under way; undefined if there is none. */
  get loading(): Promise<void> | undefined {
    return this.#loading.running;
  }

  /** Fetches the list again. Never rejects: `trouble` has the error. */
  load(): Promise<void> {
    return this.#loading.start(signal => this.#load(signal));
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { state, registry } = this.#session;
    // While the registry is unreachable, the last known list remains.
    const isOther = registry !== this.#of;
    const mayStay = state.kind === 'connected' || state.kind === 'offline' || state.kind === 'connecting';
    if (isOther || !mayStay) [this.#promotions, this.#ownersChanges] = [[], []];
    if (isOther || state.kind !== 'connected') this.#isListed = false;
    this.#of = registry;
    this.#trouble = undefined;
    if (state.kind !== 'connected' && mayStay && registry !== undefined && this.#promotions.length === 0) {
      const [known, owners] = await Promise.all([
        this.#session.recall('promotions'),
        this.#session.recall('owners-changes'),
      ]);
      if (signal.aborted) return;
      this.#promotions = known ?? [];
      this.#ownersChanges = owners ?? [];
    }
    if (state.kind === 'connected') {
      try {
        const client = await this.#session.clientFor({ kind: 'read' });
        const [owners, ...found] = await Promise.all([
          ownersChangesOf(client, signal),
          allThatAre('pending', client, signal),
          allThatAre('planned', client, signal),
          client.listPromotions({ limit: LATELY }, signal).then(({ data }) => data),
        ]);
        // A list from the previous registry must not be shown for the current one.
        if (signal.aborted || registry !== this.#session.registry) return;
        this.#isListed = true;
        // Promotions that moved between two responses are in both: the later response counts.
        this.#promotions = [...new Map(found.flat().map(each => [each.id, each])).values()];
        this.#ownersChanges = owners;
        if (found.some(({ length }) => length >= MOST_OPEN))
          this.#trouble = `More than ${MOST_OPEN} promotions are open, and these are not all of them.`;
        void this.#session.keep('promotions', this.#promotions);
        void this.#session.keep('owners-changes', owners);
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = messageOf(error);
      }
    }
    this.#changed.fire();
  }

  override dispose(): void {
    super.dispose();
    this.#loading.stop();
  }
}

async function ownersChangesOf(
  client: RegistryClient,
  signal: AbortSignal,
): Promise<readonly OwnersChangeRecord[]> {
  try {
    return (await client.listOwnersChanges(signal)).data;
  } catch (error) {
    if (Problem.is(error, 'route_not_found')) return []; // not supported by a registry of an earlier release
    throw error;
  }
}

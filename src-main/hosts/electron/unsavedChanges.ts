import { type BrowserWindow, dialog } from 'electron';
import type { HostMessage } from '../../../src-shared/hostMessages.ts';

/** A page that does not answer within this time keeps nobody from leaving without saving. */
const DISCARD_PATIENCE_MS = 2000;
const SHOWN_TITLES = 8;

/** What the page has not saved, as it has told, and the question about it. */
export class UnsavedChanges {
  titles: readonly string[] = [];
  private readonly say: (message: HostMessage) => void;
  private requests = 0;
  private answer: ((isSettled: boolean) => void) | null = null;

  constructor(say: (message: HostMessage) => void) {
    this.say = say;
  }

  setTitles(titles: unknown): void {
    this.titles = Array.isArray(titles) ? titles.map(String) : [];
  }

  settle(request: unknown, isSettled: unknown): void {
    if (request === this.requests) this.answer?.(isSettled === true);
  }

  /** The page is gone, and what it had not saved with it. */
  forget(): void {
    this.titles = [];
    this.answer?.(false);
  }

  /** Asks what is to become of unsaved changes. False when the person stays, or when they could not be saved. */
  async mayLeave(window: BrowserWindow): Promise<boolean> {
    if (this.titles.length === 0) return true;
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      message: this.titles.length === 1 ? `Save the changes to ${this.titles[0]}?` : `Save the changes to ${this.titles.length} editors?`,
      detail: [...this.listed(), 'They are lost if you do not save them.'].join('\n'),
      buttons: ['Save', "Don't Save", 'Cancel'],
      defaultId: 0,
      cancelId: 2,
    });
    if (response === 0) return this.request('save-all');
    return response === 1 && this.discard();
  }

  private listed(): string[] {
    if (this.titles.length < 2) return [];
    const more = this.titles.length - SHOWN_TITLES;
    return [...this.titles.slice(0, SHOWN_TITLES), ...(more > 0 ? [`and ${more} more`] : []), ''];
  }

  private async discard(): Promise<true> {
    const timer = setTimeout(() => this.answer?.(true), DISCARD_PATIENCE_MS);
    await this.request('discard-all');
    clearTimeout(timer);
    this.titles = [];
    return true;
  }

  private async request(type: 'save-all' | 'discard-all'): Promise<boolean> {
    this.requests += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.answer = resolve;
    this.say({ type, request: this.requests });
    const isSettled = await promise;
    if (isSettled) this.titles = [];
    return isSettled;
  }
}

import type { HostMessage } from '../../src-shared/hostMessages.ts';
import { Connection } from './connection.ts';
import { listenForElectronPorts } from './electronPort.ts';
import { openWebSocketPort, rpcUrl } from './webSocketPort.ts';

/** What Electron's preload adds to the page; absent in a browser. */
export interface HostBridge {
  readonly kind: 'electron';
  /** Where a dropped file or folder lies on disk. */
  pathForFile(file: File): string;
  /** Size of everything in the window; 1 is the usual one. */
  setZoom(factor: number): void;
  /** What the menus and the system ask for, from now on. */
  onMessage(listener: (message: HostMessage) => void): void;
  /** Titles of what would be lost if the window were closed now. */
  setUnsaved(titles: string[]): void;
  /** Answers `save-all` and `discard-all`: whether nothing is unsaved any more. */
  settleUnsaved(request: number, isSettled: boolean): void;
}

declare global {
  interface Window {
    userllmHost?: HostBridge;
  }
}

/** The path of something dropped on the page, where the host can tell it. */
export function pathOfDroppedFile(file: File): string | null {
  return window.userllmHost?.pathForFile(file) || null;
}

/** A browser has a zoom of its own, which a page cannot set. */
export const canZoom = (): boolean => window.userllmHost !== undefined;
export const setHostZoom = (factor: number): void => window.userllmHost?.setZoom(factor);

/** Connects over what the host offers: the preload's MessagePort in Electron, a WebSocket to the page's origin elsewhere. */
export function connectToHost(): Connection {
  const connection = new Connection();
  if (window.userllmHost || !location.protocol.startsWith('http')) {
    listenForElectronPorts(window, (port) => connection.attach(port));
  } else {
    connection.keepOpen(() => openWebSocketPort(rpcUrl(location)));
  }
  return connection;
}

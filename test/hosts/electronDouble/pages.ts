import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type * as Electron from 'electron';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Chromium knows no `app:` scheme, so its pages see this origin instead. */
const PAGE_ORIGIN = 'https://workbench.test';
const APP_ORIGIN = 'app://workbench';

type Handler = (request: Request) => Promise<Response> | Response;
let appHandler: Handler = () => new Response(null, { status: 404 });

export const ipcMain = new EventEmitter();
export const openWindows = new Set<BrowserWindow>();
/** Listeners for `web-contents-created`, which `app` owns. */
export const contentsCreated = new EventEmitter();

export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (_scheme: string, handler: Handler) => {
    appHandler = handler;
  },
} satisfies Partial<Record<keyof typeof Electron.protocol, unknown>>;

let browser: Promise<Browser> | null = null;

function openBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'];
  browser ??= chromium.launch({ executablePath: process.env.USERLLM_CHROMIUM ?? '/usr/bin/chromium', args });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** `require('electron')` of the preload, and the page's end of ports, as code that runs before the page. */
function preloadScript(preload: string): string {
  const double = `
    const ipcListeners = {}, ports = {};
    const electronDouble = {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
      ipcRenderer: {
        on: (channel, listener) => { ipcListeners[channel] = listener; },
        send: (channel, ...args) => window.doubleSend(channel, args),
      },
      webFrame: { setZoomFactor: (factor) => { window.zoomFactor = factor; } },
      webUtils: { getPathForFile: (file) => '/dropped/' + file.name },
    };
    window.doubleDeliver = (channel, message, portId) => {
      const { port1, port2 } = new MessageChannel();
      ports[portId] = port1;
      port1.onmessage = (event) => window.doublePortSend(portId, event.data);
      ipcListeners[channel]({ ports: [port2] }, message);
    };
    window.doubleHear = (channel, message) => ipcListeners[channel]?.({}, message);
    window.doublePortDeliver = (portId, message) => ports[portId].postMessage(message);
    window.doublePortClose = (portId) => ports[portId].close();`;
  return `(() => {${double}\n((require) => {${readFileSync(preload, 'utf8')}\n})(() => electronDouble);\n})();`;
}

class WebContentsDouble extends EventEmitter {
  page: Page | null = null;
  closing = false;
  private readonly ports = new Map<number, MessagePort>();
  private nextPort = 1;

  getURL(): string {
    return this.page?.url().replace(PAGE_ORIGIN, APP_ORIGIN) ?? '';
  }

  setWindowOpenHandler(): void {}

  send(channel: string, message: unknown): void {
    void this.page?.evaluate(([c, m]) => window.doubleHear(c, m), [channel, message] as const);
  }

  postMessage(channel: string, message: unknown, transfer: MessagePort[] = []): void {
    const [port] = transfer;
    const id = this.nextPort++;
    this.ports.set(id, port!);
    const page = this.page!;
    const ended = (error: Error) => {
      if (!this.closing) throw error;
    };
    const connect = () => {
      port!.on('message', (data) => void page.evaluate(([i, d]) => window.doublePortDeliver(i, d), [id, data] as const).catch(ended));
      port!.on('close', () => void page.evaluate((i) => window.doublePortClose(i), id).catch(ended));
    };
    void page.evaluate(([c, m, i]) => window.doubleDeliver(c, m, i), [channel, message, id] as const).then(connect, ended);
  }

  async attach(page: Page, preload: string): Promise<void> {
    this.page = page;
    await page.exposeFunction('doubleSend', (channel: string, args: unknown[]) => {
      ipcMain.emit(channel, { sender: this, senderFrame: { url: this.getURL() } }, ...args);
    });
    await page.exposeFunction('doublePortSend', (id: number, message: unknown) => this.ports.get(id)?.postMessage(message));
    await page.addInitScript({ content: preloadScript(preload) });
    await page.route(`${PAGE_ORIGIN}/**`, async (route) => {
      const response = await appHandler(new Request(route.request().url().replace(PAGE_ORIGIN, APP_ORIGIN)));
      const body = Buffer.from(await response.arrayBuffer());
      await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
    });
  }
}

declare global {
  interface Window {
    doubleDeliver(channel: string, message: unknown, portId: number): void;
    doubleHear(channel: string, message: unknown): void;
    doublePortDeliver(portId: number, message: unknown): void;
    doublePortClose(portId: number): void;
  }
}

/** A window as a page of Chromium. */
export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContentsDouble();
  private readonly options: Electron.BrowserWindowConstructorOptions;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    openWindows.add(this);
    contentsCreated.emit('created', this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const page = await (await openBrowser()).newPage();
    await this.webContents.attach(page, this.options.webPreferences!.preload!);
    await page.goto(url.replace(APP_ORIGIN, PAGE_ORIGIN));
    this.emit('ready-to-show');
  }

  /** As a click on the window's cross: listeners may prevent it. */
  close(): void {
    let prevented = false;
    this.emit('close', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) this.destroy();
  }

  destroy(): void {
    if (!openWindows.delete(this)) return;
    this.webContents.closing = true;
    void this.webContents.page?.close();
    this.emit('closed');
  }

  reload(): void {
    void this.webContents.page?.reload();
  }

  getNormalBounds(): Electron.Rectangle {
    return { x: 10, y: 20, width: 1280, height: 800 };
  }

  isMaximized = () => false;
  isMinimized = () => false;
  maximize(): void {}
  restore(): void {}
  show(): void {}
  hide(): void {}
  focus(): void {}
}

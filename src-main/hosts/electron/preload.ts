import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron';
import type { HostMessage } from '../../../src-shared/hostMessages.ts';
import {
  BRIDGE_NAME,
  CONNECT_CHANNEL,
  HOST_CHANNEL,
  PORT_CHANNEL,
  PORT_MESSAGE,
  READY_CHANNEL,
  SETTLED_CHANNEL,
  UNSAVED_CHANNEL,
} from './channels.ts';

/** Runs before the page, isolated from it: gives it where a dropped file lies, zoom, what the host has to say and asks, and a port to the backend. */
contextBridge.exposeInMainWorld(BRIDGE_NAME, {
  kind: 'electron',
  pathForFile: (file: File) => webUtils.getPathForFile(file),
  setZoom: (factor: number) => webFrame.setZoomFactor(factor),
  onMessage: (listener: (message: HostMessage) => void) => {
    ipcRenderer.on(HOST_CHANNEL, (_event, message: HostMessage) => listener(message));
    ipcRenderer.send(READY_CHANNEL);
  },
  setUnsaved: (titles: string[]) => ipcRenderer.send(UNSAVED_CHANNEL, titles),
  settleUnsaved: (request: number, isSettled: boolean) => ipcRenderer.send(SETTLED_CHANNEL, request, isSettled),
});

ipcRenderer.on(PORT_CHANNEL, (event) => window.postMessage(PORT_MESSAGE, window.location.origin, event.ports));

// By then the page's own modules have run, and listen for the port.
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send(CONNECT_CHANNEL));

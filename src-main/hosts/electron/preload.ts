import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron';
import { BRIDGE_NAME, CONNECT_CHANNEL, PORT_CHANNEL, PORT_MESSAGE } from './channels.ts';

/** Runs before the page, isolated from it: gives it where a dropped file lies, and a port to the backend. */
contextBridge.exposeInMainWorld(BRIDGE_NAME, {
  kind: 'electron',
  pathForFile: (file: File) => webUtils.getPathForFile(file),
  setZoom: (factor: number) => webFrame.setZoomFactor(factor),
});

ipcRenderer.on(PORT_CHANNEL, (event) => window.postMessage(PORT_MESSAGE, window.location.origin, event.ports));

// By then the page's own modules have run, and listen for the port.
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send(CONNECT_CHANNEL));

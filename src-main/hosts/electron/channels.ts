/** Names on the way between page, preload and main process. */

/** Preload asks main for a line to the backend; main answers on `PORT_CHANNEL` with a MessagePort. */
export const CONNECT_CHANNEL = 'userllm:connect';
export const PORT_CHANNEL = 'userllm:port';

/** The page is ready for host messages; main sends them on `HOST_CHANNEL` from then on. */
export const READY_CHANNEL = 'userllm:ready';
export const HOST_CHANNEL = 'userllm:host';

/** The page tells what it has not saved, and answers the wish to save or forget it. */
export const UNSAVED_CHANNEL = 'userllm:unsaved';
export const SETTLED_CHANNEL = 'userllm:settled';

/** The window message with which the preload hands the port to the page. */
export const PORT_MESSAGE = 'userllm-port';

/** What the preload adds to the page, as `window.userllmHost`. */
export const BRIDGE_NAME = 'userllmHost';

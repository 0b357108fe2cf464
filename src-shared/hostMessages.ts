/** What the desktop's main process tells its page, beside the backend's port: things that the system asked for. */
export type HostMessage =
  /** A menu item was chosen. */
  | { type: 'command'; id: string }
  /** A file or folder was opened with the app. */
  | { type: 'open'; path: string }
  /** Something happened that the person should know of. */
  | { type: 'notice'; text: string };

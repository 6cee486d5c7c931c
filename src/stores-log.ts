/** Where stores tell that a server is waited for, and of troubles with it that pass by themselves. */
export interface StoresLog {
  warn(about: Readonly<Record<string, unknown>>, message: string): void;
}

/** For a thread whose program opens the same stores and tells what there is to tell. */
export const untold: StoresLog = { warn: () => undefined };

/** Where stores tell that a server is waited for, and of troubles with it that pass by themselves. */
export interface StoresLog {
  warn(about: Readonly<Record<string, unknown>>, message: string): void;
}

/** For a thread of a command that has opened the same stores, and told what there is to tell. */
export const untold: StoresLog = { warn: () => undefined };

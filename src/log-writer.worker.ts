import { workerData } from 'node:worker_threads';
import type { LogWriterOptions } from './event-sourcing/stores/sqlite.log-writer.js';
import { writeLogInThread } from './event-sourcing/stores/sqlite.log-writer.thread.js';

// The thread that writes the log of a service in a file.
writeLogInThread(workerData as LogWriterOptions);

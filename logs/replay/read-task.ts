import type { LogFile } from '../log-files.ts';
import { isFetched } from '../objects-ahead.ts';

/** Files that one thread reads at a stretch: a few large ones, or many small ones, in their order. */
export type ReadTask = readonly LogFile[];

const TASK_BYTES = 1024 * 1024;
const TASK_FILES = 64;

/**
 * Shares files out in tasks, small enough that threads end together. What is no regular file is a task of its own:
 * this process alone can read its standard input, and stream a large object.
 */
export function planTasks(files: readonly LogFile[]): readonly ReadTask[] {
  const tasks: LogFile[][] = [];
  let room = { files: 0, bytes: 0 };
  for (const file of files) {
    const bytes = measureShare(file);
    const current = tasks.at(-1);
    if (current === undefined || bytes === 0 || room.files === 0 || room.bytes < bytes) {
      tasks.push([file]);
      room = bytes === 0 ? { files: 0, bytes: 0 } : { files: TASK_FILES - 1, bytes: TASK_BYTES - bytes };
    } else {
      current.push(file);
      room = { files: room.files - 1, bytes: room.bytes - bytes };
    }
  }
  return tasks;
}

/** Whether another thread can read the task, once its objects are fetched. */
export function isShareable(task: ReadTask): boolean {
  return task.every((file) => file.kind === 'file' || isFetched(file));
}

/** What a file counts for in a task; 0 where it is a task of its own. */
function measureShare(file: LogFile): number {
  return file.kind === 'file' || isFetched(file) ? file.bytes : 0;
}

/** A file that a command writes for whoever typed it. */
import { writeFile } from 'node:fs/promises';
import { AppError, describeError } from '../domain/errors.ts';

/** What is written may be somebody's data: nobody else may read it, and nothing is written over. */
export async function saveFile(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code } = describeError(cause);
    const reason = code === 'EEXIST' ? 'it is there already' : code;
    throw new AppError({
      kind: 'invalid',
      code: 'file.cannot_write',
      message: `The file ${file} cannot be written: ${reason}`,
      action: 'Name another file.',
      cause,
    });
  }
}

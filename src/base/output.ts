/** Writing to standard output in a way that a closed pipe or a full disk cannot end the process. */
import { fstatSync, writeSync } from 'node:fs';

type Stream = Pick<NodeJS.WriteStream, 'write' | 'on'> & { readonly fd: number };

/**
 * A function that writes text to `stream` and loses it where that is impossible (EPIPE, ENOSPC).
 * Files and devices are written directly, so that writing goes on once a full disk has room again:
 * a Node stream is dead after its first error. Terminals and pipes go through the stream.
 * `lost` is told of each such loss.
 */
export function createOutput(
  stream: Stream,
  lost: (error: unknown) => void = () => {},
): (text: string) => void {
  // Without a listener the first failed write would be an uncaught exception.
  stream.on('error', lost);
  if (!isFileOrDevice(stream)) {
    return (text) => {
      try {
        stream.write(text);
      } catch (error) {
        // @NOTE a log line is worth less than the process that wrote it
        lost(error);
      }
    };
  }
  return (text) => {
    try {
      let bytes = Buffer.from(text);
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(stream.fd, bytes));
    } catch (error) {
      lost(error);
    }
  };
}

/** Standard output for the log; call it once, first thing, for it also guards standard error. */
export function standardOutput(): (text: string) => void {
  process.stderr.on('error', () => {});
  return createOutput(process.stdout);
}

function isFileOrDevice(stream: Stream): boolean {
  try {
    const stat = fstatSync(stream.fd);
    return stat.isFile() || (stat.isCharacterDevice() && !('isTTY' in stream && stream.isTTY));
  } catch {
    return false;
  }
}

/** Compression of large answers. */
import { constants, createGzip, type Gzip } from 'node:zlib';

/** Answers below this many bytes are not worth it. */
export const COMPRESSION_THRESHOLD_BYTES: number = 128 * 1024;

/** Whether an Accept-Encoding header takes gzip. */
export const takesGzip = (acceptEncoding: string | undefined): boolean =>
  (acceptEncoding ?? '').split(',').some((clause) => {
    const [encoding = '', ...parameters] = clause.split(';').map((part) => part.trim());
    return encoding === 'gzip' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });

/** Compresses for speed rather than for size, off the main thread. */
export const compressor = (): Gzip => createGzip({ level: constants.Z_BEST_SPEED });

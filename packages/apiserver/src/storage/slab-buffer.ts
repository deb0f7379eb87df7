/** Buffers for bytes that are kept, cut from larger ones: memory for many small buffers costs more than their bytes. */

/** Node's own pool is a quarter of this, and is used up by three or four objects. */
const SLAB_BYTES = 32 * 1024;
/** Longer ones get memory of their own, so that they do not hold a slab that is mostly somebody else's. */
const MAX_BYTES = SLAB_BYTES / 4;

let slab = Buffer.alloc(0);
let used = 0;

/** A copy of bytes. The memory is given back when nobody holds a buffer of the same slab. */
export function slabBuffer(bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length > MAX_BYTES) return Buffer.from(bytes);
  if (used + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used += length;
  slab.set(bytes, start);
  return slab.subarray(start, used);
}

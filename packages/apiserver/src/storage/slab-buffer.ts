/** Buffers for texts, cut from larger ones: memory for many small buffers costs more than their bytes. */

/** Node's own pool is a quarter of this, and is used up by three or four objects. */
const SLAB_BYTES = 32 * 1024;
/** Longer texts get memory of their own, so that they do not hold a slab that is mostly somebody else's. */
const MAX_BYTES = SLAB_BYTES / 4;

let slab = Buffer.alloc(0);
let used = 0;

/** A text as UTF-8. The memory is given back when nobody holds a buffer of the same slab. */
export function slabBuffer(text: string): Buffer {
  const size = Buffer.byteLength(text);
  if (size > MAX_BYTES) return Buffer.from(text);
  if (used + size > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used += slab.write(text, start);
  return slab.subarray(start, used);
}

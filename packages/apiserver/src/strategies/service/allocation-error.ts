/** Why an address or a port could not be had. */

/** A refusal of an allocator; the message is Kubernetes'. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

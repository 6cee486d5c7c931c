/** The store cannot be used by this program as it is: damaged, of a newer program, somebody else's, or not durable. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** A cassette for each test of a suite of uvu, whose hooks cannot tell whether the test has failed. */
import { type UseCassetteOptions, type UsedCassette, useCassette } from './use-cassette.ts';

/** As much of a suite of uvu as is needed: it registers tests. */
// biome-ignore lint/suspicious/noExplicitAny: a suite has a context of its own
type Register = (name: string, handler: (context: any) => Promise<void>) => void;

/** What a test is handed. */
export interface CassetteContext {
  readonly cassette: UsedCassette;
}

/** A suite whose tests are handed a cassette. */
export type CassetteSuite<S> = ((name: string, handler: (context: CassetteContext) => Promise<void> | void) => void) &
  Omit<S, 'only' | 'skip'>;

/**
 * A suite of uvu whose tests each have a cassette of their own, named after the suite and the test. What did not match
 * and what was not used fails a test that has not failed by itself.
 *
 * @example
 * const test = withCassettes(suite('nodes'), { upstream: process.env.KUBECONFIG });
 * test('are listed', async ({ cassette }) => { await listNodes(cassette.kubeconfig); });
 */
export function withCassettes<S extends Register>(suite: S, options: UseCassetteOptions = {}): CassetteSuite<S> {
  const register = (test: string, handler: (context: CassetteContext) => Promise<void> | void): void =>
    suite(test, async (context: { readonly __suite__?: string }) => {
      const cassette = await useCassette(`${context.__suite__ ?? ''} ${test}`, options);
      try {
        await handler({ ...context, cassette });
      } catch (reason) {
        await cassette.close().catch(() => undefined); // the failure of the test tells more
        throw reason;
      }
      await cassette.close();
    });
  const { only: _, skip: __, ...methods } = suite as S & Record<'only' | 'skip', unknown>;
  return Object.assign(register, methods) as unknown as CassetteSuite<S>;
}

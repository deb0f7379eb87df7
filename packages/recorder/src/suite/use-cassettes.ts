/** A cassette for each test of a suite, by the hooks that Vitest, Jest and node:test have in common. */
import { type UseCassetteOptions, type UsedCassette, useCassette } from './use-cassette.ts';

/** `beforeEach` and `afterEach` of a test runner. */
export interface SuiteHooks {
  // biome-ignore lint/suspicious/noExplicitAny: each runner has types of its own for what it hands to hooks
  beforeEach(hook: (...given: any[]) => Promise<void>): unknown;
  afterEach(hook: () => Promise<void>): unknown;
}

/** The cassette of the test that runs. Outside of a test its fields throw an Error. */
export type SuiteCassette = Pick<UsedCassette, 'mode' | 'path' | 'url' | 'kubeconfig'>;

/**
 * Gives each test of a suite a cassette of its own, named after the test and the suites around it (in node:test, after
 * the test alone). What did not match and what was not used fails the test. Tests of the suite run one after the other.
 *
 * @example
 * const cassette = useCassettes({ beforeEach, afterEach }, { upstream: process.env.KUBECONFIG });
 * it('lists the nodes', async () => { await listNodes(cassette.kubeconfig); });
 */
export function useCassettes({ beforeEach, afterEach }: SuiteHooks, options: UseCassetteOptions = {}): SuiteCassette {
  let current: UsedCassette | undefined;
  const begin = async (name: string): Promise<void> => {
    if (current !== undefined)
      throw new Error(
        `"${name}" runs beside another test: the tests of a suite with cassettes run one after the other`,
      );
    current = await useCassette(name, options);
  };
  // Vitest reads the parameters of a hook, and takes no others than those of its context.
  if (process.env.VITEST !== undefined) beforeEach(({ task }: VitestContext) => begin(taskName(task)));
  // Jest takes a hook with parameters for one with a callback.
  else beforeEach((...[context]: [{ readonly name?: string }?]) => begin(context?.name ?? jestName()));
  afterEach(async () => {
    const used = current;
    current = undefined;
    await used?.close();
  });
  const inUse = (): UsedCassette => {
    if (current === undefined) throw new Error('no cassette is in use: a test of the suite must be running');
    return current;
  };
  return {
    get mode() {
      return inUse().mode;
    },
    get path() {
      return inUse().path;
    },
    get url() {
      return inUse().url;
    },
    get kubeconfig() {
      return inUse().kubeconfig;
    },
  };
}

interface VitestContext {
  readonly task: VitestTask;
}

/** A test or a suite; the outermost suite is the file, which has the same name as itself as its file. */
interface VitestTask {
  readonly name: string;
  readonly suite?: VitestTask;
}

const taskName = ({ name, suite }: VitestTask): string => (suite === undefined ? name : `${taskName(suite)} ${name}`);

/** Jest hands nothing to hooks, but tells where it is. */
function jestName(): string {
  const { expect } = globalThis as { expect?: { getState?(): { readonly currentTestName?: string } } };
  const name = expect?.getState?.().currentTestName;
  if (name === undefined)
    throw new Error('the test runner does not tell the name of its test: call useCassette with one');
  return name;
}
